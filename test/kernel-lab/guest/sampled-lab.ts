// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { fourccValue } from '../../../core/fourcc.ts'
import { noCapabilities } from '../../../core/guest.ts'
import type { PlaneKind } from '../../../core/plane.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import type { PlaneReading, SourceInfo } from '../../../main/source/source.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { NO_HOTSPOT } from '../../conformance/plane-device.ts'
import { Planelab } from './planelab.ts'
import type { Sample, Samples } from './samples.ts'

export const info: SourceInfo = {
  ...{ address: 'vfio:lab', name: 'lab', access: 'dma-buf' },
  capabilities: noCapabilities,
}

/** A planelab that can scan out any sample: its buffer 0 is the noise. */
export class SampledLab extends Planelab {
  constructor({ noise }: Samples) {
    super()
    this.makeBuffer(0, noise.length)
    this.loadPixels(0, 0, noise)
  }

  /** Scans a sample out: its first memory plane, for the ABI has no words for others. */
  show(kind: PlaneKind, { plane, from }: Sample, x = 0, y = 0): void {
    const { modifier, width, height } = plane
    const { stride = 0, size = 0 } = plane.memory[0] ?? {}
    const fourcc = fourccValue(plane.fourcc) ?? 0
    const hotspot = { hotX: NO_HOTSPOT, hotY: NO_HOTSPOT }
    const place = { slot: 0, offset: from, fourcc, modifier, width, height, stride, size, x, y }
    this.setPlane(kind, { ...place, ...hotspot })
  }

  /** Scans all of a sample's memory out as if it were a linear picture of bytes. */
  showBytes({ from, length }: Sample): void {
    const [width, height] = [4096, Math.ceil(length / 4096)]
    this.tell(
      `plane primary buf=0 offset=${from} fourcc=${fourccValue('R8  ')} ` +
        `width=${width} height=${height} stride=${width}`,
    )
  }
}

/** A source over a planelab of its own. */
export class SampledSource implements Disposable {
  readonly lab: SampledLab
  readonly source: DeviceSource
  readonly #owned: DisposableStack

  constructor(samples: Samples) {
    using owned = new DisposableStack()
    this.lab = owned.use(new SampledLab(samples))
    const device = shim.openVfioMdev(this.lab.uuid)
    const map = (fd: Fd, length: number) => shim.map(fd, 0, length, false)
    const now = () => performance.now()
    this.source = owned.use(new DeviceSource({ info, device, transport: 'dmabuf', map, now }))
    this.#owned = owned.move()
  }

  primary(): PlaneReading {
    const found = this.source.refresh().find(({ status }) => status.kind === 'primary')
    assert.ok(found)
    return found
  }

  /** A dma-buf of all of a sample's memory, lent until the next reading. */
  dmabufOf(sample: Sample): Fd {
    this.lab.showBytes(sample)
    const [dmabuf] = this.primary().memory?.dmabufs ?? []
    assert.ok(dmabuf)
    return dmabuf
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}
