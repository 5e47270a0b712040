// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  browserNames,
  findBrowser,
  isSnap,
} from '../../../../main/shell/chromium/browser-binary.ts'
import { browserFlags, type HostFacts } from '../../../../main/shell/chromium/flags.ts'
import { makeProfile } from '../../../../main/shell/chromium/profile.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

function program(folder: string, name: string, mode = 0o755): string {
  const file = path.join(folder, name)
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, mode)
  return file
}

const folder = temporaryFolder

describe('the browser', () => {
  it.each(browserNames)('is found under the name %s', (name) => {
    const bin = folder()
    const file = program(bin, name)
    expect(findBrowser({ PATH: `/nowhere:${bin}` })).toEqual({ ok: true, value: file })
  })

  it('is taken in the order of the names, not of PATH', () => {
    const [first, second] = [folder(), folder()]
    program(first, 'google-chrome')
    const chromium = program(second, 'chromium')
    expect(findBrowser({ PATH: `${first}:${second}` })).toEqual({ ok: true, value: chromium })
  })

  it('can be named by SCANOUT_BROWSER as a path or a name', () => {
    const bin = folder()
    const file = program(bin, 'my-chromium')
    expect(findBrowser({ SCANOUT_BROWSER: file })).toEqual({ ok: true, value: file })
    const byName = findBrowser({ SCANOUT_BROWSER: 'my-chromium', PATH: bin })
    expect(byName).toEqual({ ok: true, value: file })
  })

  it.each([
    ['nothing is installed', {}, 'no-browser'],
    ['SCANOUT_BROWSER leads nowhere', { SCANOUT_BROWSER: '/nowhere/chromium' }, 'no-browser'],
  ])('is missed in words when %s', (_when, env, code) => {
    const found = findBrowser({ PATH: folder(), ...env })
    expect(found.ok ? '' : found.failure.code).toBe(code)
  })

  it('is missed with the exact command where apt is', () => {
    const bin = folder()
    program(bin, 'apt-get')
    const found = findBrowser({ PATH: bin })
    expect(found.ok ? '' : found.failure.remedy).toMatch(
      /^Run: (sudo )?apt-get install -y chromium$/,
    )
  })

  it('is no folder and no file that cannot be run', () => {
    const bin = folder()
    program(bin, 'chromium', 0o644)
    expect(findBrowser({ PATH: bin }).ok).toBe(false)
    expect(findBrowser({ SCANOUT_BROWSER: bin }).ok).toBe(false)
  })

  it('is known as a snap by what it links to', () => {
    const bin = folder()
    const snap = program(bin, 'snap')
    const link = path.join(bin, 'chromium')
    symlinkSync(snap, link)
    expect(isSnap(link)).toBe(true)
    expect(isSnap(program(bin, 'chromium-browser'))).toBe(false)
  })
})

const request = {
  profile: '/p',
  entry: 'file:///p/open.html',
  headless: false,
  fullscreen: false,
  presenter: 'webgl',
} as const
const gpu: HostFacts = { gpu: true, llvmpipe: true, root: false }
const software: HostFacts = { gpu: false, llvmpipe: true, root: false }
const bare: HostFacts = { gpu: false, llvmpipe: false, root: false }

describe('its command line', () => {
  it('leaves a real GPU alone', () => {
    const flags = browserFlags(gpu, request).join(' ')
    expect(flags).not.toMatch(/angle|gpu|swiftshader|use-gl/)
  })

  it('draws with Mesa on hosts without a GPU, and with SwiftShader where Mesa is missing', () => {
    expect(browserFlags(software, request)).toContain('--use-angle=gl-egl')
    expect(browserFlags(software, request)).toContain('--ignore-gpu-blocklist')
    expect(browserFlags(bare, request)).toContain('--use-angle=swiftshader')
  })

  it.each(['auto', 'canvas2d'] as const)(
    'does without GL where the CPU would draw (%s)',
    (presenter) => {
      for (const host of [software, bare]) {
        const flags = browserFlags(host, { ...request, presenter })
        expect(flags).toContain('--disable-gpu')
        expect(flags).toContain('--disable-frame-rate-limit')
      }
      expect(browserFlags(gpu, { ...request, presenter })).not.toContain('--disable-gpu')
    },
  )

  it('gives up the sandbox for root alone', () => {
    expect(browserFlags(gpu, request)).not.toContain('--no-sandbox')
    expect(browserFlags({ ...gpu, root: true }, request)).toContain('--no-sandbox')
  })

  it('opens an app window with a class, full screen when asked', () => {
    const flags = browserFlags(gpu, { ...request, fullscreen: true })
    expect(flags).toContain('--app=file:///p/open.html')
    expect(flags).toContain('--class=scanout')
    expect(flags).toContain('--ozone-platform-hint=auto')
    expect(browserFlags(gpu, { ...request, onlyWayland: true })).toContain(
      '--ozone-platform=wayland',
    )
    expect(flags).toContain('--start-fullscreen')
    expect(browserFlags(gpu, request)).not.toContain('--start-fullscreen')
  })

  it('opens no window when headless', () => {
    const flags = browserFlags(gpu, { ...request, headless: true })
    expect(flags).toContain('--headless=new')
    expect(flags).not.toContain('--class=scanout')
  })

  it('keeps to a profile of its own and sends nothing anywhere', () => {
    for (const host of [gpu, software, bare]) {
      const flags = browserFlags(host, request)
      expect(flags).toContain('--user-data-dir=/p')
      expect(flags).toContain('--disable-background-networking')
      expect(flags).toContain('--disable-component-update')
      expect(flags).toContain('--disable-sync')
      expect(flags).toContain('--no-first-run')
      expect(flags.filter((flag) => flag.startsWith('--remote-debugging'))).toEqual([])
    }
  })
})

describe("the browser's profile", () => {
  it('lets our origin alone have what the window needs, and nobody anything else', () => {
    const profile = path.join(folder(), 'profile')
    makeProfile(profile, 'http://127.0.0.1:4711')
    const file = path.join(profile, 'Default', 'Preferences')
    const ours = { 'http://127.0.0.1:4711,*': { setting: 1 } }
    const exceptions = { clipboard: ours, notifications: ours, window_placement: ours }
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      profile: { content_settings: { exceptions } },
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})
