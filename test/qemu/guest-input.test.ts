// SPDX-License-Identifier: GPL-2.0-or-later
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InputEvent, PointerButton } from '../../core/input.ts'
import { keycodes, qnumOf } from '../../core/keycodes.ts'
import { qmpEvents } from '../../main/input/qmp-input.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { guestHindrance, guestTitle } from './guest/files.ts'
import { linuxInputCodes, linuxKeyName } from './guest/keys.ts'
import { type GuestInput, LinuxGuest } from './linux-guest.ts'
import { view } from './viewer.ts'

const size = { width: 1920, height: 1080 }
const patience = { timeout: 20_000, interval: 3 }
const numbers = linuxInputCodes()
const numberOf = (name: string) => numbers.get(name) ?? Number.NaN

/** Keys of which QEMU up to 7.2 has no name. */
const highKeys = Array.from({ length: 12 }, (_, at) => `F${at + 13}`)
const sunKeys = ['Again', 'Props', 'Undo', 'Copy', 'Open', 'Paste', 'Find', 'Cut', 'Help']
const media = ['MediaTrackNext', 'MediaTrackPrevious', 'MediaStop', 'MediaPlayPause', 'MediaSelect']
const browser = ['Home', 'Favorites', 'Refresh', 'Stop', 'Back', 'Forward'].map(
  (x) => `Browser${x}`,
)
const apps = ['LaunchApp1', 'LaunchApp2', 'LaunchMail', 'Sleep', 'WakeUp']

type Row = {
  readonly keyboard: string
  readonly pointer: string
  /** Keys that QEMU's device does not have. */
  readonly lacks: readonly string[]
  /** Keys that QEMU's device takes for another. */
  readonly confuses: Readonly<Record<string, string>>
  readonly buttons: readonly PointerButton[]
}

// biome-ignore format: one row per device
const devices: Readonly<Record<GuestInput, Row>> = {
  virtio: { keyboard: 'QEMU Virtio Keyboard', pointer: 'QEMU Virtio Tablet', lacks: [], confuses: {}, buttons: ['left', 'middle', 'right', 'side', 'extra', 'wheel-up', 'wheel-down'] },
  ps2:    { keyboard: 'AT Translated Set 2 keyboard', pointer: 'ImExPS/2 Generic Explorer Mouse', lacks: [...sunKeys, 'Lang1', 'Lang2'], confuses: {}, buttons: ['left', 'middle', 'right', 'side', 'extra', 'wheel-up', 'wheel-down', 'wheel-left', 'wheel-right'] },
  usb:    { keyboard: 'QEMU QEMU USB Keyboard', pointer: 'QEMU QEMU USB Tablet', lacks: [...sunKeys.filter((code) => code !== 'Open'), 'Lang1', 'Lang2', ...media, ...browser, ...apps], confuses: { NumpadComma: 'KEY_RIGHTMETA', NumpadEqual: 'KEY_F13', Open: 'KEY_F24' }, buttons: ['left', 'middle', 'right', 'wheel-up', 'wheel-down'] },
}
const names = Object.keys(devices) as readonly GuestInput[]

const buttonNames: Readonly<Record<string, string>> = {
  left: 'BTN_LEFT',
  middle: 'BTN_MIDDLE',
  right: 'BTN_RIGHT',
  side: 'BTN_SIDE',
  extra: 'BTN_EXTRA',
}
/** One turn; to the right and away from the hand is positive. */
const wheels: Readonly<Record<string, readonly [string, number]>> = {
  'wheel-up': ['REL_WHEEL', 1],
  'wheel-down': ['REL_WHEEL', -1],
  'wheel-left': ['REL_HWHEEL', -1],
  'wheel-right': ['REL_HWHEEL', 1],
}

const guests = new Map<GuestInput, LinuxGuest>()

function guestWith(input: GuestInput): LinuxGuest {
  const guest = guests.get(input)
  if (!guest) throw new Error(`${input} did not boot`)
  return guest
}

type Heard = {
  readonly device: string
  readonly type: number
  readonly code: number
  readonly value: number
}

