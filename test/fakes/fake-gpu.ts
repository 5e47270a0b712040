// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for scanout-gpu, and behaves as it is told; tests start it as fake-gpu-program.ts writes it.
//
//   fake-gpu.ts MANNER [NODE]
import type { Fd, FdMessage, FdSocket } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'

const MAGIC = 0x5550_4753
const REQUEST_BYTES = 144
const DESCRIBE = 1
const READ = 3
const CONVERT = 4

type Request = { readonly serial: number; readonly operation: number; readonly view: DataView }
type Answer = (
  socket: FdSocket,
  request: Request,
  fds: readonly Fd[],
) => Promise<unknown> | undefined

function answerBytes(serial: number, status: number, payload: Uint8Array, length?: number) {
  const bytes = Buffer.alloc(16 + payload.length)
  const head = [MAGIC, serial, status, length ?? payload.length]
  for (const [at, word] of head.entries()) bytes.writeUInt32LE(word, at * 4)
  bytes.set(payload, 16)
  return bytes
}

const words = (text: string) => new TextEncoder().encode(text)

function description(count = 1): Uint8Array {
  const text = (value: string) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(value.length)
    return Buffer.concat([length, Buffer.from(value)])
  }
  const head = Buffer.alloc(8)
  head.writeUInt32LE(1 | 2 | 4, 0)
  head.writeUInt32LE(count, 4)
  const format = Buffer.alloc(16)
  format.writeUInt32LE(0x3432_5241, 0)
  const parts = [head, text('Makers'), text('Pretend GPU'), text('OpenGL ES 3.2')]
  return Buffer.concat([...parts, format])
}

/** Copies linear AR24 into the target, as an honest GPU would. */
function paint({ view }: Request, fds: readonly Fd[]): void {
  const [source, target] = fds
  if (!source || !target) throw new Error('too few descriptors')
  const [width, height] = [view.getUint32(12, true), view.getUint32(16, true)]
  const [offset, stride] = [view.getBigUint64(48, true), view.getBigUint64(56, true)].map(Number)
  using from = shim.map(source, 0, source.size(), false)
  using to = shim.map(target, 0, width * 4 * height, true)
  for (let y = 0; y < height; y += 1) {
    to.write(y * width * 4, from.copyOut((offset ?? 0) + y * (stride ?? 0), width * 4))
  }
}

const honest: Answer = (socket, request, fds) => {
  const { serial, operation } = request
  if (operation === DESCRIBE) return socket.send(answerBytes(serial, 0, description()))
  if (operation === READ) paint(request, fds)
  if (operation !== CONVERT) return socket.send(answerBytes(serial, 0, new Uint8Array()))
  const stride = request.view.getUint32(12, true) * 4
  const payload = Buffer.alloc(4)
  payload.writeUInt32LE(stride)
  using made = shim.createMemfd('converted', stride * request.view.getUint32(16, true))
  return socket.send(answerBytes(serial, 0, payload), [made])
}

/** Does as an honest one until pixels are asked for. */
const from =
  (first: number, answer: Answer): Answer =>
  (socket, request, fds) =>
    (request.operation >= first ? answer : honest)(socket, request, fds)

const send =
  (bytes: (serial: number) => Uint8Array): Answer =>
  (socket, { serial }) =>
    socket.send(bytes(serial))

// biome-ignore format: one row per manner
const manners: Readonly<Record<string, Answer>> = {
  honest,
  'crashes':            from(2, () => process.kill(process.pid, 'SIGSEGV') ? undefined : undefined),
  'complains and ends': from(2, () => { process.stderr.write('first\nno such buffer \u0007\n', () => process.exit(7)); return undefined }),
  'hangs':              from(2, () => undefined),
  'hangs up':           from(2, (socket) => { socket[Symbol.dispose](); return undefined }),
  'answers garbage':    from(2, send(() => Buffer.alloc(64, 0xa5))),
  'answers too little': from(2, (socket, { serial }) => socket.send(answerBytes(serial, 0, words('ab'), 8)).then(() => process.exit(0))),
  'answers too much':   from(2, send((serial) => answerBytes(serial, 0, words('abcd'), 2))),
  'answers endlessly':  from(2, send((serial) => answerBytes(serial, 0, words(''), 0xffff_ffff))),
  'answers another':    from(2, send((serial) => answerBytes(serial + 1, 0, words('')))),
  'has a new status':   from(2, send((serial) => answerBytes(serial, 9, words('?')))),
  'sends descriptors':  from(2, (socket, { serial }) => { using fd = shim.createMemfd('gift', 4096); return socket.send(answerBytes(serial, 0, words('')), [fd, fd]) }),
  'describes nonsense': from(1, send((serial) => answerBytes(serial, 0, description(1000)))),
  'refuses':            from(2, send((serial) => answerBytes(serial, 1, words('it takes\n no such layout')))),
  'has no device':      from(1, send((serial) => answerBytes(serial, 3, words('no driver for it')))),
}

async function serve(answer: Answer): Promise<void> {
  const socket = shim.adoptSocket(shim.adoptFd(3))
  let bytes = Buffer.alloc(0)
  let fds: Fd[] = []
  for (;;) {
    const message: FdMessage | undefined = await socket.receive()
    if (!message) process.exit(0)
    bytes = Buffer.concat([bytes, message.bytes])
    fds.push(...message.fds)
    if (bytes.length < REQUEST_BYTES) continue
    const view = new DataView(bytes.buffer, bytes.byteOffset, REQUEST_BYTES)
    const request = { serial: view.getUint32(4, true), operation: view.getUint32(8, true), view }
    await answer(socket, request, fds)
    bytes = bytes.subarray(REQUEST_BYTES)
    for (const fd of fds) fd[Symbol.dispose]()
    fds = []
  }
}

const manner = manners[process.argv[2] ?? '']
if (!manner) throw new Error(`no manner ${process.argv[2]}`)
void serve(manner)
