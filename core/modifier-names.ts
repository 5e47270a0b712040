// SPDX-License-Identifier: GPL-2.0-or-later
import { INVALID, modifierRow } from './modifier.ts'

// What is known of modifiers that cannot be decoded, so that a verdict can speak of the person's own
// hardware. Vendor ids and names: drm_fourcc.h.

/** How a modifier lies, as far as its bits tell. */
export type ModifierDescription = {
  /** Name in drm_fourcc.h, or the vendor's with the bits that matter; undefined when nobody's. */
  readonly name: string | undefined
  /** `Intel`, `AMD`, …; undefined for the vendor-neutral ones and for ids nobody has. */
  readonly vendor: string | undefined
  readonly layout: 'linear' | 'tiled' | 'compressed' | 'implicit' | 'unknown'
}

/** DRM_FORMAT_MOD_VENDOR_*: the top byte. */
const vendors: readonly (string | undefined)[] = [
  undefined,
  'Intel',
  'AMD',
  'NVIDIA',
  'Samsung',
  'Qualcomm',
  'Vivante',
  'Broadcom',
  'Arm',
  'Allwinner',
  'Amlogic',
  'MediaTek',
  'Apple',
]

/** I915_FORMAT_MOD_*, by value from 1. */
const intel = [
  'X_TILED',
  'Y_TILED',
  'Yf_TILED',
  'Y_TILED_CCS',
  'Yf_TILED_CCS',
  'Y_TILED_GEN12_RC_CCS',
  'Y_TILED_GEN12_MC_CCS',
  'Y_TILED_GEN12_RC_CCS_CC',
  '4_TILED',
  '4_TILED_DG2_RC_CCS',
  '4_TILED_DG2_MC_CCS',
  '4_TILED_DG2_RC_CCS_CC',
  '4_TILED_MTL_RC_CCS',
  '4_TILED_MTL_MC_CCS',
  '4_TILED_MTL_RC_CCS_CC',
  '4_TILED_LNL_CCS',
  '4_TILED_BMG_CCS',
]

const samsung = ['64_32_TILE', '16_16_TILE']
const vivante = ['TILED', 'SUPER_TILED', 'SPLIT_TILED', 'SPLIT_SUPER_TILED']
const broadcom = ['VC4_T_TILED', 'SAND32', 'SAND64', 'SAND128', 'SAND256', 'UIF']

type Named = Pick<ModifierDescription, 'name' | 'layout'>
const nameless: Named = { name: undefined, layout: 'unknown' }

/** One-based lookup by the whole of the vendor's 56 bits. */
function listed(names: readonly string[], prefix: string, low: bigint): Named {
  const name = low >= 1n && low <= BigInt(names.length) ? names[Number(low) - 1] : undefined
  if (name === undefined) return nameless
  return { name: `${prefix}${name}`, layout: name.includes('CCS') ? 'compressed' : 'tiled' }
}

const readers: Readonly<Record<string, (low: bigint) => Named>> = {
  Intel: (low) => listed(intel, 'I915_FORMAT_MOD_', low),
  AMD: (low) => {
    const dcc = (low >> 13n) & 1n
    const [version, tile] = [low & 0xffn, (low >> 8n) & 0x1fn]
    const name = `AMD_FMT_MOD version ${version}, tile ${tile}${dcc ? ', DCC' : ''}`
    return { name, layout: dcc ? 'compressed' : 'tiled' }
  },
  NVIDIA: (low) => {
    if ((low & 0x10n) === 0n) return nameless
    const compressed = ((low >> 23n) & 7n) !== 0n
    const name = `DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D, ${2 ** Number(low & 0xfn)} GOBs high`
    return { name, layout: compressed ? 'compressed' : 'tiled' }
  },
  Samsung: (low) => listed(samsung, 'DRM_FORMAT_MOD_SAMSUNG_', low),
  Qualcomm: (low) => {
    if (low === 1n) return { name: 'DRM_FORMAT_MOD_QCOM_COMPRESSED', layout: 'compressed' }
    const tiled = low === 2n || low === 3n
    return tiled ? { name: `DRM_FORMAT_MOD_QCOM_TILED${low}`, layout: 'tiled' } : nameless
  },
  Vivante: (low) => listed(vivante, 'DRM_FORMAT_MOD_VIVANTE_', low),
  Broadcom: (low) => listed(broadcom, 'DRM_FORMAT_MOD_BROADCOM_', low & 0xffn),
  Arm: (low) => {
    const type = low >> 52n
    if (type === 0n) return { name: 'DRM_FORMAT_MOD_ARM_AFBC', layout: 'compressed' }
    if (type === 2n) return { name: 'DRM_FORMAT_MOD_ARM_AFRC', layout: 'compressed' }
    const interleaved = low === 0x10_0000_0000_0001n
    return interleaved
      ? { name: 'DRM_FORMAT_MOD_ARM_16X16_BLOCK_U_INTERLEAVED', layout: 'tiled' }
      : nameless
  },
  Allwinner: (low) => listed(['TILED'], 'DRM_FORMAT_MOD_ALLWINNER_', low),
  Amlogic: () => ({ name: 'DRM_FORMAT_MOD_AMLOGIC_FBC', layout: 'compressed' }),
}

/** What can be said of any 64-bit modifier. */
export function describeModifier(value: bigint): ModifierDescription {
  const row = modifierRow(value)
  const vendor = vendors[Number((value >> 56n) & 0xffn)]
  if (row) return { name: row.name, vendor, layout: row.tiling ? 'tiled' : 'linear' }
  if (value === INVALID) {
    return { name: 'DRM_FORMAT_MOD_INVALID', vendor: undefined, layout: 'implicit' }
  }
  const read = vendor === undefined ? undefined : readers[vendor]
  return { vendor, ...(read?.(value & 0x00ff_ffff_ffff_ffffn) ?? nameless) }
}
