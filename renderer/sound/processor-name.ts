// SPDX-License-Identifier: GPL-2.0-or-later

/** What the worklet calls its processor. */
export const PROCESSOR = 'guest-sound'
/** The worklet's script, beside the page (scripts/build.mjs). */
export const WORKLET = 'sound-worklet.js'
