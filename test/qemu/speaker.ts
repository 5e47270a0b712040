// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

/** What drives the timers of a PC, Hz. */
const PIT_HZ = 1_193_182
const SECTOR = 512

/** A second has so many ticks of the firmware's clock. */
const TICKS = 18.2

/**
 * A boot sector that sounds a tone on the PC speaker for some seconds, then switches it off and halts:
 * a guest with sound and without an operating system. The registers are those of the 8254 timer and of
 * the PC's port B.
 */
export function bootSector(hertz: number, seconds: number): Uint8Array {
  const divisor = Math.round(PIT_HZ / hertz)
  const ticks = Math.round(seconds * TICKS)
  // biome-ignore format: one row per instruction
  const code = [
    0xb0, 0xb6,                   // mov al, 0xb6      timer 2, both bytes, square wave
    0xe6, 0x43,                   // out 0x43, al
    0xb0, divisor & 0xff,         // mov al, low byte
    0xe6, 0x42,                   // out 0x42, al
    0xb0, divisor >> 8,           // mov al, high byte
    0xe6, 0x42,                   // out 0x42, al
    0xe4, 0x61,                   // in al, 0x61
    0x0c, 0x03,                   // or al, 3          timer 2 runs, speaker on
    0xe6, 0x61,                   // out 0x61, al
    0xfb,                         // sti
    0xb9, ticks & 0xff, ticks >> 8, // mov cx, ticks
    0xf4,                         // hlt               until the clock ticks
    0xe2, 0xfd,                   // loop to the hlt
    0xe4, 0x61,                   // in al, 0x61
    0x24, 0xfc,                   // and al, ~3        speaker off
    0xe6, 0x61,                   // out 0x61, al
    0xf4,                         // hlt
    0xeb, 0xfd,                   // jmp to the hlt
  ]
  const sector = new Uint8Array(SECTOR)
  sector.set(code)
  sector.set([0x55, 0xaa], SECTOR - 2)
  return sector
}

/**
 * Arguments of a QEMU whose guest sounds a tone; its audio goes to the D-Bus display `snd`.
 *
 * @param audio further options of it
 */
export function speakerGuest(hertz: number, seconds: number, audio = ''): readonly string[] {
  const disk = path.join(temporaryFolder(), 'tone.img')
  writeFileSync(disk, bootSector(hertz, seconds))
  return [
    ...['-machine', 'pc,pcspk-audiodev=snd', '-vga', 'std', '-audiodev', `dbus,id=snd${audio}`],
    ...['-drive', `file=${disk},format=raw,if=floppy`],
  ]
}

/** Of the D-Bus display that the sound goes to. */
export const SPEAKER_DISPLAY = 'dbus,p2p=yes,audiodev=snd'
