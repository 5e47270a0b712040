// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const PATIENCE_MS = 10_000

/** Connects to a socket that a program is about to listen at. */
export async function connectLate(path: string): Promise<Socket> {
  for (const until = performance.now() + PATIENCE_MS; ; ) {
    const socket = connect(path)
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      if (performance.now() > until) throw error
      await delay(20)
    }
  }
}
