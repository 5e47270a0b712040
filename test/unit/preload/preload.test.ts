// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { channels } from '../../../core/channels.ts'
import type { Bridge } from '../../../core/protocol.ts'
import { type BridgeHost, bridgeHost, forwardFrames } from '../../../preload/bridge-host.ts'
import { installBridge } from '../../../preload/page-bridge.ts'
import { ipcRenderer } from '../../fakes/electron.ts'
import { emptyFrame } from '../../fakes/source-handle.ts'

type PostedMessage = { data: unknown; ports: unknown[]; source?: unknown; origin?: string }

/** A page's globals, as far as the bridge uses them. */
class FakePage {
  readonly posted: unknown[][] = []
  #listener: ((event: unknown) => void) | undefined

  get bridge(): Bridge | undefined {
    return Reflect.get(this as object, 'scanout')
  }

  addEventListener(_name: string, listener: (event: unknown) => void): void {
    this.#listener = listener
  }

  postMessage(...message: unknown[]): void {
    this.posted.push(message)
  }

  receive(message: PostedMessage): void {
    this.#listener?.({ source: this, origin: 'app://scanout', ...message })
  }
}

let page: FakePage
beforeEach(() => {
  page = new FakePage()
  ipcRenderer.removeAllListeners()
  ipcRenderer.sent.length = 0
  vi.stubGlobal('window', page)
  vi.stubGlobal('location', { origin: 'app://scanout' })
})

function bridge(host: BridgeHost): Bridge {
  installBridge(host)
  if (!page.bridge) throw new Error('no bridge was installed')
  return page.bridge
}

describe('what the page gets of Electron', () => {
  it('is the listed names and nothing else', async () => {
    const made = bridge(bridgeHost(() => {}))
    expect(Object.keys(made).sort()).toEqual(
      ['call', 'memory', 'on', 'onClosed', 'onFrame', 'tell', 'textures'].sort(),
    )
    await made.call('shot:suggest')
    made.tell('view:visible', true)
    expect(ipcRenderer.sent).toEqual([
      [channels.call, 'shot:suggest', []],
      [channels.note, 'view:visible', [true]],
    ])
    await expect(made.call('fs:read' as 'shot:suggest')).rejects.toThrow('not a name')
    expect(() => made.tell('fs:write' as 'frame:resend')).toThrow('not a name')
    expect(() => made.on('other' as 'settings:changed', () => {})).toThrow('not a name')
  })

  it('cannot be replaced by the page', () => {
    const made = bridge(bridgeHost(() => {}))
    expect(Object.isFrozen(made)).toBe(true)
    expect(Object.getOwnPropertyDescriptor(page, 'scanout')).toMatchObject({ writable: false })
  })

  it('hears events until it says so', () => {
    const made = bridge(bridgeHost(() => {}))
    const heard = vi.fn()
    const undo = made.on('probe:read', heard)
    ipcRenderer.emit(channels.event, {}, 'probe:read', [1, true])
    undo()
    ipcRenderer.emit(channels.event, {}, 'probe:read', [2, true])
    expect(heard.mock.calls).toEqual([[1, true]])
  })
})

describe('frames', () => {
  it('are asked for once, and come over the port', () => {
    const made = bridge(bridgeHost(() => {}))
    forwardFrames()
    const heard = vi.fn()
    made.onFrame(heard)
    made.onFrame(() => {})
    expect(ipcRenderer.sent).toEqual([[channels.framesWanted]])
    const port = Object.assign(new EventTarget(), {
      onmessage: undefined as ((event: unknown) => void) | undefined,
    })
    ipcRenderer.emit(channels.frames, { ports: [port] })
    expect(page.posted).toEqual([[{ scanout: 'frames' }, 'app://scanout', [port]]])
    page.receive({ data: { scanout: 'frames' }, ports: [port] })
    const frame = emptyFrame(1)
    port.onmessage?.({ data: { frame, payload: Uint8Array.of(1) } })
    expect(heard.mock.calls).toEqual([[frame, Uint8Array.of(1)]])
    const closed = vi.fn()
    made.onClosed(closed)
    port.dispatchEvent(new Event('close'))
    expect(closed).toHaveBeenCalledOnce()
  })

  it('are taken from nobody else', () => {
    const made = bridge(bridgeHost(() => {}))
    const port = Object.assign(new EventTarget(), { onmessage: undefined })
    page.receive({ data: { scanout: 'frames' }, ports: [port], source: {} })
    page.receive({ data: { scanout: 'frames' }, ports: [port], origin: 'https://evil.example' })
    expect(port.onmessage).toBeUndefined()
    const memory = { scanout: 'memory', surface: 1, image: 0, buffer: new ArrayBuffer(8), size: 8 }
    page.receive({ data: memory, ports: [], source: {} })
    expect(made.memory(1, 0)).toBeUndefined()
  })
})

describe('shared pages', () => {
  it('are found by surface and image until a frame says that they are gone', () => {
    const host = bridgeHost(vi.fn())
    const forgotten = vi.fn()
    const made = bridge({ ...host, forgotten })
    made.onFrame(() => {})
    const port = Object.assign(new EventTarget(), {
      onmessage: undefined as ((event: unknown) => void) | undefined,
    })
    page.receive({ data: { scanout: 'frames' }, ports: [port] })
    for (const surface of [1, 2, 3]) {
      const buffer = new SharedArrayBuffer(16)
      page.receive({ data: { scanout: 'memory', surface, image: 0, buffer, size: 8 }, ports: [] })
    }
    expect(made.memory(1, 0)?.byteLength).toBe(8)
    expect(made.memory(1, 1)).toBeUndefined()
    expect(ipcRenderer.sent.slice(1)).toEqual(
      [1, 2, 3].map((surface) => [channels.memoryMapped, surface, 0]),
    )
    const payload = new Uint8Array()
    port.onmessage?.({ data: { frame: emptyFrame(1, { gone: [1] }), payload } })
    expect(made.memory(1, 0)).toBeUndefined()
    port.onmessage?.({ data: { frame: emptyFrame(2, { reset: true }), payload } })
    expect(made.memory(2, 0)).toBeUndefined()
    expect(forgotten.mock.calls).toEqual([[1], [2], [3]])
  })

  it('can be installed as text, because Electron serialises the function', () => {
    const source = installBridge.toString()
    const rebuilt = new Function(`return (${source})`)() as typeof installBridge
    rebuilt(bridgeHost(() => {}))
    expect(page.bridge).toBeDefined()
  })
})
