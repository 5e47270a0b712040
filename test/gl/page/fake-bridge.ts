// SPDX-License-Identifier: GPL-2.0-or-later

import { noCapabilities } from '../../../core/guest.ts'
import { memoryImages, wholeImage } from '../../../core/memory-image.ts'
import type { Plane, PlaneStatus } from '../../../core/plane.ts'
import type {
  Bridge,
  Calls,
  Events,
  FrameMessage,
  Hello,
  SaveRequest,
} from '../../../core/protocol.ts'
import type { SessionState } from '../../../core/session-state.ts'
import { initialSettings, type Settings } from '../../../core/settings.ts'
import { desktop, pointer } from './desktop.ts'
import { type FakeRecordings, fakeRecordings } from './fake-recordings.ts'

// Main as the page sees it, played by a test: loaded before the page's own script.

export type Fake = {
  /** Calls and notes of the page since the start. */
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[]
  readonly notes: { readonly name: string; readonly args: readonly unknown[] }[]
  emit<N extends keyof Events>(name: N, ...args: Events[N]): void
  state(session: SessionState, statuses?: readonly PlaneStatus[]): void
  /** Shows a desktop of this size with a pointer on it; resolves when it was drawn. */
  desktop(width: number, height: number): Promise<void>
  /** Changes the cursor on the desktop; resolves when it was drawn. */
  cursor(cursor: FakeCursor): Promise<void>
  /** Flips a picture of 320 × 200 to one of its buffers; 80 × 50 of it are new. */
  flip(buffer: number): void
  /** Who hears every frame now. */
  readonly frameListeners: number
  close(): void
  /** What the next `shot:save` answers instead of success. */
  saveFailure: string | undefined
  readonly recordings: FakeRecordings
}

/** A block of one colour in an image of 64 × 64. */
export type FakeCursor = {
  /** Of the image's top left. */
  readonly at: { readonly x: number; readonly y: number }
  readonly hotspot?: { readonly x: number; readonly y: number }
  /** Red, green and blue; the pixels stay as they are without. */
  readonly colour?: readonly [number, number, number]
  /** Pixels of the block's sides. */
  readonly side?: number
  readonly hidden?: boolean
}

declare global {
  interface Window {
    fake: Fake
    /** Set before the page loads: differences from the usual hello. */
    fakeHello?: Partial<Hello>
  }
}

/** The page knows the surface of `cursor`. */
let hasCursor = false
const listeners = new Map<string, Set<(...args: unknown[]) => void>>()
const closed = new Set<() => void>()
/** Surfaces from here on belong to `flip`. */
const FIRST_FLIPPED = 100
const described = new Set<number>()
const hearing = new Set<(frame: FrameMessage, payload: Uint8Array) => void>()
const hear = (frame: FrameMessage, payload: Uint8Array) => {
  for (const listener of hearing) listener(frame, payload)
}
/** Sequence number of the newest flip. */
let flips = 0
let settings: Settings = {
  ...initialSettings,
  screenshotFolder: '/home/ada/Pictures/Screenshots',
}
/** What this VM has of its own; kept apart for the preferences alone. */
let ownSettings: Partial<Settings> = {}

const hello = (): Hello => ({
  guest: { title: 'Debian 12', consoles: [], capabilities: noCapabilities },
  vm: null,
  address: 'vfio:5c4f1a36-0e6c-4f27-9bd6-1f5c2f7a9b10',
  shell: 'chromium',
  sharing: 'stream',
  sharingReason: 'no shared-memory: a browser page cannot map memory',
  settings,
  fullscreen: false,
  viewOnly: true,
  shareClipboard: false,
  input: { keyboard: false, pointer: 'none' },
  state: { kind: 'connecting' },
  statuses: [],
  ...window.fakeHello,
})

