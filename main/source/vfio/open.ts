// SPDX-License-Identifier: GPL-2.0-or-later

import { existsSync, readlinkSync } from 'node:fs'
import type { Failure } from '../../../core/failure.ts'
import { noCapabilities } from '../../../core/guest.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { Fd, VfioDevice } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { DeviceSource, probeTransport } from '../device-source.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { ReadBacks } from '../read-backs.ts'
import type { Address, OpenSource, Source } from '../source.ts'
import { GuestMonitor } from './monitor.ts'
import { openTrouble, takeTrouble } from './trouble.ts'
import { vmName } from './vm-name.ts'

const VFIO_LINK = 'anon_inode:[vfio-device]'
/** How long a manager may take to hand the descriptor over, ms. */
const HAND_OVER_MS = 5000
/** PID_MAX_LIMIT of linux/threads.h */
const MAX_PID = 4_194_304

/** `vfio:UUID` or `vfio:/sys/…/UUID`: opens the group itself. */
export const openVfio: OpenSource = async (address) => {
  try {
    return start(address, shim.openVfioMdev(address.path), optionPid(address))
  } catch (error) {
    return fail(openTrouble(error, `cannot open vfio device ${address.path}`))
  }
}

/** `vfio+fd:N`: a descriptor that this process inherited. It is owned from here on. */
export const openVfioFd: OpenSource = async (address) => {
  const what = `cannot use descriptor ${address.path}`
  const remedy = `Start scanout with the device's descriptor open under that number`
  try {
    // Looked at before it is owned: closing one of Node's own descriptors would break the process.
    const link = readlinkSync(`/proc/self/fd/${address.path}`)
    if (link !== VFIO_LINK) {
      return fail({ code: 'not-vfio', what, why: `it is ${link}, no vfio device`, remedy })
    }
    const device = adopt(shim.adoptFd(Number(address.path)))
    return start(address, device, optionPid(address))
  } catch (error) {
    if (isNativeError(error) && error.code === 'ENOENT') {
      return fail({ code: 'not-found', what, why: 'this process has no such descriptor', remedy })
    }
    return fail(nativeFailure(error, what, 'vfio-failed', remedy))
  }
}

/** `vfio+unix:SOCKET`: the descriptor comes with SCM_RIGHTS; the peer is taken to be the VM's process. */
export const openVfioSocket: OpenSource = async (address, signal) => {
  const what = `cannot get a vfio device from ${address.path}`
  const remedy = 'The other side must send the device descriptor with SCM_RIGHTS'
  try {
    using socket = await shim.connect(address.path)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(HAND_OVER_MS)])
    const stop = () => socket[Symbol.dispose]()
    limit.addEventListener('abort', stop, { once: true })
    using _listening = disposable(() => limit.removeEventListener('abort', stop))
    if (limit.aborted) stop()
    const pid = optionPid(address) ?? livingPid(socket.peer().pid)
    for (;;) {
      const message = await socket.receive()
      if (!message) {
        return fail({ code: 'no-descriptor', what, why: 'it hung up without one', remedy })
      }
      const [first, ...others] = message.fds
      for (const other of others) other[Symbol.dispose]()
      if (first) return start(address, adopt(first), pid)
    }
  } catch (error) {
    if (isNativeError(error) && error.code === 'ECANCELED') {
      return fail({ code: 'timeout', what, why: `none came in ${HAND_OVER_MS / 1000} s`, remedy })
    }
    return fail(nativeFailure(error, what, 'vfio-failed', remedy))
  }
}

/** `vfio+pid:PID`: taken from the running QEMU with pidfd_getfd. */
export const openVfioProcess: OpenSource = async (address) => {
  const pid = Number(address.path)
  const what = `cannot take the vfio device of process ${pid}`
  if (!isPid(pid)) return fail(noProcess(what, pid))
  const fd = address.query.get('fd')
  if (fd !== undefined && !/^\d{1,9}$/.test(fd)) {
    const remedy = 'Leave it out, so that it is searched for'
    return fail({ code: 'usage', what, why: `fd=${fd} is no descriptor number`, remedy })
  }
  try {
    const taken = shim.takeVfioDevice(pid, fd === undefined ? undefined : Number(fd))
    return start(address, adopt(taken), pid)
  } catch (error) {
    return fail(takeTrouble(error, what))
  }
}

