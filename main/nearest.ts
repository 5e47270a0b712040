// SPDX-License-Identifier: GPL-2.0-or-later

/** The known word that is close enough for `word` to be a slip of it. Leading dashes do not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const letters = word.replace(/^-+/, '')
  const best = known
    .map((name) => ({ name, distance: editDistance(letters, name.replace(/^-+/, '')) }))
    .reduce<{ name: string; distance: number } | undefined>(
      (least, next) => (least && least.distance <= next.distance ? least : next),
      undefined,
    )
  const slips = Math.max(1, Math.floor(letters.length / 3))
  return best && best.distance <= slips ? best.name : undefined
}

/** `Did you mean --plane?` when one of the known words is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const name = nearest(word, known)
  return name === undefined ? undefined : `Did you mean ${name}?`
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => {
    const row = new Array<number>(b.length + 1).fill(0)
    row[0] = i
    return row
  })
  const cell = (i: number, j: number) => rows[i]?.[j] ?? 0
  const first = rows[0] ?? []
  for (let j = 0; j <= b.length; j += 1) first[j] = j
  for (let i = 1; i <= a.length; i += 1) {
    const row = rows[i] ?? []
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        cell(i - 1, j) + 1,
        cell(i, j - 1) + 1,
        cell(i - 1, j - 1) + same,
        swapped ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
  }
  return cell(a.length, b.length)
}
