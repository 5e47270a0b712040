// SPDX-License-Identifier: GPL-2.0-or-later

// A page and main may share a file: the page makes it in its origin's private file system, writes a
// token into it, and main finds it by that. Pixels then go through the file's memory, and only words
// through the loopback.

/** Bytes at the file's start that say whose it is; pixels come after the first page of memory. */
export const FILE_TOKEN = 16
export const FILE_PAGE = 4096

/** Where bytes are in it. */
export type FilePlace = { readonly at: number; readonly length: number }

/** In the second number of a frame's lengths: the payload is in the file, and its place, u64 LE, follows. */
export const IN_FILE = 0x8000_0000
