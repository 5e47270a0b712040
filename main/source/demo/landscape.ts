// SPDX-License-Identifier: GPL-2.0-or-later
import { type Canvas, type Color, disc, mix, mixParts, square } from './canvas.ts'

/** Evening sky, top to horizon. */
const sky: readonly Color[] = [0x0c1230, 0x1d2450, 0x3f3a6e, 0x7d5578, 0xc98873, 0xf0bb8a]
/** Hills, far to near. */
const hills: readonly { readonly color: Color; readonly level: number; readonly rise: number }[] = [
  { color: 0x5b4a70, level: 0.66, rise: 0.05 },
  { color: 0x3a3760, level: 0.74, rise: 0.06 },
  { color: 0x1f2445, level: 0.84, rise: 0.05 },
  { color: 0x11162e, level: 0.94, rise: 0.03 },
]
const STAR: Color = 0xf4efe6
/** Shades of the sun's glow. */
const GLOW_STEPS = 256

/** Paints an evening: sky, stars, a sun and hills. `unit` is a pixel of a 1920 × 1080 picture. */
export function paintLandscape(canvas: Canvas, unit: number): void {
  const { pixels, width, height } = canvas
  for (let y = 0; y < height; y += 1) {
    pixels.fill(skyColor((y / height) * 1.35), y * width, (y + 1) * width)
  }
  paintStars(canvas)
  paintSun(canvas, unit)
  for (const [at, hill] of hills.entries()) paintHill(canvas, hill, at)
}

function paintStars(canvas: Canvas): void {
  const { width, height } = canvas
  let seed = 20161
  const next = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed / 2147483648
  }
  for (let star = 0; star < 140; star += 1) {
    const x = Math.floor(next() * width)
    const y = Math.floor(next() ** 1.6 * height * 0.45)
    canvas.blend(x, y, STAR, (0.25 + 0.6 * next()) * (1 - y / (height * 0.5)))
  }
}

function paintSun(canvas: Canvas, unit: number): void {
  const { width, height } = canvas
  const x = width * 0.66
  const y = height * 0.56
  const r = 92 * unit
  paintGlow(canvas, x, y, r * 2.6)
  canvas.shape(square(x, y, r + 1), 0xffe9c7, 1, disc(x, y, r))
}

/** Light that fades with the square of the distance. */
function paintGlow(canvas: Canvas, x: number, y: number, reach: number): void {
  const { width, height, pixels } = canvas
  const box = square(x, y, reach)
  const right = Math.min(width, box.x + box.width)
  const bottom = Math.min(height, box.y + box.height)
  const centreX = Math.round(x)
  const centreY = Math.round(y)
  const reach2 = Math.ceil(reach * reach)
  const strength = Int32Array.from({ length: GLOW_STEPS + 1 }, (_, step) =>
    Math.round(256 * 0.34 * (1 - step / GLOW_STEPS) ** 2),
  )
  for (let row = Math.max(0, box.y); row < bottom; row += 1) {
    const dy2 = (row - centreY) * (row - centreY)
    for (let column = Math.max(0, box.x); column < right; column += 1) {
      const d2 = (column - centreX) * (column - centreX) + dy2
      if (d2 >= reach2) continue
      const at = row * width + column
      const part = strength[((d2 * GLOW_STEPS) / reach2) | 0] ?? 0
      pixels[at] = mixParts(pixels[at] ?? 0, 0xffe0ad, part)
    }
  }
}

function paintHill(canvas: Canvas, hill: (typeof hills)[number], at: number): void {
  const { pixels, width, height } = canvas
  const tops = new Float64Array(width)
  let highest = height
  let lowest = 0
  for (let x = 0; x < width; x += 1) {
    const t = (x / width) * Math.PI * 2
    const waves =
      Math.sin(t * (1.3 + at * 0.7) + at * 2.1) * 0.6 +
      Math.sin(t * (3.1 + at) + at * 1.3) * 0.3 +
      Math.sin(t * (7.7 + at * 2) + at) * 0.1
    const top = height * (hill.level + hill.rise * waves)
    tops[x] = top
    highest = Math.min(highest, top)
    lowest = Math.max(lowest, top)
  }
  const below = Math.min(height, Math.ceil(lowest) + 1)
  for (let y = Math.max(0, Math.floor(highest)); y < below; y += 1) {
    const row = y * width
    for (let x = 0; x < width; x += 1) {
      const inside = y + 1 - (tops[x] ?? 0)
      if (inside >= 1) pixels[row + x] = hill.color
      else if (inside > 0) canvas.blend(x, y, hill.color, inside)
    }
  }
  pixels.fill(hill.color, below * width)
}

function skyColor(level: number): Color {
  const at = Math.max(0, Math.min(sky.length - 1.001, level * (sky.length - 1)))
  const below = Math.floor(at)
  return mix(sky[below] ?? 0, sky[below + 1] ?? 0, at - below)
}
