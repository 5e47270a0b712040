// SPDX-License-Identifier: GPL-2.0-or-later
import { defineConfig } from 'vitest/config'

/** A busy host is slow, not wrong: what is waited for may take this long. */
const patient = { poll: { timeout: 15_000 } }

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, environment: 'node', expect: patient, ...extra },
})

/** Importing the real package from Node would download Electron. */
const fakeElectron = new URL('test/fakes/electron.ts', import.meta.url).pathname

/**
 * Tests beside real guests, browsers and packages share a host whose pace they do not set: one more try, and
 * scripts/test.mjs names every test that needed it, with what the first try ran into.
 */
const beside = { retry: 1 }

/** One project per layer of tests; scripts/test.mjs runs those that the host can run. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], { alias: { electron: fakeElectron } }),
      project('native', ['test/native/**/*.test.ts'], { pool: 'forks', testTimeout: 30_000 }),
      project('gl', ['test/gl/**/*.test.ts'], {
        ...beside,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
      project('qemu', ['test/qemu/**/*.test.ts'], {
        ...beside,
        pool: 'forks',
        testTimeout: 120_000,
        fileParallelism: false,
      }),
      project('package', ['test/package/**/*.test.ts'], {
        ...beside,
        pool: 'forks',
        globalSetup: ['test/package/setup.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        ...beside,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
    ],
  },
})
