// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { findBrowser } from '../../main/shell/chromium/browser-binary.ts'
import { hostFacts } from '../../main/shell/chromium/flags.ts'

/** Software drivers that a machine without a GPU has. */
export type GlDriver = 'swiftshader' | 'llvmpipe'

/** Chromium's own driver always; Mesa's where it is installed. */
export const drivers: readonly GlDriver[] = hostFacts().llvmpipe
  ? ['swiftshader', 'llvmpipe']
  : ['swiftshader']

const flags: Readonly<Record<GlDriver, readonly string[]>> = {
  swiftshader: [],
  llvmpipe: ['--use-gl=angle', '--use-angle=gl-egl', '--ignore-gpu-blocklist'],
}

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Starts the Chromium that the product would start, headless, on one driver. */
export async function startBrowser(
  driver: GlDriver,
  more: readonly string[] = [],
): Promise<Browser> {
  const found = findBrowser(process.env)
  if (!found.ok) throw new Error(`${found.failure.why}. ${found.failure.remedy}`)
  return chromium.launch({
    executablePath: found.value,
    headless: true,
    args: ['--no-sandbox', ...flags[driver], ...more],
    // Playwright's own: it would hide what the drivers need by themselves.
    ignoreDefaultArgs: ['--enable-unsafe-swiftshader'],
  })
}

type Bundle = { readonly script: string; readonly style: string }
const bundles = new Map<string, Promise<Bundle>>()

/** A page's script, and its style sheet if it has one; bundled once. */
export function bundle(entry: string): Promise<Bundle> {
  const known = bundles.get(entry)
  if (known) return known
  const made = buildPage(entry)
  bundles.set(entry, made)
  return made
}

async function buildPage(entry: string): Promise<Bundle> {
  const options: BuildOptions = {
    absWorkingDir: root,
    entryPoints: { page: entry },
    outdir: 'out/test',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'chrome134',
    jsx: 'automatic',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  }
  const { outputFiles = [] } = await build(options)
  const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? ''
  return { script: text('.js'), style: text('.css') }
}

/** Files of a made-up origin; everything else there is 404. */
export type Site = Readonly<
  Record<string, { readonly type: string; readonly body: string | Buffer }>
>

/** Opens a page of `site` under a secure origin, as the shells serve it; its errors fail the test run. */
export async function openPage(
  browser: Browser,
  site: Site,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.route('**/*', async (route) => {
    const file = site[new URL(route.request().url()).pathname]
    if (file) await route.fulfill({ contentType: file.type, body: file.body, headers })
    else await route.fulfill({ status: 404, body: '' })
  })
  await page.goto('https://scanout.test/')
  return page
}

/** What the shells send: no inline script or style, nothing from elsewhere. */
const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
}
