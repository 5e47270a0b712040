// SPDX-License-Identifier: GPL-2.0-or-later

/** A layout of pixels that a GPU takes as a dma-buf. */
export type GpuFormat = {
  /** DRM fourcc as a number; core/fourcc.ts spells it. */
  readonly fourcc: number
  /** DRM format modifier; DRM_FORMAT_MOD_INVALID where the driver knows of none. */
  readonly modifier: bigint
  /** Can be sampled as GL_TEXTURE_EXTERNAL_OES only, as YUV often. */
  readonly externalOnly: boolean
}

/** A GPU, or software that stands in for one, as its EGL describes itself. */
export type GpuDevice = {
  /** `/dev/dri/renderD128`; undefined: Mesa without a device. */
  readonly node: string | undefined
  /** EGL_VENDOR, GL_RENDERER and GL_VERSION. */
  readonly vendor: string
  readonly renderer: string
  readonly version: string
  /** The CPU draws. */
  readonly software: boolean
  /** EGL_EXT_image_dma_buf_import, and the same with `_modifiers`. */
  readonly importsDmaBufs: boolean
  readonly importsModifiers: boolean
  /** What it takes; empty where the driver cannot list it. */
  readonly formats: readonly GpuFormat[]
}

/** That a plane's pixels come by way of a GPU, because the CPU may not reach them. */
export type ReadBack = {
  /** GL_RENDERER of the GPU that read them. */
  readonly device: string
  /** Why the direct way failed. */
  readonly why: string
}
