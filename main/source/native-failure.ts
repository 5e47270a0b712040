// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { NativeError } from '../../native-shim/api.ts'

/** Recognises what the addon and Node throw when a system call failed; everything else is a bug. */
export function isNativeError(error: unknown): error is NativeError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z0-9]+$/.test(error.code) &&
    'syscall' in error
  )
}

/** What an errno means to a person, when the caller knows nothing better. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission was refused',
  EBUSY: 'somebody else holds it',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the other side hung up',
  EFAULT: 'the memory is not there at the moment',
  EINVAL: 'the driver refused the request',
  EMFILE: 'this process has too many open files',
  ENODEV: 'the device is gone',
  ENOENT: 'there is no such thing',
  ENOMEM: 'memory ran out',
  ENOTTY: 'the file is of another kind',
  EPERM: 'it is not permitted',
  EPIPE: 'the other side hung up',
  ESRCH: 'there is no such process',
}

/** The failure that a thrown system call amounts to. Bugs are thrown on. */
export function nativeFailure(error: unknown, what: string, code: string, remedy: string): Failure {
  if (!isNativeError(error)) throw error
  const reason = reasons[error.code]
  const name = `${error.syscall} failed with ${error.code}`
  return { code, what, why: reason === undefined ? name : `${reason} (${name})`, remedy }
}
