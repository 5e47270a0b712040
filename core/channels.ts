// SPDX-License-Identifier: GPL-2.0-or-later

/** Electron's IPC channels between main and the preload; nothing else is ever sent or heard. */
export const channels = {
  /** Preload asks, main answers: name and arguments of `Calls`. */
  call: 'scanout:call',
  /** Preload tells: name and arguments of `Notes`. */
  note: 'scanout:note',
  /** Main tells: name and arguments of `Events`. */
  event: 'scanout:event',
  /** Preload: the page listens for frames. Main answers with {@link channels.frames}. */
  framesWanted: 'scanout:frames-wanted',
  /** Main: one MessagePort, on which every message is a {@link PortFrame}. */
  frames: 'scanout:frames',
  /** Unsandboxed preload: the canary was seen through shared pages (empty text), or why not. */
  memoryTried: 'scanout:memory-tried',
  /** Unsandboxed preload: the page can read a surface's image (surface, image). */
  memoryMapped: 'scanout:memory-mapped',
  /** Main: the page is to judge the test picture (surface). Answered with {@link channels.textureTried}. */
  textureTry: 'scanout:texture-try',
  /** Preload: how the test picture arrived (empty text), or what is wrong with it. */
  textureTried: 'scanout:texture-tried',
  /** Preload: textures are of no use any more (why). */
  textureBroken: 'scanout:texture-broken',
  /** Main: the page lets go of a texture (surface). */
  textureGone: 'scanout:texture-gone',
  /** Main: the page lets go of all textures, and takes none that come late. */
  texturesStopped: 'scanout:textures-stopped',
} as const

/** Switch in the preload's argv that names the unix socket over which memory comes. */
export const MEMORY_SOCKET_SWITCH = '--scanout-memory='

/** First message on that socket, with one memfd: what its first eight bytes must read as, hex. */
export type CanaryMessage = { readonly canary: string }
/** Every further message, with one memfd that holds one memory image. */
export type MemoryMessage = {
  readonly surface: number
  readonly image: number
  readonly size: number
}

/** Bytes before each message on the memory socket: u32 LE length of its JSON. */
export const MEMORY_PREFIX = 4
