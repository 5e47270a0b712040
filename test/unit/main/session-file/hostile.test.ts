// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parseHotkeys } from '../../../../core/hotkeys.ts'
import { sessionFields } from '../../../../core/session-wish.ts'
import { scaleModes } from '../../../../core/settings.ts'
import { parseArguments } from '../../../../main/arguments.ts'
import { runProgram } from '../../../../main/program.ts'
import { viewWords } from '../../../../main/session-file/view-words.ts'
import { readViewing, type Viewing } from '../../../../main/session-file/viewing.ts'
import { schemes } from '../../../../main/source/address.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { Random } from '../../../fakes/random.ts'

// Whatever a file or a link holds: it is refused in words, or it is an address and wishes of the table.
// Nothing else may come of it: no file changes, no process starts, no word turns into an option.

const CASES = 500

const values = [
  'demo:',
  'libvirt:win11',
  'libvirt:--connect=qemu+ssh://x/system',
  'libvirt:x?uri=qemu%2Bext:///system?command=/bin/sh',
  'libvirt:x?uri=qemu:///session',
  'libvirt:$(touch pwned)',
  'qemu:vm.sock',
  'qemu:../../../../run/docker.sock?console=0',
  'qemu:/run/vm.sock?console=;id',
  'qemu+dbus:unixexec:path=/bin/sh,argv1=-c,argv2=id',
  'qemu+dbus:session?vm=x',
  'dump:../../etc/passwd',
  'dump:planes.json?',
  'planes.json',
  '/etc/shadow.json',
  'vfio+fd:0',
  'vfio+pid:1',
  'vfio:/dev/sda',
  'vfio+unix:/run/x?pid=1',
  'planes+unix:\\\\x',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'scanout:scanout:demo:',
  '--headless',
  '-h',
  '--',
  '--stats=/tmp/pwned',
  "'; touch pwned; '",
  '"%c%F%%',
  '`id`',
  '../../..',
  '~/.ssh/id_rsa',
  '%00',
  '%2e%2e%2f',
  '\u202egnp.exe',
  '\u0000',
  '\u001b]0;x\u0007',
  'x'.repeat(5000),
  '1',
  'true',
  'false',
  'fit',
  '1:1',
  'fullscreen=shift+f11',
  'a=b,c=d',
  '',
]
const keys = [
  ...sessionFields.map(({ key }) => key),
  'command',
  'exec',
  'Exec',
  'shell',
  'stats',
  'frames',
  'clipboard',
  'output',
  'env',
  '__proto__',
  'constructor',
  'toString',
  '--qmp',
  'another',
]
const heads = [
  '[scanout]',
  '[scanout]',
  '[scanout]',
  '[virt-viewer]',
  '[Desktop Entry]',
  '[Scanout]',
]

/** Half of the time a value that the key takes: what is refused at once attacks nothing further in. */
function valueFor(random: Random, key: string): string {
  const row = sessionFields.find((field) => field.key === key)
  const fitting = {
    text: key === 'address' ? values.slice(0, 20) : values,
    flag: ['true', 'false', '1', '0'],
    scale: scaleModes,
    hotkeys: ['fullscreen=shift+f11', 'release=ctrl+r,mute=f1', 'vm:reset=f1', 'vm:clipboard=a'],
  }
  return random.pick(row && random.below(2) === 0 ? fitting[row.takes] : values)
}

function sessionText(random: Random): string {
  const lines = [random.pick(heads)]
  if (random.below(4) > 0) lines.push(`address=${valueFor(random, 'address')}`)
  for (let count = random.below(3); count > 0; count -= 1) {
    const key = random.pick(keys)
    lines.push(`${key}=${valueFor(random, key)}`)
  }
  if (random.below(4) === 0) lines.push('delete-this-file = 1')
  return lines.join(random.pick(['\n', '\n', '\r\n', '\r']))
}

function link(random: Random): string {
  const value = (key: string) => {
    const text = valueFor(random, key)
    return random.below(3) === 0 ? text : encodeURIComponent(text)
  }
  if (random.below(3) === 0) return `scanout:${value('address')}`
  const fields = [`address=${value('address')}`]
  for (let count = random.below(3); count > 0; count -= 1) {
    const key = random.pick(keys)
    fields.push(`${key}=${value(key)}`)
  }
  return `scanout:${random.pick(['', '//', '///'])}?${fields.join(random.pick(['&', '&', ';', '&&']))}`
}

/** Some bytes flipped, cut, doubled or put in. */
function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  let result = Uint8Array.from(bytes)
  for (let count = random.below(4); count > 0; count -= 1) {
    const at = random.below(result.length + 1)
    const to = at + random.below(8)
    const middle = random.pick([
      random.bytes(1 + random.below(4)),
      Buffer.from(
        random.pick(['\0', '\n', '[', ']', '=', '\\', '%', '?', '../', '\ufeff', '[scanout]\n']),
      ),
      result.subarray(at, to),
      new Uint8Array(),
    ])
    result = Uint8Array.from(Buffer.concat([result.subarray(0, at), middle, result.subarray(to)]))
  }
  return result
}

