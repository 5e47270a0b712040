// SPDX-License-Identifier: GPL-2.0-or-later
// Times works beside their physical limits, all in turn, in Node and in a page alike.

/** The one in the middle: what else a shared machine does hits some rounds and not others. */
export const median = (list) => list.toSorted((one, other) => one - other)[list.length >> 1] ?? 0

/** What a page's clock tells apart, ms. */
const CLOCK_STEP_MS = 0.005

/**
 * Mean time of a work, ms. A work that returns a number says itself what it took, and one that returns
 * a promise is awaited.
 */
async function sample(work, repeats) {
  let told
  const start = performance.now()
  for (let at = 0; at < repeats; at += 1) {
    const result = work()
    const value = result instanceof Promise ? await result : result
    if (typeof value === 'number') told = (told ?? 0) + value
  }
  return Math.max(told ?? performance.now() - start, CLOCK_STEP_MS / 10) / repeats
}

/** How often something is repeated, so that the clock's steps do not count. */
async function repeatsOf(work, { warmMs, sampleMs }) {
  const end = performance.now() + warmMs
  let least = Number.POSITIVE_INFINITY
  do least = Math.min(least, await sample(work, 1))
  while (performance.now() < end)
  return Math.min(1000, Math.max(1, Math.ceil(sampleMs / Math.max(least, 1e-4))))
}

/**
 * Measures cases in interleaved rounds until the time is used up.
 *
 * @param cases `work` and `limit` do one step each; `prepare` comes before the steps of a round and is not
 *   timed; all else of a case is passed on
 * @param plan `budgetMs` for all rounds, `warmMs` for each work, `sampleMs` that the steps of one round
 *   last at least, `leastRounds`
 * @returns per case the time of a step, of its limit, and the ratio of both in the same round: medians
 */
export async function measure(cases, plan) {
  const counts = []
  for (const { prepare, work, limit } of cases) {
    await prepare?.()
    counts.push([await repeatsOf(work, plan), await repeatsOf(limit, plan)])
  }
  const rounds = cases.map(() => [])
  const end = performance.now() + plan.budgetMs
  for (let round = 0; round < plan.leastRounds || performance.now() < end; round += 1) {
    for (const [at, { prepare, work, limit }] of cases.entries()) {
      await prepare?.()
      const [works, limits] = counts[at]
      const least = await sample(limit, limits)
      rounds[at].push([await sample(work, works), least])
    }
  }
  return cases.map(({ prepare, work, limit, ...facts }, at) => ({
    ...facts,
    ms: median(rounds[at].map(([took]) => took)),
    limitMs: median(rounds[at].map(([, least]) => least)),
    ratio: median(rounds[at].map(([took, least]) => took / least)),
    rounds: rounds[at].length,
  }))
}
