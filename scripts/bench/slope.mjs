// SPDX-License-Identifier: GPL-2.0-or-later

/** Rise of a least-squares line through points, a unit of `y` for each of `x`. */
export function slope(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const across = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
  const along = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0)
  return across > 0 ? along / across : 0
}
