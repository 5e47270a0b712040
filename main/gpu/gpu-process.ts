// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import type { Failure } from '../../core/failure.ts'
import { fourccValue } from '../../core/fourcc.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { LINEAR } from '../../core/modifier.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Fd, NativeShim } from '../../native-shim/api.ts'
import { shim as addon } from '../../native-shim/index.ts'
import { isNativeError } from '../source/native-failure.ts'
import type { GpuRequest, GpuTrouble } from './gpu-child.ts'
import type { GpuImage } from './gpu-image.ts'
import { GpuLine } from './gpu-line.ts'
import { gpuProgram } from './gpu-program.ts'
import { readStride } from './gpu-wire.ts'

export type GpuOptions = {
  /** This device alone: `/dev/dri/renderD128`. Every render node, then software, when left out. */
  readonly node?: string
  /** Another program than the addon's own `scanout-gpu`. */
  readonly program?: string
  /** How long one answer may take, ms; thrice that until the first picture. */
  readonly patience?: number
  readonly shim?: NativeShim
}

const PATIENCE_MS = 10_000
/** What a device refused it is not asked again for so long, ms: a frame comes every 16. */
const REFUSED_MS = 2000
const MOST_REFUSALS = 64
const PAGE = 4096
const DRI = '/dev/dri'

type Attempt<Value> = (line: GpuLine, device: GpuDevice) => Promise<Result<Value, GpuTrouble>>

/**
 * GPUs, each reached through a process of its own, because drivers crash over buffers that they do not
 * expect. A process is started when it is needed first; one that crashed, hung or lied is replaced, at
 * most three times a minute. Devices are tried in the order GPUs, then software.
 */
export class GpuProcess implements Disposable {
  readonly #lines: readonly GpuLine[]
  readonly #shim: NativeShim
  /** By device and layout: what it refused and when. */
  readonly #refusals = new Map<string, { readonly why: string; readonly at: number }>()
  /** By layout: who could read it last. */
  readonly #proven = new Map<string, GpuLine>()

  static start(options: GpuOptions = {}): GpuProcess {
    const shim = options.shim ?? addon
    const program = options.program ?? gpuProgram()
    const nodes = options.node === undefined ? [...renderNodes(), undefined] : [options.node]
    const patience = options.patience ?? PATIENCE_MS
    const lines = program ? nodes.map((node) => new GpuLine(shim, program, node, patience)) : []
    return new GpuProcess(shim, lines)
  }

  private constructor(shim: NativeShim, lines: readonly GpuLine[]) {
    this.#shim = shim
    this.#lines = lines
  }

  /** What there is, GPUs before software; those that could not be opened are left out. */
  async devices(): Promise<Result<readonly GpuDevice[], Failure>> {
    const found: GpuDevice[] = []
    const whys: string[] = []
    for (const line of this.#lines) {
      const device = await line.device()
      if (device.ok) found.push(device.value)
      else whys.push(`${line.name}: ${device.failure.why}`)
    }
    return found.length > 0 ? ok(found) : fail(noGpu('cannot reach a GPU', whys))
  }

