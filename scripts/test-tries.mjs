// SPDX-License-Identifier: GPL-2.0-or-later
// A Vitest reporter: writes which tests passed only when they were tried again, and what the try before
// ran into, into the file that SCANOUT_TEST_TRIES names.
import { writeFileSync } from 'node:fs'

export default class TestTries {
  #tries = []

  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return
    const message = test.result().errors?.[0]?.message ?? 'no message'
    this.#tries.push({ name: test.fullName, message })
  }

  onTestRunEnd() {
    const file = process.env.SCANOUT_TEST_TRIES
    if (file) writeFileSync(file, JSON.stringify(this.#tries))
  }
}
