// SPDX-License-Identifier: GPL-2.0-or-later

/** How well a word is found in a text, and where: indices of its characters, ascending. */
export type Match = { readonly score: number; readonly at: readonly number[] }

const NONE: Match = { score: 0, at: [] }
/** A character where a word begins, one right behind the one before it, and the last where a word ends. */
const START = 6
const NEXT = 7
const END = 2
/** For each character between the first and the last that is left over. */
const GAP = 0.3

/**
 * Finds every word of a query in a text, its characters in order but not together: `fs` and `full` in
 * `Fullscreen`, `key short` in `Keyboard shortcuts`. Undefined when one is not there. An empty query is
 * found everywhere.
 */
export function fuzzyMatch(query: string, text: string): Match | undefined {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = words.map((word) => wordMatch(word, text.toLowerCase()))
  if (found.includes(undefined)) return undefined
  const all = found.reduce<Match>(
    (sum, match) => ({
      score: sum.score + (match?.score ?? 0),
      at: [...sum.at, ...(match?.at ?? [])],
    }),
    NONE,
  )
  return { score: all.score, at: [...new Set(all.at)].sort((a, b) => a - b) }
}

/** The best way to find a word's characters in order; quadratic, for texts of a line. */
function wordMatch(word: string, text: string): Match | undefined {
  /** The best match of the word so far that ends at each place of the text. */
  let ends: (Match | undefined)[] = []
  for (const [index, character] of [...word].entries()) {
    const next: (Match | undefined)[] = []
    let best: Match | undefined
    for (let at = 0; at < text.length; at += 1) {
      const before = index === 0 ? NONE : best
      if (text[at] === character && before) {
        const isNext = index > 0 && ends[at - 1] !== undefined
        const close = isNext ? better(ends[at - 1], NEXT, before) : before
        const score = close.score + 1 + (isStart(text, at) ? START : 0)
        next[at] = { score, at: [...close.at, at] }
      }
      best = worn(best, ends[at])
    }
    ends = next
  }
  return ends.reduce<Match | undefined>((best, end, at) => {
    if (!end) return best
    const score = end.score + (isWord(text, at + 1) ? 0 : END)
    return !best || score > best.score ? { score, at: end.at } : best
  }, undefined)
}

/** The character right behind another counts more than one somewhere after it. */
function better(neighbour: Match | undefined, bonus: number, other: Match): Match {
  if (!neighbour || neighbour.score + bonus < other.score) return other
  return { score: neighbour.score + bonus, at: neighbour.at }
}

/** The best match that ended earlier, less a little for each place it lies back. */
function worn(best: Match | undefined, here: Match | undefined): Match | undefined {
  const older = best && { score: best.score - GAP, at: best.at }
  return here && (!older || here.score >= older.score) ? here : older
}

function isStart(text: string, at: number): boolean {
  return at === 0 || !isWord(text, at - 1)
}

function isWord(text: string, at: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[at] ?? '')
}
