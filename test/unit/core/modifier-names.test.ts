// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { INVALID, modifiers } from '../../../core/modifier.ts'
import { describeModifier } from '../../../core/modifier-names.ts'
import { modifierReason } from '../../../core/refusal.ts'

/** One value of every macro of drm_fourcc.h (Linux 6.12 and a little later). */
// biome-ignore format: one modifier per line
const header = [
  [0n, 'linear', undefined, 'DRM_FORMAT_MOD_LINEAR'],
  [INVALID, 'implicit', undefined, 'DRM_FORMAT_MOD_INVALID'],
  [0x0100000000000001n, 'tiled', 'Intel', 'I915_FORMAT_MOD_X_TILED'],
  [0x0100000000000002n, 'tiled', 'Intel', 'I915_FORMAT_MOD_Y_TILED'],
  [0x0100000000000003n, 'tiled', 'Intel', 'I915_FORMAT_MOD_Yf_TILED'],
  [0x0100000000000004n, 'compressed', 'Intel', 'I915_FORMAT_MOD_Y_TILED_CCS'],
  [0x0100000000000005n, 'compressed', 'Intel', 'I915_FORMAT_MOD_Yf_TILED_CCS'],
  [0x0100000000000006n, 'compressed', 'Intel', 'I915_FORMAT_MOD_Y_TILED_GEN12_RC_CCS'],
  [0x0100000000000007n, 'compressed', 'Intel', 'I915_FORMAT_MOD_Y_TILED_GEN12_MC_CCS'],
  [0x0100000000000008n, 'compressed', 'Intel', 'I915_FORMAT_MOD_Y_TILED_GEN12_RC_CCS_CC'],
  [0x0100000000000009n, 'tiled', 'Intel', 'I915_FORMAT_MOD_4_TILED'],
  [0x010000000000000an, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_DG2_RC_CCS'],
  [0x010000000000000bn, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_DG2_MC_CCS'],
  [0x010000000000000cn, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_DG2_RC_CCS_CC'],
  [0x010000000000000dn, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_MTL_RC_CCS'],
  [0x010000000000000en, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_MTL_MC_CCS'],
  [0x010000000000000fn, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_MTL_RC_CCS_CC'],
  [0x0100000000000010n, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_LNL_CCS'],
  [0x0100000000000011n, 'compressed', 'Intel', 'I915_FORMAT_MOD_4_TILED_BMG_CCS'],
  [0x0200000000000901n, 'tiled', 'AMD', 'AMD_FMT_MOD (GFX9, 64K_S)'],
  [0x0200000000801b02n, 'tiled', 'AMD', 'AMD_FMT_MOD (GFX10, 64K_R_X)'],
  [0x0200000000000305n, 'tiled', 'AMD', 'AMD_FMT_MOD (GFX12, 64K_2D)'],
  [0x0200000000001f04n, 'tiled', 'AMD', 'AMD_FMT_MOD (GFX11, 256K_R_X)'],
  [0x0200000000002901n, 'compressed', 'AMD', 'AMD_FMT_MOD (GFX9, 64K_S, DCC)'],
  [0x0300000000000010n, 'tiled', 'NVIDIA', 'DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (Tegra, kind 0, 1 GOB high)'],
  [0x03000000000fe015n, 'tiled', 'NVIDIA', 'DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (Tegra, 32 GOBs high)'],
  [0x0300000000606014n, 'tiled', 'NVIDIA', 'DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (Turing, 16 GOBs high)'],
  [0x03000000004fe014n, 'tiled', 'NVIDIA', 'DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (16 GOBs high, kind 0xfe, generation 0, sectors 1)'],
  [0x0300000000e08014n, 'compressed', 'NVIDIA', 'DRM_FORMAT_MOD_NVIDIA_BLOCK_LINEAR_2D (16 GOBs high, kind 0x8, generation 2, sectors 1)'],
  [0x0400000000000001n, 'tiled', 'Samsung', 'DRM_FORMAT_MOD_SAMSUNG_64_32_TILE'],
  [0x0400000000000002n, 'tiled', 'Samsung', 'DRM_FORMAT_MOD_SAMSUNG_16_16_TILE'],
  [0x0500000000000001n, 'compressed', 'Qualcomm', 'DRM_FORMAT_MOD_QCOM_COMPRESSED'],
  [0x0500000000000002n, 'tiled', 'Qualcomm', 'DRM_FORMAT_MOD_QCOM_TILED2'],
  [0x0500000000000003n, 'tiled', 'Qualcomm', 'DRM_FORMAT_MOD_QCOM_TILED3'],
  [0x0600000000000001n, 'tiled', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_TILED'],
  [0x0600000000000002n, 'tiled', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_SUPER_TILED'],
  [0x0600000000000003n, 'tiled', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_SPLIT_TILED'],
  [0x0600000000000004n, 'tiled', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_SPLIT_SUPER_TILED'],
  [0x0601000000000002n, 'compressed', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_SUPER_TILED | VIVANTE_MOD_TS_64_4'],
  [0x0612000000000001n, 'compressed', 'Vivante', 'DRM_FORMAT_MOD_VIVANTE_TILED | VIVANTE_MOD_TS_64_2 | VIVANTE_MOD_COMP_DEC400'],
  [0x0700000000000001n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_VC4_T_TILED'],
  [0x0700000000000002n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_SAND32_COL_HEIGHT(0)'],
  [0x0700000000043803n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_SAND64_COL_HEIGHT(1080)'],
  [0x0700000000004004n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_SAND128_COL_HEIGHT(64)'],
  [0x0700000000043805n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_SAND256_COL_HEIGHT(1080)'],
  [0x0700000000000006n, 'tiled', 'Broadcom', 'DRM_FORMAT_MOD_BROADCOM_UIF'],
  [0x0800000000000071n, 'compressed', 'Arm', 'DRM_FORMAT_MOD_ARM_AFBC: 16x16 | YTR | SPLIT | SPARSE'],
  [0x0800000000001784n, 'compressed', 'Arm', 'DRM_FORMAT_MOD_ARM_AFBC: 32x8_64x4 | CBR | TILED | SC | DB | USM'],
  [0x0810000000000001n, 'tiled', 'Arm', 'DRM_FORMAT_MOD_ARM_16X16_BLOCK_U_INTERLEAVED'],
  [0x0820000000000131n, 'compressed', 'Arm', 'DRM_FORMAT_MOD_ARM_AFRC: CU_SIZE_16 | CU_SIZE_32 | LAYOUT_SCAN'],
  [0x0900000000000001n, 'tiled', 'Allwinner', 'DRM_FORMAT_MOD_ALLWINNER_TILED'],
  [0x0a00000000000001n, 'compressed', 'Amlogic', 'DRM_FORMAT_MOD_AMLOGIC_FBC: BASIC'],
  [0x0a00000000000102n, 'compressed', 'Amlogic', 'DRM_FORMAT_MOD_AMLOGIC_FBC: SCATTER | MEM_SAVING'],
  [0x0b00000000000001n, 'tiled', 'MediaTek', 'DRM_FORMAT_MOD_MTK: 16L32S | 10BIT_PACKED'],
  [0x0b00000000010101n, 'compressed', 'MediaTek', 'DRM_FORMAT_MOD_MTK: 16L32S | COMPRESS_V1 | 10BIT_LSBTILED'],
  [0x0c00000000000001n, 'tiled', 'Apple', 'DRM_FORMAT_MOD_APPLE_GPU_TILED'],
  [0x0c00000000000002n, 'compressed', 'Apple', 'DRM_FORMAT_MOD_APPLE_GPU_TILED_COMPRESSED'],
  // Nobody's.
  [0x0100000000000012n, 'unknown', 'Intel', undefined],
  [0x0700000000000007n, 'unknown', 'Broadcom', undefined],
  [0x0c00000000000003n, 'unknown', 'Apple', undefined],
  [0x0d00000000000001n, 'unknown', undefined, undefined],
  [0xff00000000000000n, 'unknown', undefined, undefined],
] as const

describe('describeModifier', () => {
  it.each(header)('%s is %s of %s: %s', (value, layout, vendor, name) => {
    expect(describeModifier(value)).toMatchObject({ name, vendor, layout })
  })

  it('names every row that can be decoded as the row does', () => {
    for (const { value, name } of modifiers) expect(describeModifier(value).name).toBe(name)
  })
})

describe('modifierReason', () => {
  it.each(header)('says of %s why it cannot be decoded', (value, layout, vendor, name) => {
    const { code, why, remedy } = modifierReason(value)
    expect(code).toMatch(/^(implicit|compressed|unsupported)-modifier$/)
    if (name !== undefined) expect(why).toContain(name)
    if (vendor !== undefined) expect(why).toContain(vendor)
    if (layout === 'compressed') expect(code).toBe('compressed-modifier')
    expect(remedy).not.toBe('')
  })

  it.each([
    [0x03000000004fe014n, /Fermi to Volta/],
    [0x0500000000000003n, /memory banks/],
    [0x0200000000201a01n, /depends on the chip/],
    [0x0700000000000004n, /how tall its columns are/],
    [0x0600000000000002n, /super tiles/],
  ])('knows more of %s', (value, says) => {
    expect(modifierReason(value).why).toMatch(says)
  })
})
