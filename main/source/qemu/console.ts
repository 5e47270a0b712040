// SPDX-License-Identifier: GPL-2.0-or-later
import type { ConsoleInfo } from '../../../core/guest.ts'
import type { BusPeer } from './bus.ts'
import { Variant, type WireValue } from './wire.ts'

// QEMU's display objects, as the client sees them (QEMU's ui/dbus-display1.xml).

export const ROOT = '/org/qemu/Display1'
export const PROPERTIES = 'org.freedesktop.DBus.Properties'
export const MOUSE = 'org.qemu.Display1.Mouse'
export const KEYBOARD = 'org.qemu.Display1.Keyboard'
export const MULTI_TOUCH = 'org.qemu.Display1.MultiTouch'
export const CONSOLE = 'org.qemu.Display1.Console'

export function consolePath(id: number): string {
  return `${ROOT}/Console_${id}`
}

/** All properties of one interface; those of a wrong shape are left out. */
export async function readProperties(
  bus: BusPeer,
  path: string,
  owner: string,
  patienceMs?: number,
): Promise<ReadonlyMap<string, WireValue>> {
  const call = { path, interface: PROPERTIES, member: 'GetAll', signature: 's', body: [owner] }
  const { signature, body } = await bus.call(call, patienceMs)
  return signature === 'a{sv}' ? propertyMap(body[0]) : new Map()
}

/** An `a{sv}`. */
export function propertyMap(value: WireValue | undefined): ReadonlyMap<string, WireValue> {
  const entries = (value ?? []) as readonly (readonly [string, WireValue])[]
  return new Map(
    entries.flatMap(([name, variant]) =>
      variant instanceof Variant ? [[name, variant.value] as const] : [],
    ),
  )
}

/** Name, UUID and consoles of the VM. */
export function readVm(bus: BusPeer, patienceMs?: number): Promise<ReadonlyMap<string, WireValue>> {
  return readProperties(bus, `${ROOT}/VM`, 'org.qemu.Display1.VM', patienceMs)
}

/** The VM's UUID in small letters; undefined where QEMU was given none, which it says by zeroes. */
export async function readUuid(bus: BusPeer): Promise<string | undefined> {
  const uuid = String((await readVm(bus)).get('UUID') ?? '').toLowerCase()
  const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)
  return isUuid && /[1-9a-f]/.test(uuid) ? uuid : undefined
}

/** Every console of the VM, in QEMU's order. */
export async function readConsoles(bus: BusPeer): Promise<readonly ConsoleInfo[]> {
  const vm = await readVm(bus)
  const ids = vm.get('ConsoleIDs')
  const known = Array.isArray(ids) ? ids.filter((id) => typeof id === 'number') : []
  return Promise.all(
    known.slice(0, MAX_CONSOLES).map(async (id) => {
      const properties = await readProperties(bus, consolePath(id), CONSOLE)
      const label = String(properties.get('Label') ?? '').slice(0, 100)
      return { id, label, type: String(properties.get('Type') ?? '').slice(0, 20) }
    }),
  )
}

/** QEMU itself stops at fewer. */
const MAX_CONSOLES = 64

/** The wished one, by number or label; without a wish the first with graphics. */
export function chooseConsole(
  consoles: readonly ConsoleInfo[],
  wish: string | undefined,
): ConsoleInfo | undefined {
  if (wish === undefined) return consoles.find(({ type }) => type === 'Graphic') ?? consoles[0]
  return (
    consoles.find(({ label }) => label === wish) ?? consoles.find(({ id }) => String(id) === wish)
  )
}