/** adoptVfioDevice takes the descriptor over when it succeeds only. */
function adopt(fd: Fd): VfioDevice {
  using owned = new DisposableStack()
  owned.use(fd)
  const device = shim.adoptVfioDevice(fd)
  owned.move()
  return device
}

function disposable(dispose: () => void): Disposable {
  return { [Symbol.dispose]: dispose }
}

function optionPid({ query }: Address): number | undefined {
  const pid = query.get('pid')
  return pid === undefined ? undefined : Number(pid)
}

/** The peer's process; undefined when it is of another PID namespace (0) or has already ended. */
function livingPid(pid: number): number | undefined {
  return isPid(pid) && existsSync(`/proc/${pid}`) ? pid : undefined
}

function isPid(pid: number): boolean {
  return Number.isInteger(pid) && pid > 0 && pid <= MAX_PID
}

function noProcess(what: string, pid: number): Failure {
  const why = `there can be no process ${pid}`
  return { code: 'not-found', what, why, remedy: 'Use the PID of the running QEMU' }
}

/** A source over an open device, which ends with the VM's process where that is known. */
function start(
  address: Address,
  device: VfioDevice,
  pid: number | undefined,
): Result<Source, Failure> {
  using owned = new DisposableStack()
  owned.use(device)
  const what = `cannot show ${address.text}`
  if (pid !== undefined && !isPid(pid)) return fail(noProcess(what, pid))
  try {
    const transport = probeTransport(device)
    if (!transport) return fail(noDisplay(what))
    const watch = pid === undefined ? undefined : owned.use(shim.watchProcess(pid))
    const monitor = GuestMonitor.of(device)
    if (monitor) owned.use(monitor)
    const info = {
      address: address.text,
      name: vmName(pid) ?? address.text,
      access: transport === 'dmabuf' ? 'dma-buf' : 'region',
      capabilities: { ...noCapabilities, resize: monitor !== undefined },
    }
    const source = new VfioSource(
      {
        info,
        device,
        transport,
        map: (fd, length) => shim.map(fd, 0, length, false),
        now: () => performance.now(),
        ...(transport === 'dmabuf' && { readBacks: new ReadBacks(shim) }),
      },
      monitor,
      owned.move(),
    )
    void watch?.ended.then((hasEnded) => {
      if (hasEnded) source.end(vmEnded(pid))
    })
    return ok(source)
  } catch (error) {
    const remedy = 'Look whether the VM still runs'
    return fail(nativeFailure(error, what, 'vfio-failed', remedy))
  }
}

class VfioSource extends DeviceSource {
  readonly #monitor: GuestMonitor | undefined
  readonly #owned: DisposableStack

  /** @param owned the device, its monitor and the watch on the VM's process */
  constructor(
    parts: ConstructorParameters<typeof DeviceSource>[0],
    monitor: GuestMonitor | undefined,
    owned: DisposableStack,
  ) {
    super(parts)
    this.#monitor = monitor
    this.#owned = owned
  }

  request(request: GuestRequest): void {
    this.#monitor?.request(request)
  }

  onNews(listener: (news: GuestNews) => void): void {
    if (this.#monitor) this.#monitor.onNews = listener
  }

  override [Symbol.dispose](): void {
    // Before the device goes: the guest gets its monitor back.
    this.#monitor?.[Symbol.dispose]()
    super[Symbol.dispose]()
    this.#owned[Symbol.dispose]()
  }
}

function noDisplay(what: string): Failure {
  return {
    code: 'no-display',
    what,
    why: 'the device answers no plane query, neither over dma-buf nor over a region (VFIO_DEVICE_QUERY_GFX_PLANE)',
    remedy:
      "Use a mediated GPU with a display; SR-IOV functions have none: show those through the VM's D-Bus display",
  }
}

function vmEnded(pid: number | undefined): Failure {
  return {
    code: 'vm-gone',
    what: 'the VM has ended',
    why: `its process ${pid} is gone, so the device was let go for its next start`,
    remedy: 'Start the VM and open it again',
  }
}
