// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { inspectCommand } from '../../../../main/commands/inspect.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { FakeSource } from '../../../fakes/fake-source.ts'

it.each([
  ['nothing', [], 'no address'],
  ['an address and --gpu', ['fake:', '--gpu'], '--gpu tests this host'],
  ['an address and --forget', ['fake:', '--forget'], '--forget belongs to it'],
  ['--forget alone', ['--forget'], '--forget belongs to it'],
])('inspect of %s is wrong use', async (_what, words, why) => {
  using fake = new FakeIo()
  const source = new FakeSource()
  const result = await inspectCommand(source.open).run(words, fake.io)
  expect(result).toMatchObject({ failure: { code: 'usage', why: expect.stringContaining(why) } })
  expect(fake.text).toBe('')
})
