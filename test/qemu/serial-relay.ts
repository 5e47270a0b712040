// SPDX-License-Identifier: GPL-2.0-or-later

/** Ports of a PC's first and second serial line: their data, and their line status behind it. */
const COM1 = 0x3f8
const COM2 = 0x2f8
const STATUS = 5
const RECEIVED = 0x01
const SENT = 0x20

/** `MOV DX, port` of the 8086. */
const movDx = (port: number) => [0xba, port & 0xff, port >> 8]

/** Takes a byte from one line and gives it to the other; falls through when there is none. */
const relay = (from: number, to: number) => [
  ...movDx(from + STATUS),
  0xec, // IN AL, DX
  ...[0xa8, RECEIVED], // TEST AL, RECEIVED
  ...[0x74, 20], // JZ to the end
  ...movDx(from),
  0xec, // IN AL, DX
  ...[0x88, 0xc3], // MOV BL, AL
  ...movDx(to + STATUS),
  0xec, // IN AL, DX
  ...[0xa8, SENT], // TEST AL, SENT
  ...[0x74, 0xfb], // JZ back to IN
  ...[0x88, 0xd8], // MOV AL, BL
  ...movDx(to),
  0xee, // OUT DX, AL
]

/** What the relay says on the second line once it runs: whatever was sent to it before is lost. */
export const RELAY_READY = 0x21

/**
 * A disk whose boot sector joins the two serial lines for ever: what sits behind one of them in QEMU,
 * its side of the guest's agent for one, is spoken to by a test behind the other.
 */
export function serialRelayDisk(): Uint8Array {
  const disk = new Uint8Array(64 * 1024)
  const loop = [...relay(COM1, COM2), ...relay(COM2, COM1)]
  const back = 0x100 - (loop.length + 2)
  const greeting = [0xb0, RELAY_READY, ...movDx(COM2), 0xee] // MOV AL, READY; OUT DX, AL
  disk.set([...greeting, ...loop, 0xeb, back]) // JMP to the loop
  disk.set([0x55, 0xaa], 510)
  return disk
}
