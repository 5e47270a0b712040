// SPDX-License-Identifier: GPL-2.0-or-later
import { ok } from '../../core/result.ts'
import { chooseEncoding } from './choose-encoding.ts'
import { VideoPictureEncoder } from './picture-encoder.ts'
import type { OpenEncoder } from './recording-engine.ts'

/** The browser's encoder for a wish, as {@link OpenEncoder} says. */
export const openVideoEncoder: OpenEncoder = async (wish, size, events) => {
  const encoding = await chooseEncoding(wish, size)
  if (!encoding.ok) return encoding
  const encoder = new VideoPictureEncoder(encoding.value, events)
  return ok({ encoder, container: encoding.value.container })
}
