// SPDX-License-Identifier: GPL-2.0-or-later
import type { Io, Writer } from './command.ts'

/** This process as commands see it. */
export function processIo(signal: AbortSignal): Io {
  return {
    stdout: streamWriter(process.stdout),
    stderr: streamWriter(process.stderr),
    // Made when it is asked for: that alone begins to read.
    get stdin() {
      return process.stdin
    },
    env: process.env,
    cwd: process.cwd(),
    signal,
  }
}

/** A stream as a {@link Writer}: a write that the other end no longer wants rejects with EPIPE. */
export function streamWriter(stream: NodeJS.WriteStream): Writer {
  return {
    isTerminal: stream.isTTY === true,
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => (error ? reject(error) : resolve()))
      }),
  }
}