const answers: { [N in keyof Calls]: (...args: Parameters<Calls[N]>) => unknown } = {
  'session:hello': hello,
  'session:reopen': () => undefined,
  'session:console': () => undefined,
  'vm:act': () => ({ ok: true, value: undefined }),
  'shot:save': (request: SaveRequest) => {
    if (!fake.saveFailure) {
      const end = request.as === 'png' ? '.png' : ''
      return { ok: true, value: { path: `${request.folder}/${request.name}${end}` } }
    }
    const why = fake.saveFailure
    const failure = {
      code: 'x',
      what: 'cannot write the file',
      why,
      remedy: 'choose another folder',
    }
    return { ok: false, failure }
  },
  'shot:keep': ({ folder, name }) => ({ ok: true, value: { path: `${folder}/${name}.webp` } }),
  'shot:series': (seconds) => {
    fake.emit('shots:changed', seconds === null ? null : { seconds, saved: 0, path: '' }, null)
    return { ok: true, value: undefined }
  },
  'shot:suggest': () => ({ folder: settings.screenshotFolder, name: 'Debian 12 2026-11-20 21-30' }),
  'shot:reveal': () => ({ ok: true, value: undefined }),
  'settings:change': (change) => {
    settings = { ...settings, ...change }
    return settings
  },
  'settings:set': (layer, change) => {
    if (layer === 'vm') ownSettings = { ...ownSettings, ...change }
    settings = { ...settings, ...change }
    fake.emit('settings:changed', settings)
    return { global: settings, vm: ownSettings }
  },
  'settings:reset': (_layer, names) => {
    const all = names.length === 0
    const dropped = Object.keys(settings).filter((name) => all || names.includes(name as never))
    const initial = Object.entries(initialSettings).filter(([name]) => dropped.includes(name))
    settings = { ...settings, ...Object.fromEntries(initial) }
    ownSettings = {}
    fake.emit('settings:changed', settings)
    return { global: settings, vm: ownSettings }
  },
  'settings:layers': () => ({ global: settings, vm: ownSettings }),
  'launcher:create': () => ({
    ok: true,
    value: { name: 'Debian 12', path: '/home/me/.local/share/applications/vm.desktop' },
  }),
  'drop:open': () => ({ ok: true, value: undefined }),
  'window:close': () => undefined,
  ...fakeRecordings.answers,
}

