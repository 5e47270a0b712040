// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { qnumOf } from '../../core/keycodes.ts'
import { textKeys, typedText } from '../../core/text-keys.ts'
import { STEP_MS, typingSteps } from '../../renderer/input/typing-steps.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { guestHindrance, guestTitle } from './guest/files.ts'
import { linuxInputCodes, linuxKeyName } from './guest/keys.ts'
import { LinuxGuest } from './linux-guest.ts'
import { view } from './viewer.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

// biome-ignore format: one row per device
const keyboards = [
  ['ps2',    'AT Translated Set 2 keyboard'],
  ['usb',    'QEMU QEMU USB Keyboard'],
  ['virtio', 'QEMU Virtio Keyboard'],
] as const
const numbers = linuxInputCodes()
const isKey = numbers.get('EV_KEY')

describe.skipIf(guestHindrance !== undefined)(guestTitle('text typed into a Linux guest'), () => {
  it.each(keyboards)('by %s arrives whole', async (input, name) => {
    const guest = stack.use(await LinuxGuest.start({ display: 'std', input }))
    const [, number] = await guest.logged(new RegExp(`^input (\\d+) ${name}`))
    const source = stack.use(await view(guest.socket))
    const text = [...textKeys.keys()].join('').repeat(2)
    const from = guest.log.length
    const wanted: string[] = []
    for (const { code, down } of typingSteps(typedText(text).keys)) {
      const qnum = qnumOf(code) ?? 0
      source.input?.([{ kind: 'key', qnum, down }])
      wanted.push(`${numbers.get(linuxKeyName(code) ?? '')} ${down ? 1 : 0}`)
      await delay(STEP_MS)
    }
    const heard = () =>
      guest.log.slice(from).flatMap((line) => {
        const [, device, type, code, value] = /^event (\d+) (\d+) (\d+) ([01])$/.exec(line) ?? []
        return device === number && Number(type) === isKey ? [`${code} ${value}`] : []
      })
    await expect.poll(() => heard().length, { timeout: 10_000 }).toBe(wanted.length)
    expect(heard()).toEqual(wanted)
  })
})