/** What the guest's input devices said since a line of its log. Repeats of a held key are left out. */
function heardSince(guest: LinuxGuest, from: number): readonly Heard[] {
  const devicesByNumber = new Map(
    guest.log.flatMap((line) => {
      const [, number, name] = /^input (\d+) (.*?)(?: abs .*)?$/.exec(line) ?? []
      return number && name ? [[number, name] as const] : []
    }),
  )
  const fine = [numberOf('REL_WHEEL_HI_RES'), numberOf('REL_HWHEEL_HI_RES')]
  return guest.log.slice(from).flatMap((line) => {
    const [, number, type, code, value] = /^event (\d+) (\d+) (\d+) (-?\d+)$/.exec(line) ?? []
    if (number === undefined) return []
    const device = devicesByNumber.get(number) ?? ''
    const heard = { device, type: Number(type), code: Number(code), value: Number(value) }
    if (heard.type === numberOf('EV_REL') && fine.includes(heard.code)) return []
    return heard.type === numberOf('EV_KEY') && heard.value === 2 ? [] : [heard]
  })
}

const click = (code: string): readonly InputEvent[] =>
  [true, false].map((down) => ({ kind: 'key', qnum: qnumOf(code) ?? 0, down }) as const)
const tap = (button: PointerButton): readonly InputEvent[] =>
  [true, false].map((down) => ({ kind: 'button', button, down }) as const)

type Send = (events: readonly InputEvent[]) => void | Promise<void>

/** What arrives of some events, which are followed by another that is known to arrive and left out. */
async function arriving(
  guest: LinuxGuest,
  send: Send,
  events: readonly InputEvent[],
  last: { readonly events: readonly InputEvent[]; readonly code: number },
): Promise<readonly Heard[]> {
  const from = guest.log.length
  const releases = (heard: readonly Heard[]) =>
    heard.filter(({ code, value }) => code === last.code && value === 0).length
  await send(events)
  await send(last.events)
  const isSame = JSON.stringify(events) === JSON.stringify(last.events)
  await expect.poll(() => releases(heardSince(guest, from)), patience).toBe(isSame ? 2 : 1)
  return heardSince(guest, from).slice(0, -2)
}

const lastKey = { events: click('KeyA'), code: numberOf('KEY_A') }
const lastButton = { events: tap('left'), code: numberOf('BTN_LEFT') }

function sender(source: Source): Send {
  return (events) => source.input?.(events)
}

/** Through the monitor, in the words that the program uses there. */
function monitorOf(guest: LinuxGuest): Send {
  return async (events) => {
    for (const event of events) {
      await guest.vm.execute('input-send-event', { events: qmpEvents(event, size) })
    }
  }
}

expectNoLeaks()