  /** Imports this very buffer, binds it as GL_TEXTURE_2D and draws one pixel of it. */
  async probe(image: GpuImage): Promise<Result<void, Failure>> {
    return this.#try('probe', image, 'cannot draw the buffer with a GPU', async (line) => {
      const answer = await line.ask({ operation: 'probe', image })
      return answer.ok ? ok(undefined) : answer
    })
  }

  /**
   * Reads the picture into a memfd or udmabuf of width × 4 × height bytes: AR24, linear, rows tight, in
   * the order of memory.
   *
   * @returns who did it
   */
  async read(image: GpuImage, target: Fd): Promise<Result<GpuDevice, Failure>> {
    const what = 'cannot read the picture back from a GPU'
    return this.#try('read', image, what, async (line, device) => {
      const answer = await line.ask({ operation: 'read', image, target })
      return answer.ok ? ok(device) : answer
    })
  }

  /**
   * The same picture as a linear AR24 dma-buf, whose descriptor is the caller's.
   *
   * @param into an earlier answer for pictures of that size, which is drawn into and given back
   */
  async convert(image: GpuImage, into?: GpuImage): Promise<Result<GpuImage, Failure>> {
    const what = 'cannot convert the picture with a GPU'
    return this.#try('convert', image, what, (line, device) => {
      if (device.node === undefined) return this.#convertInMemory(line, image, into)
      return into ? drawInto(line, image, into) : this.#given(line, { operation: 'convert', image })
    })
  }

  /**
   * A linear AR24 dma-buf of a device's own memory, whose descriptor is the caller's.
   *
   * @param pixels a file of width × 4 × height bytes, rows tight
   */
  async fill(width: number, height: number, pixels: Fd): Promise<Result<GpuImage, Failure>> {
    const image = { width, height, fourcc: fourccValue('AR24') ?? 0, modifier: LINEAR, memory: [] }
    const what = 'cannot allocate a picture on a GPU'
    return this.#try('fill', image, what, async (line, device) =>
      device.node === undefined
        ? fail({ kind: 'unsupported', why: 'software has no memory of its own' })
        : this.#given(line, { operation: 'fill', image, target: pixels }),
    )
  }

  [Symbol.dispose](): void {
    for (const line of this.#lines) line[Symbol.dispose]()
  }

  /** Asks one device after the other, the one that last could do it first. */
  async #try<Value>(
    purpose: string,
    image: GpuImage,
    what: string,
    attempt: Attempt<Value>,
  ): Promise<Result<Value, Failure>> {
    const key = `${purpose} ${layoutKey(image)}`
    const proven = this.#proven.get(key)
    const whys: string[] = []
    for (const line of proven
      ? [proven, ...this.#lines.filter((l) => l !== proven)]
      : this.#lines) {
      const result = await this.#attempt(`${line.node} ${key}`, line, attempt)
      if (result.ok) {
        if (this.#proven.size >= MOST_REFUSALS) this.#proven.clear()
        this.#proven.set(key, line)
        return result
      }
      whys.push(`${line.name}: ${result.failure.why}`)
    }
    this.#proven.delete(key)
    return fail(noGpu(what, whys))
  }

  async #attempt<Value>(
    key: string,
    line: GpuLine,
    attempt: Attempt<Value>,
  ): Promise<Result<Value, GpuTrouble>> {
    const refused = this.#refusals.get(key)
    if (refused && performance.now() - refused.at < REFUSED_MS) {
      return fail({ kind: 'unsupported', why: refused.why })
    }
    const device = await line.device()
    if (!device.ok) return device
    if (!device.value.importsDmaBufs) {
      return fail({ kind: 'no-device', why: 'it imports no dma-bufs' })
    }
    const result = await attempt(line, device.value)
    this.#refusals.delete(key)
    // What failed for this very buffer says nothing of another.
    if (!result.ok && result.failure.kind !== 'failed') {
      if (this.#refusals.size >= MOST_REFUSALS) this.#refusals.clear()
      this.#refusals.set(key, { why: result.failure.why, at: performance.now() })
    }
    return result
  }

  /** A buffer that the device made for an image. */
  async #given(
    line: GpuLine,
    request: GpuRequest & { readonly image: GpuImage },
  ): Promise<Result<GpuImage, GpuTrouble>> {
    const { image, operation } = request
    const answer = await line.ask(request)
    if (!answer.ok) return answer
    using owned = new DisposableStack()
    const [fd] = answer.value.fds.map((one) => owned.use(one))
    if (!fd) throw new Error(`${operation} answers with a descriptor`)
    try {
      const stride = readStride(answer.value.payload)
      const size = fd.size()
      const isEnough = stride >= image.width * 4 && stride * image.height <= size
      if (!isEnough) throw new SyntaxError('the buffer that it gave is too small')
      owned.move()
      return ok(linearImage(image, fd, stride, size))
    } catch (error) {
      if (!(error instanceof SyntaxError || isNativeError(error))) throw error
      return fail({ kind: 'failed', why: error.message })
    }
  }

  /** Software has no memory of its own to share: a memfd becomes the dma-buf. */
  async #convertInMemory(
    line: GpuLine,
    image: GpuImage,
    into: GpuImage | undefined,
  ): Promise<Result<GpuImage, GpuTrouble>> {
    const stride = image.width * 4
    const size = Math.ceil((stride * image.height) / PAGE) * PAGE
    using owned = new DisposableStack()
    try {
      const known = into?.memory[0]?.fd
      const target = known ?? owned.use(this.#udmabuf(size))
      const answer = await line.ask({ operation: 'read', image, target })
      if (!answer.ok) return answer
      owned.move()
      return ok(into ?? linearImage(image, target, stride, size))
    } catch (error) {
      if (!isNativeError(error)) throw error
      return fail({ kind: 'failed', why: `/dev/udmabuf cannot be used (${error.code})` })
    }
  }

  #udmabuf(size: number): Fd {
    using memfd = this.#shim.createMemfd('scanout-converted', size)
    return this.#shim.createUdmabuf(memfd, 0, size)
  }
}

async function drawInto(
  line: GpuLine,
  image: GpuImage,
  into: GpuImage,
): Promise<Result<GpuImage, GpuTrouble>> {
  const [memory] = into.memory
  const isFit = into.width === image.width && into.height === image.height
  if (memory?.offset !== 0 || !isFit) throw new RangeError('into is of another layout')
  const { fd: target, stride: targetStride } = memory
  const answer = await line.ask({ operation: 'draw', image, target, targetStride })
  return answer.ok ? ok(into) : answer
}

function linearImage({ width, height }: GpuImage, fd: Fd, stride: number, size: number): GpuImage {
  const fourcc = fourccValue('AR24') ?? 0
  return { width, height, fourcc, modifier: LINEAR, memory: [{ fd, offset: 0, stride, size }] }
}

function layoutKey({ width, height, fourcc, modifier, memory }: GpuImage): string {
  const places = memory.map(({ offset, stride }) => `${offset}/${stride}`)
  return [fourcc, modifier, width, height, ...places].join(' ')
}

/** `renderD128`, `renderD129` …, in order. */
export function renderNodes(): readonly string[] {
  try {
    const names = readdirSync(DRI).filter((name) => /^renderD\d+$/.test(name))
    return names.sort().map((name) => `${DRI}/${name}`)
  } catch (error) {
    if (!isNativeError(error)) throw error
    return []
  }
}

function noGpu(what: string, whys: readonly string[]): Failure {
  return {
    code: 'no-gpu',
    what,
    why: whys.length > 0 ? whys.join('; ') : 'the program scanout-gpu was not built',
    remedy:
      whys.length > 0
        ? 'Install the driver of the GPU that the VM uses (Mesa with EGL), and let this user open /dev/dri/renderD*'
        : 'Run scripts/bootstrap',
  }
}
