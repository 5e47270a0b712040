// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { fail, ok } from '../../../../core/result.ts'
import { launcherMaker } from '../../../../main/commands/view-launcher.ts'
import { parseAddress } from '../../../../main/source/address.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { randomPlane } from '../../../fakes/planes.ts'

const failure = { code: 'no-picture', what: 'a', why: 'b', remedy: 'c' }
const capture = ok({ planes: [randomPlane({ width: 8, height: 8 }, 1)], statuses: [] })

/** What the page's call makes of a VM, and the entry's text. */
async function make(fake: FakeIo, text: string, wish = {}, name = 'Win 11', seen = fail(failure)) {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(address.failure.why)
  const shown = {
    address: address.value,
    title: undefined,
    viewOnly: false,
    qmp: undefined,
    ...wish,
  }
  const made = await launcherMaker(shown, { ...fake.io, env: { HOME: fake.cwd } })(name, seen)
  return { made, entry: made.ok ? readFileSync(made.value.path, 'utf8') : '' }
}

it('opens the VM as the window does', async () => {
  using fake = new FakeIo()
  const { made, entry } = await make(fake, 'qemu:vm.sock', { viewOnly: true, qmp: 'mon.sock' })
  expect(made).toMatchObject({ ok: true, value: { name: 'Win 11' } })
  const [qmp, socket] = [path.join(fake.cwd, 'mon.sock'), path.join(fake.cwd, 'vm.sock')]
  expect(entry).toContain(` view --view-only --qmp=${qmp} --wait --reconnect -- qemu:${socket}\n`)
})

it('keeps the title that a person gave the window', async () => {
  using fake = new FakeIo()
  const { entry } = await make(fake, 'libvirt:a', { title: 'My VM' }, 'My VM')
  expect(entry).toContain(' view "--title=My VM" --wait --reconnect -- libvirt:a\n')
})

it('draws what the window shows', async () => {
  using fake = new FakeIo()
  const address = parseAddress('demo:')
  if (!address.ok) throw new Error(address.failure.why)
  const shown = { address: address.value, title: undefined, viewOnly: false, qmp: undefined }
  const io = { ...fake.io, env: { HOME: fake.cwd } }
  const made = await launcherMaker(shown, io)('Demo', capture)
  if (!made.ok) throw new Error(made.failure.why)
  const id = path.basename(made.value.path, '.desktop')
  const icon = path.join(fake.cwd, `.local/share/icons/hicolor/256x256/apps/${id}.png`)
  expect(readFileSync(icon).subarray(1, 4).toString()).toBe('PNG')
})

it.each([
  ['a VM whose name is none', 'libvirt:a', 'a\u202eb', 'bad-launcher'],
  ['an address of this moment', 'vfio+pid:42', 'A', 'usage'],
])('says why there can be none for %s', async (_, address, name, code) => {
  using fake = new FakeIo()
  expect((await make(fake, address, {}, name)).made).toMatchObject({ failure: { code } })
})

it('cuts a name that no menu could show', async () => {
  using fake = new FakeIo()
  const { made } = await make(fake, 'libvirt:a', {}, 'x'.repeat(5000))
  expect(made).toMatchObject({ ok: true, value: { name: 'x'.repeat(100) } })
})
