// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FILE_PAGE, FILE_TOKEN } from '../../core/frame-file.ts'
import { findFrameFile, isInMemory } from '../../main/shell/chromium/frame-file.ts'
import { PayloadFile } from '../../main/source/payload-file.ts'
import { shim } from '../../native-shim/index.ts'
import { expectNoLeaks } from './no-leaks.ts'

const MEMORY = '/dev/shm'
const token = Uint8Array.from({ length: FILE_TOKEN }, (_, at) => at + 1)
const openFiles = () => readdirSync('/proc/self/fd').length

expectNoLeaks()

describe.skipIf(!isInMemory(MEMORY))('the file that a page shares', () => {
  let profile = ''
  let folder = ''
  beforeEach(() => {
    profile = mkdtempSync(path.join(MEMORY, 'scanout-test-'))
    folder = path.join(profile, 'Default', 'File System', '000', 't', '00')
    mkdirSync(folder, { recursive: true })
  })
  afterEach(() => rmSync(profile, { recursive: true }))

  it('is found by its token among others, takes payloads, and leaves nothing open', () => {
    const before = openFiles()
    writeFileSync(path.join(folder, '00000000'), 'something else')
    writeFileSync(path.join(folder, '00000001'), token)
    {
      const fd = findFrameFile(profile, token)
      if (!fd) throw new Error('the file was not found')
      using file = new PayloadFile(shim, fd)
      const payload = Uint8Array.from({ length: 10_000 }, (_, at) => at & 0xff)
      const first = file.place(payload.length)
      first.mapping.write(first.at, payload)
      const second = file.place(3_000_000)
      second.mapping.write(second.at + 2_999_995, payload.subarray(0, 5))
      expect(first.at).toBe(FILE_PAGE)
      const bytes = readFileSync(path.join(folder, '00000001'))
      expect(bytes.subarray(first.at, first.at + 10_000).equals(payload)).toBe(true)
      const end = second.at + 3_000_000
      expect([...bytes.subarray(end - 5, end)]).toEqual([0, 1, 2, 3, 4])
      expect([...bytes.subarray(0, FILE_TOKEN)]).toEqual([...token])
    }
    expect(openFiles()).toBe(before)
  })

  it('is nowhere without the token, behind a link, or for a token that is none', () => {
    const before = openFiles()
    writeFileSync(path.join(profile, 'outside'), token)
    symlinkSync(path.join(profile, 'outside'), path.join(folder, '00000000'))
    writeFileSync(path.join(folder, '00000001'), token.subarray(0, 15))
    expect(findFrameFile(profile, token)).toBe(undefined)
    expect(findFrameFile(profile, token.subarray(0, 3))).toBe(undefined)
    expect(findFrameFile(path.join(profile, 'no such'), token)).toBe(undefined)
    expect(openFiles()).toBe(before)
  })

  it('is found beside one that cannot be opened', async () => {
    const busy = path.join(folder, '00000000')
    copyFileSync('/bin/sleep', busy)
    chmodSync(busy, 0o755)
    writeFileSync(path.join(folder, '00000001'), token)
    const running = spawn(busy, ['60'], { stdio: 'ignore' })
    try {
      await once(running, 'spawn')
      expect(() => openSync(busy, 'r+')).toThrow('ETXTBSY')
      using fd = findFrameFile(profile, token)
      expect(fd).toBeDefined()
    } finally {
      const ended = once(running, 'exit')
      running.kill('SIGKILL')
      await ended
    }
  })

  it('is not made where there is no room', () => {
    expect(isInMemory(MEMORY, 1)).toBe(true)
    expect(isInMemory(MEMORY, Number.MAX_SAFE_INTEGER)).toBe(false)
  })

  it('is not used where a disk would see it', () => {
    if (isInMemory(tmpdir())) return
    const onDisk = mkdtempSync(path.join(tmpdir(), 'scanout-test-'))
    const inner = path.join(onDisk, 'Default', 'File System')
    mkdirSync(inner, { recursive: true })
    writeFileSync(path.join(inner, '0'), token)
    expect(findFrameFile(onDisk, token)).toBe(undefined)
    rmSync(onDisk, { recursive: true })
  })
})
