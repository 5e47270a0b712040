// SPDX-License-Identifier: GPL-2.0-or-later
import { release, type as systemName } from 'node:os'
import type { Failure } from '../../core/failure.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { shim as addon } from '../../native-shim/index.ts'
import type { Io } from '../command.ts'
import { GpuProcess } from '../gpu/gpu-process.ts'
import { type GpuCase, type GpuTestShim, type TestedGpu, testGpu } from '../gpu/gpu-test.ts'
import { deviceReport, type GpuDeviceReport, type GpuReport, isProven } from '../gpu-report.ts'
import { gpuReportText } from '../gpu-report-text.ts'
import { chooseShell, findElectron } from '../shell/choose-shell.ts'
import { isNativeError } from '../source/native-failure.ts'
import { deviceObjection, type PciIds, pciIds } from '../transport/texture-gate.ts'
import { chooseTransport } from '../transport/transports.ts'
import { version } from '../version.ts'
import { ZeroCopyMarks } from '../zero-copy-marks.ts'

/** What the test reaches GPUs with; tests of it give their own. */
export type GpuTestParts = {
  /** @param node one device alone */
  start(node?: string): TestedGpu & Pick<GpuProcess, 'devices'> & Disposable
  readonly shim: GpuTestShim
  pciIds(node: string): Promise<PciIds | undefined>
}

const realParts: GpuTestParts = {
  start: (node) => GpuProcess.start(node === undefined ? {} : { node }),
  shim: addon,
  pciIds,
}

export type GpuTestWish = {
  readonly json: boolean
  /** Textures may be tried again where they failed. */
  readonly forget: boolean
}

/** Tests the host's GPUs and prints what came of it; a failure when a window could not rely on any. */
export async function inspectGpu(
  { json, forget }: GpuTestWish,
  io: Io,
  parts: GpuTestParts = realParts,
): Promise<Result<void, Failure>> {
  const marks = new ZeroCopyMarks(io.env)
  if (forget) await marks.clearAll()
  const report = await gpuReport(io, marks, parts)
  await io.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : gpuReportText(report))
  return report.passed ? ok(undefined) : fail(notPassed(report))
}

async function gpuReport(io: Io, marks: ZeroCopyMarks, parts: GpuTestParts): Promise<GpuReport> {
  using all = parts.start()
  const found = await all.devices()
  const devices: GpuDeviceReport[] = []
  for (const device of found.ok ? found.value : []) {
    if (io.signal.aborted) break
    const ids = device.node === undefined ? undefined : await parts.pciIds(device.node)
    const mark = await marks.find(device)
    const cases = device.importsDmaBufs ? await allCases(device, parts, io.signal) : []
    devices.push(deviceReport(device, ids ? pciText(ids) : null, cases, mark?.why ?? null))
  }
  const electron = findElectron(io.env)
  return {
    scanoutInspectGpu: 1,
    version: version(),
    system: `${systemName()} ${release()}, ${process.arch}`,
    electron: electron ?? null,
    udmabuf: udmabufObjection(parts.shim),
    trouble: found.ok ? null : found.failure.why,
    devices,
    transport: await likelyTransport(found, marks, electron),
    passed: devices.some(isProven) && devices.every((one) => one.software || isProven(one)),
  }
}

async function allCases(
  device: GpuDevice,
  parts: GpuTestParts,
  signal: AbortSignal,
): Promise<readonly GpuCase[]> {
  const cases: GpuCase[] = []
  using gpu = parts.start(device.node)
  for await (const one of testGpu(device, gpu, parts.shim)) {
    cases.push(one)
    if (signal.aborted) break
  }
  return cases
}

/** What a window would take that finds all as it is now; its own test comes when it opens. */
async function likelyTransport(
  found: Result<readonly GpuDevice[], Failure>,
  marks: ZeroCopyMarks,
  electron: string | undefined,
): Promise<GpuReport['transport']> {
  const shell = chooseShell(undefined, electron)
  const gpu = found.ok ? found.value.find(({ software }) => !software) : undefined
  const textureObjection = gpu
    ? deviceObjection(gpu, await marks.find(gpu))
    : 'this user reaches no GPU (/dev/dri/renderD*)'
  const kind = shell.ok ? shell.value : 'chromium'
  return chooseTransport({ shell: kind, textureObjection, memoryObjection: undefined })
}

/** Why memory cannot become dma-bufs; null when it can. */
function udmabufObjection(shim: GpuTestShim): string | null {
  try {
    using memfd = shim.createMemfd('scanout-gpu-test', 4096)
    using _ = shim.createUdmabuf(memfd, 0, 4096)
    return null
  } catch (error) {
    if (!isNativeError(error)) throw error
    return `cannot be used (${error.syscall} failed with ${error.code})`
  }
}

function pciText({ vendor, device }: PciIds): string {
  return [vendor, device].map((id) => id.toString(16).padStart(4, '0')).join(':')
}

function notPassed({ devices, trouble }: GpuReport): Failure {
  const real = devices.filter(({ software }) => !software)
  const what = 'the test of the GPUs did not pass'
  if (real.length === 0) {
    return {
      code: 'no-gpu',
      what,
      why: trouble ?? 'this user reaches none (/dev/dri/renderD*)',
      remedy: 'Install its driver (Mesa with EGL), and let this user open /dev/dri/renderD*',
    }
  }
  const failed = real.flatMap(({ cases }) => cases.filter(({ outcome }) => outcome === 'failed'))
  const why = failed.length > 0 ? `${failed.length} tries failed` : 'nothing could be tried'
  return { code: 'gpu-test', what, why, remedy: 'Windows copy pixels instead; report the above' }
}
