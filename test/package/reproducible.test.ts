// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { packageKinds } from '../../packaging/builder.ts'

const { packages } = inject('built')
const sum = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

describe('a package that is made twice, in two places, time zones, languages and with two umasks', () => {
  for (const kind of packageKinds) {
    const pair = packages[kind]
    const tool = { deb: 'dpkg', rpm: 'rpm', AppImage: 'squashfs-tools' }[kind]
    it.skipIf(!pair)(
      `is the same ${kind}, byte for byte (needs the Debian package ${tool})`,
      () => {
        const [one = '', other = ''] = pair ?? []
        expect(one).not.toBe(other)
        expect(sum(one)).toBe(sum(other))
      },
    )
  }
})
