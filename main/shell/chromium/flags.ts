// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync } from 'node:fs'
import type { PresenterWish } from '../../../core/settings.ts'

/** What decides how Chromium must be started here. */
export type HostFacts = {
  /** A render node or NVIDIA's own device exists: Chromium finds its way by itself. */
  readonly gpu: boolean
  /** Mesa's software driver is installed: twice as fast as Chromium's own, and larger textures. */
  readonly llvmpipe: boolean
  readonly root: boolean
}

const driverFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
]

export function hostFacts(): HostFacts {
  // Chromium reaches it through EGL: the driver without its loader is of no use.
  const mesa = driverFolders.some(
    (folder) =>
      existsSync(`${folder}/libEGL.so.1`) &&
      existsSync(`${folder}/libEGL_mesa.so.0`) &&
      (existsSync(`${folder}/dri/swrast_dri.so`) ||
        names(folder).some((name) => name.startsWith('libgallium-'))),
  )
  return {
    gpu:
      names('/dev/dri').some((name) => name.startsWith('renderD')) || existsSync('/dev/nvidiactl'),
    llvmpipe: mesa,
    root: process.getuid?.() === 0,
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A window of our own: no first-run pages, no services, nothing sent anywhere, nothing kept. */
const always = [
  '--no-first-run',
  '--no-default-browser-check',
  '--no-service-autorun',
  '--noerrdialogs',
  '--disable-background-networking',
  '--disable-breakpad',
  '--disable-client-side-phishing-detection',
  '--disable-component-extensions-with-background-pages',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-infobars',
  '--disable-search-engine-choice-screen',
  '--disable-session-crashed-bubble',
  '--disable-sync',
  '--hide-crash-restore-bubble',
  // A guest is heard from the start, without a click into the window.
  '--autoplay-policy=no-user-gesture-required',
  '--metrics-recording-only',
  '--password-store=basic',
  '--disable-features=Translate,MediaRouter,OptimizationHints,InterestFeedContentSuggestions,DialMediaRouteProvider,CertificateTransparencyComponentUpdater',
]

/**
 * How the page is drawn on a host without a GPU, as measured with Chromium 156. A 2D canvas under the
 * software compositor is shown without waiting for its 60 Hz tick: our page draws when a frame came and
 * paces itself. WebGL2 works headless and on Xvfb by either driver, and both draw every pixel right. A
 * real GPU is left alone.
 */
function graphics(host: HostFacts, presenter: PresenterWish): readonly string[] {
  if (host.gpu) return []
  if (presenter !== 'webgl') {
    return ['--disable-gpu', '--disable-gpu-vsync', '--disable-frame-rate-limit']
  }
  if (host.llvmpipe) return ['--use-gl=angle', '--use-angle=gl-egl', '--ignore-gpu-blocklist']
  return ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
}

/** As root Chromium refuses to start with its sandbox; `--test-type` only hides the banner about it. */
function sandbox(host: HostFacts): readonly string[] {
  return host.root ? ['--no-sandbox', '--test-type'] : []
}

export type BrowserRequest = {
  readonly profile: string
  /** `file:` address of the page that lets the browser in. */
  readonly entry: string
  readonly headless: boolean
  readonly fullscreen: boolean
  readonly presenter: PresenterWish
  /** There is a Wayland display and no X: Chromium looks for Wayland in sessions that say so alone. */
  readonly onlyWayland?: boolean
  /** CSS pixels; otherwise the viewer's. */
  readonly size?: { readonly width: number; readonly height: number }
}

/** Of the viewer's window, CSS pixels. */
const VIEWER_SIZE = { width: 1280, height: 760 }

/** Chromium's whole command line, without the program. No secret may be in it: others can read it. */
export function browserFlags(host: HostFacts, request: BrowserRequest): readonly string[] {
  const size = request.size ?? VIEWER_SIZE
  const window = request.headless
    ? [
        '--headless=new',
        '--hide-scrollbars',
        '--mute-audio',
        '--window-size=1280,800',
        `--app=${request.entry}`,
      ]
    : [
        '--class=scanout',
        `--window-size=${size.width},${size.height}`,
        request.onlyWayland ? '--ozone-platform=wayland' : '--ozone-platform-hint=auto',
        ...(request.fullscreen ? ['--start-fullscreen'] : []),
        `--app=${request.entry}`,
      ]
  return [
    `--user-data-dir=${request.profile}`,
    ...always,
    ...graphics(host, request.presenter),
    ...sandbox(host),
    ...window,
  ]
}
