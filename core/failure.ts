// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Something expected that went wrong, in words a person can act on. Plain data: it crosses threads
 * and processes unchanged, and the window, `inspect`, the log and stderr print the same text.
 */
export type Failure = {
  /** Stable, machine-readable: `busy`, `no-permission`, `vm-gone`, `bad-dump`, … */
  readonly code: string
  /** What failed, with its subject: `cannot open vfio group 12`. */
  readonly what: string
  /** Why, with the numbers: `another process holds it (EBUSY)`. */
  readonly why: string
  /** The one obvious next step: `stop the VM, or pass its device fd with vfio+fd:N`. */
  readonly remedy: string
}

/** Why a plane cannot be shown: a {@link Failure} that also names the offending field. */
export type Verdict = Failure & {
  /** Name of the field of the plane that decided: `stride`, `modifier`, `memory[1].offset`. */
  readonly field: string
  /** Its value as printed: decimal for numbers, hex for modifiers, the code for fourccs. */
  readonly value: string
}

/** One line for stderr, without the program's name: `WHAT: WHY. REMEDY`. Control characters are escaped. */
export function failureLine(failure: Failure): string {
  return plainText(`${failure.what}: ${failure.why}. ${failure.remedy}`)
}

/** Escapes C0, DEL and C1, line ends too, so that a hostile name cannot drive a terminal. */
export function plainText(text: string): string {
  return [...text].map(printable).join('')
}

function printable(character: string): string {
  const code = character.charCodeAt(0)
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0)
  return control ? `\\x${code.toString(16).padStart(2, '0')}` : character
}

/** Recognises a failure that came over a thread or process line. */
export function isFailure(value: unknown): value is Failure {
  if (typeof value !== 'object' || value === null) return false
  const { code, what, why, remedy } = value as Record<string, unknown>
  return [code, what, why, remedy].every((text) => typeof text === 'string')
}
