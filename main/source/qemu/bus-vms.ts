// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { BusError } from './bus.ts'
import { readVm } from './console.ts'
import type { MessageBus } from './message-bus.ts'

/** Each QEMU asks for it; those who do not get it wait in line, and can be called all the same. */
const WELL_KNOWN = 'org.qemu'
const NO_UUID = '00000000-0000-0000-0000-000000000000'

/** A QEMU on a bus. */
export type BusVm = {
  /** The unique name of its connection. */
  readonly owner: string
  /** Empty when it has none. */
  readonly name: string
  /** Empty when it has none. */
  readonly uuid: string
}

/**
 * Every QEMU on a bus that answers in time.
 *
 * @throws BusError when the bus does not answer
 */
export async function findVms(bus: MessageBus, patienceMs: number): Promise<readonly BusVm[]> {
  const owners = await bus.owners(WELL_KNOWN, patienceMs)
  const found = await Promise.all(owners.map((owner) => identify(bus, owner, patienceMs)))
  return found.filter((vm) => vm !== undefined)
}

async function identify(bus: MessageBus, owner: string, ms: number): Promise<BusVm | undefined> {
  try {
    const properties = await readVm(bus.at(owner), ms)
    const text = (name: string) => String(properties.get(name) ?? '').slice(0, 100)
    const uuid = text('UUID')
    return { owner, name: text('Name'), uuid: uuid === NO_UUID ? '' : uuid }
  } catch (error) {
    if (error instanceof BusError) return undefined
    throw error
  }
}

/** What of a VM tells it from all others: its name if it can, its UUID, or its connection. */
export function distinction(vm: BusVm, all: readonly BusVm[]): string {
  const isOnly = (key: 'name' | 'uuid') =>
    vm[key] !== '' && all.every((other) => other === vm || other[key] !== vm[key])
  if (isOnly('name')) return vm.name
  return isOnly('uuid') ? vm.uuid : vm.owner
}

/** The address of one VM on a bus; `bus` as in an address: `session`, `unix:path=…`. */
export function vmAddress(bus: string, vm: BusVm, all: readonly BusVm[]): string {
  const word = encodeURIComponent(distinction(vm, all)).replaceAll('%3A', ':')
  return `qemu+dbus:${bus}?vm=${word}`
}

/**
 * The VM that is wished for by name, UUID or connection; without a wish the only one.
 *
 * @param bus as in an address
 */
export function chooseVm(
  bus: string,
  vms: readonly BusVm[],
  wish: string | undefined,
): Result<BusVm, Failure> {
  const what =
    wish === undefined ? `cannot choose a VM on the bus ${bus}` : `cannot find VM ${wish}`
  const addresses = vms.map((vm) => vmAddress(bus, vm, vms)).join(' or ')
  if (vms.length === 0) {
    const why = `no QEMU is on the bus ${bus}`
    const remedy = 'Start QEMU with -display dbus on this bus (-display dbus,addr=ADDRESS)'
    return fail({ code: 'not-found', what, why, remedy })
  }
  const isWished = (vm: BusVm) => [vm.name, vm.uuid, vm.owner].includes(wish ?? '')
  const wished = wish === undefined ? vms : vms.filter(isWished)
  const [vm] = wished
  if (!vm) {
    const why = `the bus ${bus} has other VMs`
    return fail({ code: 'not-found', what, why, remedy: `Use ${addresses}` })
  }
  if (wished.length > 1) {
    const why = wish === undefined ? `it has ${vms.length}` : `${wished.length} VMs are called so`
    const several = wished.map((one) => vmAddress(bus, one, vms)).join(' or ')
    return fail({ code: 'ambiguous', what, why, remedy: `Use ${several}` })
  }
  return ok(vm)
}
