// SPDX-License-Identifier: GPL-2.0-or-later
import { amdName } from './amd-modifiers.ts'
import { INVALID, isLinear, modifierRow } from './modifier.ts'

// What is known of modifiers that cannot be decoded, so that a verdict can speak of the person's own
// hardware. Vendor ids and names: drm_fourcc.h.

/** How a modifier lies, as far as its bits tell. */
export type ModifierDescription = {
  /** Name in drm_fourcc.h, or the vendor's with the bits that matter; undefined when nobody's. */
  readonly name: string | undefined
  /** `Intel`, `AMD`, …; undefined for the vendor-neutral ones and for ids nobody has. */
  readonly vendor: string | undefined
  readonly layout: 'linear' | 'tiled' | 'compressed' | 'implicit' | 'unknown'
  /** Why a tiled one cannot be decoded, where more is known than that it is not in the table. */
  readonly because?: string
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
/** VIVANTE_MOD_TS_*: how the tile status, which says what is compressed or cleared, lies. */
const vivanteStatus = ['TS_64_4', 'TS_64_2', 'TS_128_4', 'TS_256_4']
const broadcom = ['VC4_T_TILED', 'SAND32', 'SAND64', 'SAND128', 'SAND256', 'UIF']
const apple = ['GPU_TILED', 'GPU_TILED_COMPRESSED']

/** AFBC_FORMAT_MOD_BLOCK_SIZE_*, by value from 1, and the flags from bit 4 up. */
const afbcBlocks = ['16x16', '32x8', '64x4', '32x8_64x4']
const afbcFlags = ['YTR', 'SPLIT', 'SPARSE', 'CBR', 'TILED', 'SC', 'DB', 'BCH', 'USM']
/** AFRC_FORMAT_MOD_CU_SIZE_*, by value from 1. */
const afrcSizes = ['CU_SIZE_16', 'CU_SIZE_24', 'CU_SIZE_32']

type Named = Pick<ModifierDescription, 'name' | 'layout' | 'because'>
const nameless: Named = { name: undefined, layout: 'unknown' }

/** One-based lookup by the whole of the vendor's 56 bits. */
function listed(names: readonly string[], prefix: string, low: bigint): Named {
  const name = low >= 1n && low <= BigInt(names.length) ? names[Number(low) - 1] : undefined
  if (name === undefined) return nameless
  const isCompressed = name.includes('CCS') || name.includes('COMPRESSED')
  return { name: `${prefix}${name}`, layout: isCompressed ? 'compressed' : 'tiled' }
}

const withParameters = (name: string, parameters: readonly (string | undefined)[]): string =>
  [name, parameters.filter((each) => each !== undefined).join(' | ')]
    .filter((part) => part !== '')
    .join(': ')

function amd(low: bigint): Named {
  if (((low >> 13n) & 1n) === 0n) {
    const because = 'where its pixels lie depends on the chip, and this chip is not in the table'
    return { name: amdName(Number(low & 0x1fffn)), layout: 'tiled', because }
  }
  const name = amdName(Number(low & 0x1fffn)).replace(')', ', DCC)')
  return { name, layout: 'compressed' }
}

function nvidia(low: bigint): Named {
  if ((low & 0x10n) === 0n) return nameless
  const field = (from: bigint, mask: bigint) => Number((low >> from) & mask)
  const [height, kind, generation] = [2 ** field(0n, 15n), field(12n, 0xffn), field(20n, 3n)]
  const [sector, compression] = [field(22n, 1n), field(23n, 7n)]
  const gobs = `${height} GOB${height === 1 ? '' : 's'} high`
  const page = `kind 0x${kind.toString(16)}, generation ${generation}, sectors ${sector}`
  const name = `DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (${gobs}, ${page})`
  if (compression !== 0) return { name, layout: 'compressed' }
  const isVolta = generation === 0 && sector === 1
  const because = isVolta
    ? 'desktop GPUs from Fermi to Volta order the bytes of a GOB in a way that no reference proves'
    : 'only generation 2 with sectors 1 and kind 6 (Turing and later) and generation 0 with ' +
      'sectors 0 (Tegra) are proven, with blocks of up to 32 GOBs'
  return { name, layout: 'tiled', because }
}

function broadcomName(low: bigint): Named {
  const named = listed(broadcom, 'DRM_FORMAT_MOD_BROADCOM_', low & 0xffn)
  const isSand = named.name?.includes('SAND')
  if (named.name === undefined || (!isSand && low > 0xffn)) return nameless
  if (!isSand) return named
  const because = 'it does not say how tall its columns are, or says more than 65536 rows'
  return { ...named, name: `${named.name}_COL_HEIGHT(${low >> 8n})`, because }
}

function vivanteName(low: bigint): Named {
  const base = listed(vivante, 'DRM_FORMAT_MOD_VIVANTE_', low & 0xffff_ffff_ffffn)
  const name = base.name ?? ((low & 0xffff_ffff_ffffn) === 0n ? 'linear' : undefined)
  if (name === undefined || low >> 53n !== 0n) return nameless
  const status = (low >> 48n) & 15n
  const extension = status === 0n ? undefined : vivanteStatus[Number(status) - 1]
  const compression = (low >> 52n) & 1n ? 'COMP_DEC400' : undefined
  if (extension === undefined && compression === undefined) {
    if (low === 0n) return nameless
    return { ...base, because: 'no reference proves the order of its super tiles' }
  }
  const extended = [extension, compression].filter((part) => part !== undefined)
  return { name: [name, ...extended].join(' | VIVANTE_MOD_'), layout: 'compressed' }
}

function arm(low: bigint): Named {
  const [type, mode] = [low >> 52n, low & 0xf_ffff_ffff_ffffn]
  if (type === 0n) {
    const flags = afbcFlags.map((flag, at) => ((mode >> BigInt(4 + at)) & 1n ? flag : undefined))
    const block = afbcBlocks[Number(mode & 15n) - 1]
    const name = withParameters('DRM_FORMAT_MOD_ARM_AFBC', [block, ...flags])
    return { name, layout: 'compressed' }
  }
  if (type === 2n) {
    const sizes = [mode & 15n, (mode >> 4n) & 15n].map((size) => afrcSizes[Number(size) - 1])
    const scan = (mode >> 8n) & 1n ? 'LAYOUT_SCAN' : undefined
    return {
      name: withParameters('DRM_FORMAT_MOD_ARM_AFRC', [...sizes, scan]),
      layout: 'compressed',
    }
  }
  return nameless
}

function amlogic(low: bigint): Named {
  const layout = ['BASIC', 'SCATTER'][Number(low & 0xffn) - 1]
  const saving = (low >> 8n) & 1n ? 'MEM_SAVING' : undefined
  return {
    name: withParameters('DRM_FORMAT_MOD_AMLOGIC_FBC', [layout, saving]),
    layout: 'compressed',
  }
}

function mediatek(low: bigint): Named {
  const tile = (low & 15n) === 1n ? '16L32S' : undefined
  const packing = ['10BIT_PACKED', '10BIT_LSBTILED', '10BIT_LSBRASTER'][Number((low >> 16n) & 15n)]
  const isCompressed = ((low >> 8n) & 15n) !== 0n
  const options = [tile, isCompressed ? 'COMPRESS_V1' : undefined, packing]
  const because = 'no reference proves its order'
  const name = withParameters('DRM_FORMAT_MOD_MTK', options)
  return { name, layout: isCompressed ? 'compressed' : 'tiled', because }
}

function qualcomm(low: bigint): Named {
  if (low === 1n) return { name: 'DRM_FORMAT_MOD_QCOM_COMPRESSED', layout: 'compressed' }
  if (low !== 2n && low !== 3n) return nameless
  const because = "its order depends on the chip's memory banks, which the modifier does not tell"
  return { name: `DRM_FORMAT_MOD_QCOM_TILED${low}`, layout: 'tiled', because }
}

const readers: Readonly<Record<string, (low: bigint) => Named>> = {
  Intel: (low) => listed(intel, 'I915_FORMAT_MOD_', low),
  AMD: amd,
  NVIDIA: nvidia,
  Samsung: (low) => listed(samsung, 'DRM_FORMAT_MOD_SAMSUNG_', low),
  Qualcomm: qualcomm,
  Vivante: vivanteName,
  Broadcom: broadcomName,
  Arm: arm,
  Allwinner: (low) => listed(['TILED'], 'DRM_FORMAT_MOD_ALLWINNER_', low),
  Amlogic: amlogic,
  MediaTek: mediatek,
  Apple: (low) => listed(apple, 'DRM_FORMAT_MOD_APPLE_', low),
}

/** What can be said of any 64-bit modifier. */
export function describeModifier(value: bigint): ModifierDescription {
  const row = modifierRow(value)
  const vendor = vendors[Number((value >> 56n) & 0xffn)]
  if (row) return { name: row.name, vendor, layout: isLinear(row) ? 'linear' : 'tiled' }
  if (value === INVALID) {
    return { name: 'DRM_FORMAT_MOD_INVALID', vendor: undefined, layout: 'implicit' }
  }
  const read = vendor === undefined ? undefined : readers[vendor]
  return { vendor, ...(read?.(value & 0x00ff_ffff_ffff_ffffn) ?? nameless) }
}
