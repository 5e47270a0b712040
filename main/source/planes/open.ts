// SPDX-License-Identifier: GPL-2.0-or-later
import { noCapabilities } from '../../../core/guest.ts'
import { fail, ok } from '../../../core/result.ts'
import { shim } from '../../../native-shim/index.ts'
import { nativeFailure } from '../native-failure.ts'
import { ReadBacks } from '../read-backs.ts'
import type { OpenSource } from '../source.ts'
import { PlanesSource } from './source.ts'

/** How long a producer may take to introduce itself, ms. */
const HELLO_MS = 5000

/** `planes+unix:SOCKET`: planes from a broker or any other producer. */
export const openPlanes: OpenSource = async (address, signal) => {
  const { text, path } = address
  const what = `cannot connect to ${path}`
  try {
    using owned = new DisposableStack()
    const socket = owned.use(await shim.connect(path))
    const info = {
      address: text,
      name: text,
      access: 'dma-buf',
      capabilities: { ...noCapabilities, pushes: true },
    }
    const source = owned.use(
      new PlanesSource(shim, socket, info, () => performance.now(), new ReadBacks(shim)),
    )
    const limit = AbortSignal.any([signal, AbortSignal.timeout(HELLO_MS)])
    const late = Promise.withResolvers<'late'>()
    const giveUp = () => late.resolve('late')
    limit.addEventListener('abort', giveUp, { once: true })
    if (limit.aborted) giveUp()
    const greeting = await Promise.race([source.greeted(), late.promise])
    limit.removeEventListener('abort', giveUp)
    if (greeting === 'late') {
      const why = `the other side did not introduce itself in ${HELLO_MS / 1000} s`
      return fail({
        code: 'timeout',
        what,
        why,
        remedy: 'Is it scanout broker that listens there?',
      })
    }
    if (greeting) return fail(greeting)
    await source.fetch()
    if (source.gone) return fail(source.gone)
    owned.move()
    return ok(source)
  } catch (error) {
    const remedy = 'Start scanout broker there, or give this user access to the socket'
    return fail(nativeFailure(error, what, 'no-producer', remedy))
  }
}