/** Every file below a folder with what it holds. */
function tree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .map((file) => [file, readFileSync(file, 'latin1')]),
  )
}

function children(): string {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
}

const wishes = sessionFields.filter(({ key }) => key !== 'address' && key !== 'delete-this-file')

/** The options of `scanout view` that a wish may become, as that command reads them. */
const tables = {
  name: 'view',
  operands: [{ metavar: 'ADDRESS', help: 'address' }],
  options: Object.fromEntries(
    wishes.map(({ key, takes }) => [
      key,
      takes === 'flag'
        ? { type: 'flag' as const, help: '' }
        : { type: 'text' as const, metavar: 'TEXT', help: '' },
    ]),
  ),
}

function expectViewerOnly({ address, wish }: Viewing, folder: string): void {
  const row = schemes.find(({ scheme }) => scheme === address.scheme)
  expect(row).toBeDefined()
  expect(['vfio+fd', 'vfio+pid']).not.toContain(address.scheme)
  expect([...address.query.keys()].every((name) => row?.options.includes(name))).toBe(true)
  expect(address.query.has('pid') || address.query.has('fd')).toBe(false)
  expect(['qemu:///session', 'qemu:///system', undefined]).toContain(address.query.get('uri'))
  const isFile = ['dump', 'qemu', 'planes+unix', 'vfio+unix'].includes(address.scheme)
  if (isFile) expect(path.normalize(address.path)).toBe(path.resolve(folder, address.path))
  for (const [key, value] of Object.entries(wish)) {
    const takes = wishes.find((field) => field.key === key)?.takes
    expect(takes, `${key} is no wish`).toBeDefined()
    if (takes === 'flag') expect(typeof value).toBe('boolean')
    else expect(value).toMatch(/^\P{Cc}+$/u)
    if (takes === 'scale') expect(scaleModes).toContain(value)
    if (takes === 'hotkeys') expect(parseHotkeys(String(value), 'stranger').ok).toBe(true)
    if (key === 'qmp') expect(path.isAbsolute(String(value))).toBe(true)
  }
  // As words of a command line they are still the same wishes and the same address.
  const [view, ...words] = viewWords(address.text, wish)
  expect(view).toBe('view')
  const given = Object.entries(wish).filter(([, value]) => value !== false)
  const parsed = parseArguments(tables, words)
  expect(parsed).toMatchObject({ ok: true, value: { operands: [address.text] } })
  const options = parsed.ok && parsed.value !== 'help' ? parsed.value.options : {}
  const seen = Object.entries(options).filter(([, value]) => value !== undefined && value !== false)
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(given))
}

/** The program itself says so, in one line, and ends. */
async function expectRefusal(operand: string, place: FakeIo): Promise<void> {
  const before = place.errors.length
  expect([1, 2]).toContain(await runProgram(['view', '--', operand], place.io))
  // Nothing in it drives the terminal that it is printed on.
  expect(place.errors.slice(before)).toMatch(/^scanout: \P{Cc}+\n$/u)
}

it(`opens a viewer or says why not, and does nothing else, for ${CASES} hostile sessions`, async () => {
  using place = new FakeIo()
  const folder = path.join(place.cwd, 'inbox')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'planes.json'), '{}')
  writeFileSync(path.join(place.cwd, 'precious'), 'keep me')
  const random = new Random(20_261_121)
  const before = children()
  const outcomes = { shown: 0, refused: 0, deleted: 0 }
  for (let at = 0; at < CASES; at += 1) {
    const isLink = at % 3 === 2
    const file = path.join(folder, random.pick(['a.scanout', 'b.vv', 'c d;$(id).scanout']))
    const text = isLink ? link(random) : sessionText(random)
    const bytes = at % 2 === 0 ? Buffer.from(text) : mutated(random, Buffer.from(text))
    if (!isLink) writeFileSync(file, bytes)
    const operand = isLink ? `scanout:${Buffer.from(bytes).toString().slice(8)}` : file
    const files = tree(place.cwd)
    const read = await readViewing(operand, place.io)
    if (read.ok) expectViewerOnly(read.value, folder)
    else {
      const { code, why, remedy } = read.failure
      expect(['bad-session', 'usage', 'file']).toContain(code)
      expect(why.length > 3 && remedy.length > 3).toBe(true)
      await expectRefusal(operand, place)
    }
    outcomes[read.ok ? 'shown' : 'refused'] += 1
    if (!isLink && read.ok && !existsSync(file)) {
      expect(Buffer.from(bytes).toString()).toMatch(/delete-this-file[ \t]*=[ \t]*(1|true)/)
      delete files[file]
      outcomes.deleted += 1
    }
    expect(tree(place.cwd)).toEqual(files)
  }
  expect(children()).toBe(before)
  // The attack must reach every outcome, or it proves nothing.
  expect(outcomes.shown).toBeGreaterThan(50)
  expect(outcomes.refused).toBeGreaterThan(200)
  expect(outcomes.deleted).toBeGreaterThan(0)
}, 60_000)
