// SPDX-License-Identifier: GPL-2.0-or-later
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

declare global {
  interface Window {
    readonly axe: { run(): Promise<AxeResults> }
  }
}

/** What axe-core calls serious or critical in a page as it is now: a line for each rule and its elements. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  // Through DevTools, which the page's own policy against foreign scripts does not bind.
  await page.evaluate(`if (!window.axe) { ${axe.source} }`)
  const { violations } = await page.evaluate(() => window.axe.run())
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}
