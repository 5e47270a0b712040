// SPDX-License-Identifier: GPL-2.0-or-later

// What the command line of a QEMU says about its displays and its monitors (QEMU's qemu-options.hx).

/** A D-Bus display: for direct connections, or on the bus whose address is given, or the session's. */
export type QemuDisplay =
  | { readonly kind: 'none' }
  | { readonly kind: 'p2p' }
  | { readonly kind: 'bus'; readonly address: string }

export type QemuLine = {
  /** Undefined when it has none. */
  readonly name: string | undefined
  readonly display: QemuDisplay
  /** Sockets of monitors that speak QMP, as written: a relative path is from QEMU's own folder. */
  readonly monitors: readonly string[]
  /** libvirt holds its monitor. */
  readonly isDomain: boolean
}

/** Anybody may start a process with any words: longer ones are nothing to open, or to read. */
const MAX_NAME = 200
const MAX_PATH = 4096

/** How libvirt calls its own monitor of a QEMU. */
const LIBVIRT_MONITOR = 'charmonitor'

/** Reads the words of a QEMU's command line, the program's name among them. */
export function readQemuLine(words: readonly string[]): QemuLine {
  const sockets = new Map(
    valuesOf(words, 'chardev').flatMap(({ first, rest }) => {
      const id = rest.get('id')
      // Of a socket that was handed down, no path is known.
      return first === 'socket' && id !== undefined ? [[id, rest.get('path') ?? '']] : []
    }),
  )
  const short = ['qmp', 'qmp-pretty'].flatMap((option) =>
    valuesOf(words, option).flatMap(({ first }) => /^unix:(.+)/.exec(first)?.[1] ?? []),
  )
  const long = valuesOf(words, 'mon').flatMap(({ first, rest }) => {
    const chardev = rest.get('chardev') ?? first.replace(/^chardev=/, '')
    return rest.get('mode') === 'control' ? (sockets.get(chardev) ?? []) : []
  })
  // The last of a repeated option counts.
  const name = valuesOf(words, 'name')
    .at(-1)
    ?.first.replace(/^guest=/, '')
  return {
    name: name?.slice(0, MAX_NAME) || undefined,
    display: displayOf(words),
    monitors: [...short, ...long].filter((path) => path !== '' && path.length <= MAX_PATH),
    isDomain: sockets.has(LIBVIRT_MONITOR),
  }
}

function displayOf(words: readonly string[]): QemuDisplay {
  const display = valuesOf(words, 'display').at(-1)
  if (display?.first !== 'dbus') return { kind: 'none' }
  const { rest } = display
  if (['yes', 'on'].includes(rest.get('p2p') ?? '')) return { kind: 'p2p' }
  const address = rest.get('addr') ?? 'session'
  return address.length <= MAX_PATH ? { kind: 'bus', address } : { kind: 'none' }
}

type OptionValue = { readonly first: string; readonly rest: ReadonlyMap<string, string> }

/** What follows an option, each time it is given; two dashes do as well as one. */
function valuesOf(words: readonly string[], option: string): readonly OptionValue[] {
  return words.flatMap((word, at) =>
    word === `-${option}` || word === `--${option}` ? [optionValue(words[at + 1] ?? '')] : [],
  )
}

/** `FIRST,NAME=VALUE,…`; two commas stand for one in a value. A word of a command line has no NUL. */
function optionValue(text: string): OptionValue {
  const [first = '', ...rest] = text
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','))
  return {
    first,
    rest: new Map(
      rest.map((part) => {
        const equals = part.indexOf('=')
        return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
      }),
    ),
  }
}
