// SPDX-License-Identifier: GPL-2.0-or-later

// A picture like a desktop's, so that screenshots of the window look like its use.

/** XR24 bytes, rows tight. */
export function desktop(width: number, height: number): Uint8Array {
  const context = canvasOf(width, height)
  const sky = context.createLinearGradient(0, 0, width, height)
  sky.addColorStop(0, '#27496d')
  sky.addColorStop(0.55, '#3f7d8c')
  sky.addColorStop(1, '#b9c6a0')
  context.fillStyle = sky
  context.fillRect(0, 0, width, height)
  const unit = Math.max(8, Math.round(height / 60))

  context.fillStyle = '#17181b'
  context.fillRect(0, 0, width, unit * 2)
  context.fillStyle = '#e8e8ea'
  context.font = `600 ${unit}px sans-serif`
  context.fillText('Activities', unit, unit * 1.35)
  context.textAlign = 'center'
  context.fillText('Fri 21:30', width / 2, unit * 1.35)
  context.textAlign = 'start'

  frame(context, unit, width * 0.12, height * 0.16, width * 0.46, height * 0.52, '#ffffff', 'Files')
  context.fillStyle = '#f1f1f3'
  context.fillRect(width * 0.12, height * 0.16 + unit * 3, width * 0.11, height * 0.52 - unit * 3)
  context.fillStyle = '#3a3a40'
  context.font = `${unit}px sans-serif`
  const places = ['Home', 'Documents', 'Downloads', 'Music', 'Pictures', 'Videos']
  places.forEach((name, i) => {
    context.fillStyle = '#3a3a40'
    context.fillText(name, width * 0.12 + unit * 1.5, height * 0.16 + unit * (5 + i * 2))
    context.fillStyle = '#5b97dd'
    const x = width * 0.26 + (i % 3) * unit * 9
    const y = height * 0.16 + unit * (5 + Math.floor(i / 3) * 8)
    context.fillRect(x, y, unit * 4.4, unit * 3.2)
    context.fillStyle = '#3a3a40'
    context.fillText(name, x, y + unit * 4.6)
  })

  frame(
    context,
    unit,
    width * 0.44,
    height * 0.4,
    width * 0.44,
    height * 0.46,
    '#1e1f24',
    'Terminal',
  )
  context.font = `${unit}px monospace`
  const lines = [
    ['#8ad48a', 'ada@debian:~$ '],
    ['#d8d8dc', 'dmesg | grep i915'],
    ['#d8d8dc', '[drm] Initialized i915 1.6.0 for 0000:00:03.0'],
    ['#d8d8dc', 'fbcon: i915drmfb (fb0) is primary device'],
  ]
  lines.forEach(([color = '', text = ''], i) => {
    context.fillStyle = color
    context.fillText(text, width * 0.44 + unit, height * 0.4 + unit * (5 + i * 1.6))
  })
  const { data } = context.getImageData(0, 0, width, height)
  return blueFirst(data)
}

/** AR24 bytes of a 64 × 64 arrow, premultiplied. */
export function pointer(): Uint8Array {
  const context = canvasOf(64, 64)
  context.translate(4, 3)
  context.beginPath()
  for (const [x, y] of [
    [0, 0],
    [0, 17],
    [4, 13.5],
    [7, 20],
    [10, 18.7],
    [7, 12.4],
    [12.5, 12.4],
  ]) {
    context.lineTo(x ?? 0, y ?? 0)
  }
  context.closePath()
  context.fillStyle = '#111'
  context.fill()
  context.lineWidth = 1.4
  context.strokeStyle = '#fff'
  context.stroke()
  const { data } = context.getImageData(0, 0, 64, 64)
  for (let i = 0; i < data.length; i += 4) {
    for (let c = 0; c < 3; c += 1) {
      data[i + c] = Math.round(((data[i + c] ?? 0) * (data[i + 3] ?? 0)) / 255)
    }
  }
  return blueFirst(data)
}

function frame(
  context: OffscreenCanvasRenderingContext2D,
  unit: number,
  x: number,
  y: number,
  width: number,
  height: number,
  color: string,
  title: string,
): void {
  context.shadowColor = 'rgb(0 0 0 / 40%)'
  context.shadowBlur = unit * 2
  context.fillStyle = color
  context.beginPath()
  context.roundRect(x, y, width, height, unit * 0.8)
  context.fill()
  context.shadowBlur = 0
  context.fillStyle = '#dcdce0'
  context.beginPath()
  context.roundRect(x, y, width, unit * 3, [unit * 0.8, unit * 0.8, 0, 0])
  context.fill()
  context.fillStyle = '#2a2a2e'
  context.font = `600 ${unit}px sans-serif`
  context.textAlign = 'center'
  context.fillText(title, x + width / 2, y + unit * 1.9)
  context.textAlign = 'start'
}

function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d')
  if (!context) throw new Error('no 2D canvas')
  return context
}

function blueFirst(rgba: Uint8ClampedArray): Uint8Array {
  const bytes = new Uint8Array(rgba)
  for (let i = 0; i < bytes.length; i += 4) {
    bytes[i] = rgba[i + 2] ?? 0
    bytes[i + 2] = rgba[i] ?? 0
  }
  return bytes
}
