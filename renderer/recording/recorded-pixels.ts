// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../core/geometry.ts'
import type { PixelRows } from '../compositor/canvas2d/memory-surface.ts'

/** A whole picture as an encoder takes it. The bytes are borrowed: they may change with the next frame. */
export type RecordedPixels = Size & PixelRows
