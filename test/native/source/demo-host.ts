// SPDX-License-Identifier: GPL-2.0-or-later

import { fourccValue } from '../../../core/fourcc.ts'
import { noCapabilities } from '../../../core/guest.ts'
import type { PlaneStatus } from '../../../core/plane.ts'
import type { FrameMessage } from '../../../core/protocol.ts'
import { DemoDevice, type DemoPlane } from '../../../main/source/demo/device.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import { SourceHost } from '../../../main/source/host.ts'
import type { SourceReport } from '../../../main/source/messages.ts'
import type { ReadBacks } from '../../../main/source/read-backs.ts'
import type { SourceInfo } from '../../../main/source/source.ts'
import { shim } from '../../../native-shim/index.ts'
import { picture } from '../../conformance/plane-device.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

/** 16 × 16 of AR24, in slot 8. */
export const pointer: DemoPlane = {
  ...picture,
  slot: 8,
  fourcc: fourccValue('AR24') ?? 0,
  width: 16,
  height: 16,
  stride: 64,
  size: 1024,
  x: 5,
  y: 6,
  hotX: 1,
  hotY: 2,
}

export const info: SourceInfo = {
  address: 'demo:test',
  name: 'test',
  access: 'dma-buf',
  capabilities: noCapabilities,
}

/** A host over a demo device that a test is the guest of. */
export class DemoHost implements Disposable {
  readonly clock = new ManualClock()
  readonly device = new DemoDevice(shim)
  readonly source: DeviceSource
  readonly host: SourceHost
  readonly reports: SourceReport[] = []
  readonly #owned = new DisposableStack()

  /** @param dress makes the guest's first picture */
  constructor(
    dress: (device: DemoDevice) => void = () => {},
    transport: 'dmabuf' | 'region' = 'dmabuf',
    readBacks?: ReadBacks,
  ) {
    this.device.setTransport(transport)
    dress(this.device)
    this.source = new DeviceSource({
      info,
      device: this.device,
      transport,
      map: this.device.mapDmabuf.bind(this.device),
      now: () => this.clock.now(),
      ...(readBacks && { readBacks }),
    })
    this.host = this.#owned.use(
      new SourceHost(this.source, shim, this.clock, (report) => this.reports.push(report)),
    )
  }

  /** Lets time pass, then takes the frames that came; each counts as presented. */
  frames(ms = 40): { frame: FrameMessage; payload: Uint8Array }[] {
    this.clock.advance(ms)
    return this.take('frame').map(({ frame, payload }) => {
      this.host.handle({ kind: 'presented', seq: frame.seq })
      return { frame, payload }
    })
  }

  /** Removes and returns the reports of one kind. */
  take<K extends SourceReport['kind']>(kind: K): Extract<SourceReport, { kind: K }>[] {
    const found = this.reports.filter((report) => report.kind === kind)
    const rest = this.reports.filter((report) => report.kind !== kind)
    this.reports.length = 0
    this.reports.push(...rest)
    return found as Extract<SourceReport, { kind: K }>[]
  }

  /** The newest state of a plane that was reported. */
  state(kind: PlaneStatus['kind']): PlaneStatus | undefined {
    const statuses = this.take('planes').at(-1)?.statuses
    return statuses?.find((status) => status.kind === kind)
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}

/** Makes a buffer of one byte repeated and scans it out. */
export function show(device: DemoDevice, plane: DemoPlane, byte: number): void {
  device.makeBuffer(plane.slot, plane.size)
  device.loadPixels(plane.slot, 0, new Uint8Array(plane.size).fill(byte))
  device.setPlane(plane === picture || plane.slot < 8 ? 'primary' : 'cursor', plane)
}
