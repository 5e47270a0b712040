// SPDX-License-Identifier: GPL-2.0-or-later
import type { Verdict } from './failure.ts'
import { type FourccRow, fourccs, fourccValue } from './fourcc.ts'
import { BIG_ENDIAN, fourccName } from './fourcc-names.ts'
import { INVALID, type ModifierRow, modifierText } from './modifier.ts'
import { describeModifier } from './modifier-names.ts'

// The words of verdicts about formats and layouts: what arrived, why it cannot be shown, what would help.

type Reason = Pick<Verdict, 'code' | 'why' | 'remedy'>

/** The way to get a format supported. */
const REPORT = 'Report it to Scanout with the output of scanout inspect'

/** Why a fourcc is refused: not decodable yet, big endian, or no DRM code at all. */
export function fourccReason(code: string): Reason {
  const decodable = `${fourccs.length} others, XR24, AR24, RG16, XR30 and NV12 among them`
  const number = /^0x[0-9a-f]{8}$/i.test(code) ? Number(code) : fourccValue(code)
  if (number === 0) {
    return {
      code: 'bad-plane',
      why: 'the fourcc is 0, which is no format',
      remedy: 'The producer must report a DRM format, or size 0 while the plane is off',
    }
  }
  if (number !== undefined && number >= BIG_ENDIAN) {
    return {
      code: 'unsupported-fourcc',
      why: `fourcc ${code} has its big-endian bit set, and only little-endian pixels can be decoded`,
      remedy: 'Use a little-endian format in the guest',
    }
  }
  const name = fourccName(code)
  if (name === undefined) {
    return {
      code: 'unknown-fourcc',
      why: `fourcc ${code} is not in drm_fourcc.h; this version knows ${decodable}`,
      remedy: 'The producer must report a DRM format code',
    }
  }
  if (/^C\d/.test(code)) {
    return {
      code: 'unsupported-fourcc',
      why: `fourcc ${code.trim()} holds palette indices, and no palette comes with a plane`,
      remedy: 'Set the guest to 16 or 32 bits per pixel',
    }
  }
  return {
    code: 'unsupported-fourcc',
    why: `fourcc ${code.trim()} (${name}) cannot be decoded by this version; it knows ${decodable}`,
    remedy: `Set the guest to 32 bits per pixel (XR24). ${REPORT} if that is not possible`,
  }
}

/** How a guest is talked out of compressing its framebuffer, by vendor. */
const uncompressed: Readonly<Record<string, string>> = {
  Intel: "Turn compression off in the guest: INTEL_DEBUG=noccs in its compositor's environment",
  AMD: "Turn compression off in the guest: AMD_DEBUG=nodcc in its compositor's environment",
  Arm: "Turn compression off in the guest: PAN_MESA_DEBUG=noafbc in its compositor's environment",
}

/** Families that can be decoded, for people. */
const FAMILIES =
  'linear planes and uncompressed tilings of Intel, AMD, NVIDIA, Arm, Broadcom, Vivante, Samsung and Allwinner'
const LINEAR_HELPS = `Have the guest scan out a linear buffer. ${REPORT}`

/** Why a modifier is refused, in the words of its vendor. */
export function modifierReason(value: bigint): Reason {
  const { name, vendor, layout, because } = describeModifier(value)
  const named = `modifier ${modifierText(value)}${name === undefined ? '' : ` (${name})`}`
  if (value === INVALID) {
    return {
      code: 'implicit-modifier',
      why: `${named} says nothing about how the pixels lie, and guessing would show garbage`,
      remedy: 'The producer must report the modifier of the buffer (0 when it is linear)',
    }
  }
  if (layout === 'compressed') {
    return {
      code: 'compressed-modifier',
      why: `${named} is compressed, and only the ${vendor} GPU that wrote it can read it`,
      remedy: (vendor !== undefined && uncompressed[vendor]) || LINEAR_HELPS,
    }
  }
  const known = vendor === undefined ? 'not in drm_fourcc.h' : `a layout of ${vendor} GPUs`
  return {
    code: 'unsupported-modifier',
    why: `${named} is ${known}; ${because ?? `this version decodes ${FAMILIES}`}`,
    remedy: LINEAR_HELPS,
  }
}

/** Why a format and a layout, both known, do not go together. */
export function pairReason(format: FourccRow, row: ModifierRow): Reason {
  const sizes = format.planes.map(({ bytes }) => bytes).join(' and ')
  const known = row.video ? ` (its video formats are ${row.video.codes.join(', ')})` : ''
  return {
    code: 'unsupported-pair',
    why: `${format.code.trim()} with pixels of ${sizes} bytes has no proven place in ${row.name}${known}`,
    remedy: LINEAR_HELPS,
  }
}
