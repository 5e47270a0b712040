// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, chownSync } from 'node:fs'
import path from 'node:path'
import { type Failure, failureLine } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { FdListener } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { type Command, defineCommand, type Io, wrongUse } from '../command.ts'
import { log } from '../log.ts'
import { parseAddress } from '../source/address.ts'
import { nativeFailure } from '../source/native-failure.ts'
import { openSource } from '../source/open.ts'
import { MAX_VIEWERS, PlanesServer } from '../source/planes/server.ts'
import type { Source } from '../source/source.ts'

/** The command that holds a device and hands out its planes. */
export const broker: Command = defineCommand({
  name: 'broker',
  summary: 'Holds a device with privileges and hands its planes to unprivileged viewers.',
  operands: [{ metavar: 'ADDRESS', help: 'address of the VM, usually vfio+pid:PID or vfio:UUID' }],
  options: {
    listen: {
      type: 'text',
      short: 'l',
      metavar: 'SOCKET',
      required: true,
      help: 'unix socket to listen on; made for its owner alone',
    },
    owner: {
      type: 'text',
      metavar: 'UID[:GID]',
      help: 'whom the socket belongs to, by number: $(id -u)',
    },
    mode: { type: 'text', metavar: 'OCTAL', help: 'permissions of the socket, 0600 to 0666' },
  },
  notes: [
    'Who may connect to the socket may see the screen, and nothing more: the descriptor of the device is never handed out.',
    'Viewers connect with scanout planes+unix:SOCKET. The broker ends with the VM, or on SIGINT and SIGTERM.',
  ],
  execute: async ({ operands: [text], options }, io) => {
    const access = readAccess(options.owner, options.mode)
    if (!access.ok) return access
    const address = parseAddress(text)
    if (!address.ok) return address
    const socketPath = path.resolve(io.cwd, options.listen)
    using owned = new DisposableStack()
    const listening = listen(socketPath, access.value, owned)
    if (!listening.ok) return listening
    const opened = await openSource(address.value, io.signal)
    if (!opened.ok) return io.signal.aborted ? ok(undefined) : opened
    const source = owned.use(opened.value)
    const server = owned.use(new PlanesServer(shim, source))
    await io.stdout.write(`Serving ${source.info.name} on ${socketPath}\n`)
    const failure = await serve(listening.value, source, server, io)
    if (failure) await server.end(failure)
    return failure ? fail(failure) : ok(undefined)
  },
})

type Access = { readonly uid?: number; readonly gid?: number; readonly mode?: number }

function readAccess(owner: string | undefined, mode: string | undefined): Result<Access, Failure> {
  const [, uid, gid] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(owner ?? '') ?? []
  if (owner !== undefined && uid === undefined) {
    return wrongUse(
      'cannot use --owner',
      `${owner} is not UID or UID:GID`,
      'Write --owner $(id -u)',
    )
  }
  if (mode !== undefined && !/^0?6[0-6]{2}$/.test(mode)) {
    return wrongUse('cannot use --mode', `${mode} is not from 0600 to 0666`, 'Write --mode 0660')
  }
  return ok({
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(gid === undefined ? {} : { gid: Number(gid) }),
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
  })
}

function listen(
  socketPath: string,
  { uid, gid, mode }: Access,
  owned: DisposableStack,
): Result<FdListener, Failure> {
  try {
    const listener = owned.use(shim.listen(socketPath))
    if (mode !== undefined) chmodSync(socketPath, mode)
    if (uid !== undefined) chownSync(socketPath, uid, gid ?? process.getgid?.() ?? 0)
    return ok(listener)
  } catch (error) {
    const what = `cannot listen on ${socketPath}`
    const remedy = 'Choose another socket, or end the broker that listens there'
    return fail(nativeFailure(error, what, 'no-socket', remedy))
  }
}

/** Until the VM ends (its failure) or the command is told to stop (undefined). */
async function serve(
  listener: FdListener,
  source: Source,
  server: PlanesServer,
  { signal }: Io,
): Promise<Failure | undefined> {
  const ended = Promise.withResolvers<Failure | undefined>()
  source.onWake(() => {
    if (source.gone) ended.resolve(source.gone)
  })
  const stop = () => ended.resolve(undefined)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  if (source.gone) ended.resolve(source.gone)
  const accepting = accept(listener, source, server, ended.resolve)
  const failure = await ended.promise
  signal.removeEventListener('abort', stop)
  listener[Symbol.dispose]()
  await accepting
  return failure
}

async function accept(
  listener: FdListener,
  source: Source,
  server: PlanesServer,
  end: (failure: Failure) => void,
): Promise<void> {
  for (let socket = await listener.accept(); socket; socket = await listener.accept()) {
    if (server.viewers >= MAX_VIEWERS) {
      log.warn(`a viewer was turned away: ${MAX_VIEWERS} are connected`)
      socket[Symbol.dispose]()
      continue
    }
    void server.serve(socket).then((failure) => {
      if (failure) log.warn(failureLine(failure))
      // A query may find out that the device has gone before the VM's process ends.
      if (source.gone) end(source.gone)
    })
  }
}