describe.skipIf(guestHindrance !== undefined)(guestTitle('input to a Linux guest'), () => {
  let knowsHighKeys = false
  beforeAll(async () => {
    const started = names.map(async (input) => {
      const guest = await LinuxGuest.start({ display: 'std', input, size })
      guests.set(input, guest)
      await guest.logged(new RegExp(`^input \\d+ ${devices[input].pointer}`))
      await guest.logged(new RegExp(`^input \\d+ ${devices[input].keyboard}`))
    })
    await Promise.all(started)
    const schema = await guestWith('ps2').vm.execute('query-qmp-schema')
    knowsHighKeys = JSON.stringify(schema).includes('"f13"')
  }, 120_000)
  afterAll(async () => {
    for (const guest of guests.values()) await guest[Symbol.asyncDispose]()
  })

  it('covers every key, and Linux has a number for each', () => {
    const unknown = keycodes.filter(({ code }) => !numbers.has(linuxKeyName(code) ?? ''))
    expect(unknown).toEqual([])
    expect(numberOf('KEY_RIGHT')).toBe(106)
  })

  describe.each(names)('by %s', (input) => {
    const { keyboard, pointer, lacks, confuses, buttons } = devices[input]

    it('brings every key as what it is called', async () => {
      const guest = guestWith(input)
      using source = await view(guest.socket)
      const arrived: Record<string, readonly number[]> = {}
      const expected: Record<string, readonly number[]> = {}
      for (const { code } of keycodes) {
        const heard = await arriving(guest, sender(source), click(code), lastKey)
        arrived[code] = heard.flatMap(({ code: key, value }) => [key, value])
        const name = confuses[code] ?? linuxKeyName(code) ?? ''
        const isLacking = lacks.includes(code) || (highKeys.includes(code) && !knowsHighKeys)
        expected[code] = isLacking ? [] : [numberOf(name), 1, numberOf(name), 0]
        expect(heard.every(({ device }) => device === keyboard)).toBe(true)
      }
      expect(arrived).toEqual(expected)
    })

    it('brings every button, and turns of the wheel', async () => {
      const guest = guestWith(input)
      using source = await view(guest.socket)
      for (const button of [
        ...Object.keys(buttonNames),
        ...Object.keys(wheels),
      ] as PointerButton[]) {
        const heard = await arriving(guest, sender(source), tap(button), lastButton)
        const code = numberOf(buttonNames[button] ?? '')
        const [wheel, value] = wheels[button] ?? ['', 0]
        const key = { device: pointer, type: numberOf('EV_KEY'), code }
        const turn = { device: pointer, type: numberOf('EV_REL'), code: numberOf(wheel), value }
        const whole =
          wheel === ''
            ? [
                { ...key, value: 1 },
                { ...key, value: 0 },
              ]
            : [turn]
        expect([button, heard]).toEqual([button, buttons.includes(button) ? whole : []])
      }
    })

    it('lets go of what is held when the viewer is closed', async () => {
      const guest = guestWith(input)
      const source = await view(guest.socket)
      const from = guest.log.length
      const pressed = (to: number) => heardSince(guest, from).filter(({ value }) => value === to)
      source.input?.([
        { kind: 'key', qnum: qnumOf('ShiftLeft') ?? 0, down: true },
        { kind: 'key', qnum: qnumOf('KeyS') ?? 0, down: true },
        { kind: 'button', button: 'left', down: true },
      ])
      await expect.poll(() => pressed(1).length, patience).toBe(3)
      source[Symbol.dispose]()
      await expect.poll(() => pressed(0).length, patience).toBe(3)
      const held = ['KEY_LEFTSHIFT', 'KEY_S', 'BTN_LEFT'].map(numberOf)
      expect(pressed(0).map(({ code }) => code)).toEqual(expect.arrayContaining(held))
    })
  })

  it.each(['virtio', 'usb'] as const)('by %s brings no motion, only positions', async (input) => {
    const guest = guestWith(input)
    using source = await view(guest.socket)
    await expect.poll(() => source.accepts?.pointer, patience).toBe('absolute')
    const motion = { kind: 'motion', dx: 5, dy: -3 } as const
    expect(await arriving(guest, sender(source), [motion], lastButton)).toEqual([])
  })

  it('by ps2 brings motion, no positions', async () => {
    const guest = guestWith('ps2')
    using source = await view(guest.socket)
    expect(source.accepts?.pointer).toBe('relative')
    const events: readonly InputEvent[] = [
      { kind: 'pointer', x: 5, y: 3 },
      { kind: 'motion', dx: 5, dy: -3 },
    ]
    const heard = await arriving(guest, sender(source), events, lastButton)
    expect(heard.map(({ type, code, value }) => [type, code, value])).toEqual([
      [numberOf('EV_REL'), numberOf('REL_X'), 5],
      [numberOf('EV_REL'), numberOf('REL_Y'), -3],
    ])
  })

  // biome-ignore format: one row per position
  const places = [[1, 1], [2, 3], [960, 540], [961, 541], [100, 50], [1917, 1077], [1918, 1078], [640, 359], [0, 0]] as const

  /** Which pixel a guest takes a position for: it divides the axis among its pixels. */
  async function pixelAt(guest: LinuxGuest, send: Send, x: number, y: number) {
    const heard = await arriving(guest, send, [{ kind: 'pointer', x, y }], lastButton)
    const value = (axis: string) =>
      heard.find(({ type, code }) => type === numberOf('EV_ABS') && code === numberOf(axis))?.value
    const pixel = (axis: string, side: number) =>
      Math.floor(((value(axis) ?? Number.NaN) * side) / 0x8000)
    return [pixel('ABS_X', size.width), pixel('ABS_Y', size.height)]
  }

  describe.each(['virtio', 'usb'] as const)('by %s', (input) => {
    it('brings every position to its pixel', async () => {
      const guest = guestWith(input)
      using source = await view(guest.socket)
      await expect.poll(() => source.accepts?.pointer, patience).toBe('absolute')
      for (const [x, y] of places) {
        expect(await pixelAt(guest, sender(source), x, y)).toEqual([x, y])
      }
      // QEMU takes no larger position, and rounds down.
      expect(await pixelAt(guest, sender(source), 1919, 1079)).toEqual([1918, 1078])
    })

    it('brings every position through the monitor to its pixel', async () => {
      const guest = guestWith(input)
      for (const [x, y] of [...places, [1919, 1079] as const]) {
        expect(await pixelAt(guest, monitorOf(guest), x, y)).toEqual([x, y])
      }
    })
  })
})
