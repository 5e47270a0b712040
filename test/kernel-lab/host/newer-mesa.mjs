// SPDX-License-Identifier: GPL-2.0-or-later
// Mesa of Debian 13: its software renderer imports dma-bufs, which that of Debian 12 does with a DRM
// device alone.
//
//   node test/kernel-lab/host/newer-mesa.mjs     fetches what is missing and says what there is
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchSuite, libraries, writeStarter } from './debian-suite.mjs'
import { Skip } from './skip.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
const folder = path.join(root, '.cache/mesa-trixie')
const wanted = ['libegl1', 'libegl-mesa0', 'libgles2', 'libgbm1', 'libgl1-mesa-dri', 'libstdc++6']

/** A program that starts `$SCANOUT_GPU` with Mesa of Debian 13; undefined while it is not in the cache. */
export function cachedMesa() {
  return existsSync(path.join(folder, 'complete')) ? path.join(folder, 'scanout-gpu') : undefined
}

/**
 * Fetches it, once.
 *
 * @param say takes one line of progress
 * @returns its version
 * @throws Skip when it cannot be had here
 */
export function fetchMesa(say) {
  const notice = 'downloading Mesa of Debian 13 with its libraries (60 MB, once)'
  return fetchSuite({ suite: 'trixie', target: folder, wanted, finish, notice, say })
}

async function finish(target) {
  await writeStarter(target, 'scanout-gpu', [
    // A sanitizer of the host's own libraries.
    'unset LD_PRELOAD',
    `export __EGL_VENDOR_LIBRARY_DIRS="$here/usr/share/glvnd/egl_vendor.d"`,
    `export LIBGL_DRIVERS_PATH="$here/${libraries}/dri" GBM_BACKENDS_PATH="$here/${libraries}/gbm"`,
    'start "$SCANOUT_GPU" "$@"',
  ])
  return 'Debian 13'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const version = await fetchMesa((line) => process.stdout.write(`${line}\n`))
    process.stdout.write(`Mesa of ${version}\n`)
  } catch (error) {
    if (!(error instanceof Skip)) throw error
    process.stdout.write(`SKIP Mesa: ${error.message}\n`)
  }
}
