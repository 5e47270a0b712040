// SPDX-License-Identifier: GPL-2.0-or-later
// The stages of a frame's way, in its order, and what runs each.
import { shim } from '../../../native-shim/index.ts'
import * as check from './check.mjs'
import * as compose from './compose.mjs'
import { release } from './limits.mjs'
import * as linearise from './linearise.mjs'
import { measure } from './measure.mjs'
import { PathPage } from './page-host.mjs'
import { sizesOf } from './pictures.mjs'
import * as plainCopy from './plain-copy.mjs'
import * as png from './png.mjs'
import * as poll from './poll.mjs'
import * as scan from './scan.mjs'
import * as transport from './transport.mjs'
import * as windows from './windows.mjs'
import * as write from './write.mjs'

/** What the page measures by itself; `page/NAME.mjs` has the cases. */
const pageLimit =
  'memcpy of the changed bytes in the page; with webgl also a pixel read back, to wait for it'
const upload = {
  words: 'texSubImage2D; putImageData',
  limit: pageLimit,
  why: 'a texture’s upload passes through a buffer that Chromium shares with its GPU process, and is waited for here',
}
const draw = {
  words: 'Presenter.draw, until it is done',
  limit: pageLimit,
  why: 'webgl: a software driver runs the shaders, and every draw waits for its process; canvas2d: planes above the primary are blended in JavaScript',
}
const present = {
  words: 'Compositor, from the message to the drawn canvas',
  limit: pageLimit,
  why: 'the upload and the draw above, and on a canvas that is shown a copy of all of it; of a flip to another buffer all of the picture is compared in JavaScript, with webgl drawn',
}

/** `presenters`: measured in the page, once for each. */
export const stages = [
  { name: 'poll', ...poll },
  { name: 'check', ...check },
  { name: 'scan', ...scan },
  { name: 'linearise', ...linearise },
  { name: 'plain-copy', ...plainCopy },
  { name: 'write', ...write },
  { name: 'transport', ...transport },
  { name: 'upload', ...upload, presenters: ['webgl', 'canvas2d'] },
  { name: 'draw', ...draw, presenters: ['webgl', 'canvas2d'] },
  { name: 'present', ...present, presenters: ['webgl', 'canvas2d'] },
  { name: 'windows', ...windows },
  { name: 'compose', ...compose },
  { name: 'png', ...png },
]

/** How long each stage is measured. */
export const plans = {
  full: { budgetMs: 6000, warmMs: 20, sampleMs: 1, leastRounds: 3 },
  quick: { budgetMs: 1500, warmMs: 5, sampleMs: 0.5, leastRounds: 3 },
  tiny: { budgetMs: 1, warmMs: 0, sampleMs: 0.05, leastRounds: 1 },
}

/** Runs stages and keeps the browsers that they share. */
export class StageRunner {
  #scale
  #plan
  #pages = new Map()

  /** @param scale of {@link sizesOf}; @param plan of {@link plans} */
  constructor(scale, plan) {
    this.#scale = scale
    this.#plan = plan
  }

  /** Rows of one stage: what was measured, by case. */
  async run(stage) {
    const { name, presenters } = stage
    const rows = []
    if (presenters) {
      for (const presenter of presenters) {
        const { detail, rows: found } = await this.#inPage(name, presenter)
        rows.push(...found.map((row) => ({ stage: name, presenter, detail, ...row })))
      }
    } else rows.push(...(await this.#inNode(stage)).map((row) => ({ stage: name, ...row })))
    return rows
  }

  async [Symbol.asyncDispose]() {
    for (const page of this.#pages.values()) await page[Symbol.asyncDispose]()
  }

  async #inNode({ cases, run }) {
    await using ending = new AsyncDisposableStack()
    ending.defer(release)
    const owned = ending.use(new DisposableStack())
    const sizes = sizesOf[this.#scale]
    const plan = this.#plan
    const bench = { shim, owned, ending, sizes, size: sizes[1], plan }
    return run ? await run(bench) : await measure(await cases(bench), plan)
  }

  async #inPage(stage, presenter) {
    let page = this.#pages.get(presenter)
    if (!page) {
      page = await PathPage.open(presenter)
      this.#pages.set(presenter, page)
    }
    const task = { kind: 'measure', stage, presenter, scale: this.#scale, plan: this.#plan }
    return page.ask(task)
  }
}