const fake: Fake = {
  calls: [],
  notes: [],
  saveFailure: undefined,
  recordings: fakeRecordings,
  emit(name, ...args) {
    for (const listener of listeners.get(name) ?? []) listener(...args)
  },
  state(session, statuses = []) {
    fake.emit('session:changed', session, statuses)
  },
  async desktop(width, height) {
    const primary = planeOf('primary', 'XR24', 0x0100000000000001n, width, height)
    const cursor = planeOf('cursor', 'AR24', 0n, 64, 64)
    const at = { x: Math.round(width * 0.57), y: Math.round(height * 0.44) }
    // The bytes are linear: only the words around the picture speak of a tiling.
    const drawn = { ...primary, modifier: 0n }
    const parts = [
      { id: 1, identity: 'dmabuf 3', plane: drawn, bytes: desktop(width, height) },
      { id: 2, identity: 'dmabuf 4', plane: cursor, bytes: pointer() },
    ]
    const surfaces = parts.map(({ id, identity, plane }) => ({
      id,
      identity,
      plane,
      images: memoryImages(plane),
      sharing: 'stream' as const,
    }))
    const payload = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0))
    payload.set(parts[0]?.bytes ?? [])
    payload.set(parts[1]?.bytes ?? [], parts[0]?.bytes.length)
    const presented = fake.notes.length
    hasCursor = false
    hear(
      {
        seq: presented + 1,
        readAtMs: performance.now(),
        reset: true,
        surfaces,
        gone: [],
        damage: surfaces.map((surface) => ({
          surface: surface.id,
          image: 0,
          rects: surface.images.flatMap(wholeImage),
        })),
        scene: [
          { kind: 'primary', surface: 1, x: 0, y: 0 },
          { kind: 'cursor', surface: 2, ...at },
        ],
      },
      payload,
    )
    fake.state({ kind: 'live' }, [
      { kind: 'primary', state: 'shown', plane: primary, identity: 'dmabuf 3' },
      { kind: 'overlay', state: 'absent' },
      {
        kind: 'cursor',
        state: 'shown',
        plane: { ...cursor, ...at, hotspot: { x: 4, y: 3 } },
        identity: 'dmabuf 4',
      },
    ])
    await presentedSince(presented)
  },
  async cursor({ at, hotspot, colour, side = 16, hidden = false }) {
    const plane = planeOf('cursor', 'AR24', 0n, 64, 64)
    const images = memoryImages(plane)
    const surface = { id: 3, identity: 'dmabuf 5', plane, images, sharing: 'stream' as const }
    const bytes = new Uint8Array(colour ? 64 * 64 * 4 : 0)
    for (let pixel = 0; colour && pixel < 64 * 64; pixel += 1) {
      const [red, green, blue] = colour
      const isBlock = pixel % 64 < side && pixel < side * 64
      if (isBlock) bytes.set([blue, green, red, 255], pixel * 4)
    }
    const presented = fake.notes.length
    const rects = surface.images.flatMap(wholeImage)
    const shown = { kind: 'cursor', surface: 3, ...at, ...(hotspot && { hotspot }) } as const
    hear(
      {
        seq: presented + 1,
        readAtMs: performance.now(),
        reset: false,
        surfaces: hasCursor ? [] : [surface],
        gone: [],
        damage: colour ? [{ surface: 3, image: 0, rects }] : [],
        scene: [{ kind: 'primary', surface: 1, x: 0, y: 0 }, ...(hidden ? [] : [shown])],
      },
      bytes,
    )
    hasCursor = true
    await presentedSince(presented)
  },
  get frameListeners() {
    return hearing.size
  },
  flip(buffer) {
    const plane = planeOf('primary', 'XR24', 0n, 320, 200)
    const [image] = memoryImages(plane)
    if (!image) throw new Error('a plane without an image')
    const id = FIRST_FLIPPED + buffer
    const isNew = !described.has(id)
    described.add(id)
    const bytes = new Uint8Array(320 * 200 * 4).fill(40 + buffer * 60)
    const part = [{ x: 64, y: 40, width: 320, height: 50 }]
    const rects = isNew ? wholeImage(image) : part
    flips += 1
    hear(
      {
        seq: 1_000_000 + flips,
        readAtMs: performance.now(),
        reset: flips === 1,
        surfaces: isNew
          ? [{ id, identity: `dmabuf ${buffer}`, plane, images: [image], sharing: 'stream' }]
          : [],
        gone: [],
        damage: [{ surface: id, image: 0, rects }],
        scene: [{ kind: 'primary', surface: id, x: 0, y: 0 }],
      },
      isNew ? bytes : bytes.subarray(0, 320 * 50),
    )
  },
  close() {
    for (const listener of closed) listener()
  },
}

/** Resolves when a frame was drawn after so many notes. */
async function presentedSince(notes: number): Promise<void> {
  while (!fake.notes.slice(notes).some(({ name }) => name === 'frame:presented')) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function planeOf(
  kind: Plane['kind'],
  fourcc: string,
  modifier: bigint,
  width: number,
  height: number,
): Plane {
  const stride = width * 4
  const memory = [{ buffer: 0, offset: 0, stride, size: stride * height }]
  return { kind, fourcc, modifier, width, height, memory, x: 0, y: 0, bottomUp: false }
}

const bridge: Bridge = {
  call: (...call) => {
    const [name, ...args] = call
    fake.calls.push({ name, args })
    const answer = answers[name] as (...args: unknown[]) => unknown
    return Promise.resolve(answer(...args)) as never
  },
  tell: (...note) => {
    const [name, ...args] = note
    fake.notes.push({ name, args })
  },
  on(name, listener) {
    const set = listeners.get(name) ?? new Set()
    listeners.set(name, set)
    const heard = listener as (...args: unknown[]) => void
    set.add(heard)
    return () => set.delete(heard)
  },
  onFrame(listener) {
    hearing.add(listener)
    return () => hearing.delete(listener)
  },
  memory: () => undefined,
  onClosed(listener) {
    closed.add(listener)
    return () => closed.delete(listener)
  },
}

window.fake = fake
Object.defineProperty(window, 'scanout', { value: bridge })
