// SPDX-License-Identifier: GPL-2.0-or-later
import {
  initialSettings,
  layerOf,
  type SettingLayer,
  type SettingLayers,
  type SettingName,
  type Settings,
  settingNames,
} from '../core/settings.ts'
import {
  type Environment,
  globalFile,
  picturesFolder,
  removeLeftovers,
  type SettingsLayerFile,
  videosFolder,
  vmFile,
} from './settings-files.ts'

type Layer = { file: SettingsLayerFile; settings: Partial<Settings> }

/**
 * What is remembered between runs, in layers: what nobody chose, what holds for all VMs, what this VM
 * has of its own, and what holds for this run alone. Changes hold at once and are written behind.
 */
export class SettingsFile {
  readonly #env: Environment
  readonly #initial: Settings
  readonly #global: Layer
  #vm: Layer | undefined
  #override: Partial<Settings> = {}
  /** Files that were left and may still be written. */
  readonly #left: SettingsLayerFile[] = []

  private constructor(env: Environment, initial: Settings, global: Layer) {
    this.#env = env
    this.#initial = initial
    this.#global = global
  }

  /** Reads what holds for all VMs. A damaged file or field gives way to its default. */
  static async open(env: Environment): Promise<SettingsFile> {
    const folders = {
      screenshotFolder: await picturesFolder(env),
      recordingFolder: await videosFolder(env),
    }
    const initial = { ...initialSettings, ...folders }
    const file = globalFile(env)
    void removeLeftovers(env)
    return new SettingsFile(env, initial, { file, settings: filled(await file.read()) })
  }

  /** What holds now. */
  get current(): Settings {
    return { ...this.#forAll, ...this.#vm?.settings, ...this.#override }
  }

  /** Where that comes from, this run's overrides left out. */
  get layers(): SettingLayers {
    return { global: this.#forAll, vm: { ...this.#vm?.settings } }
  }

  /**
   * Takes the settings of a VM from now on: those of its UUID where that is known, now or from an
   * earlier run, else those of its address. What was remembered for the address goes over to the UUID.
   */
  async takeVm(address: string, uuid?: string): Promise<void> {
    await this.#vm?.file.flush()
    const byAddress = vmFile(this.#env, address)
    const meant = await byAddress.pointsTo()
    const known = uuid ?? meant
    if (known === undefined) {
      this.#use(byAddress, await byAddress.read())
      return
    }
    const file = vmFile(this.#env, known)
    const own = await file.read()
    const older = meant === undefined ? await byAddress.read() : {}
    this.#use(file, { ...older, ...own })
    // What the VM has of its own stays as it is: another viewer may be changing it.
    const missing = Object.entries(older).filter(([name]) => !(name in own))
    if (missing.length > 0) file.write(Object.fromEntries(missing))
    if (meant === known) return
    byAddress.pointTo(known)
    this.#left.push(byAddress)
  }

  /** Holds for this run, until somebody changes it; the remembered value stays. */
  override(change: Partial<Settings>): void {
    this.#override = { ...this.#override, ...change }
  }

  /** Changes what a person sees now: each setting in the layer that it belongs to. */
  change(change: Partial<Settings>): Settings {
    const [own, shared] = this.#vm ? splitByLayer(change) : [{}, change]
    this.set('global', shared)
    this.set('vm', own)
    return this.current
  }

  /** Changes settings of one layer. What a VM may not have of its own is left out of its layer. */
  set(layer: SettingLayer, change: Partial<Settings>): void {
    this.#forget(Object.keys(change))
    const target = layer === 'vm' ? this.#vm : this.#global
    const allowed = layer === 'vm' ? splitByLayer(change)[0] : change
    if (!target || Object.keys(allowed).length === 0) return
    target.settings = { ...target.settings, ...allowed }
    target.file.write(allowed)
  }

  /** Forgets settings of one layer, all of them when none is named. */
  reset(layer: SettingLayer, names: readonly SettingName[] = []): void {
    const target = layer === 'vm' ? this.#vm : this.#global
    const gone = names.length === 0 ? settingNames : names
    this.#forget(gone)
    if (!target) return
    const kept = Object.entries(target.settings).filter(([name]) => !isListed(gone, name))
    target.settings = Object.fromEntries(kept)
    target.file.write({}, gone)
  }

  /** Resolves when all changes are on the disk. */
  async flush(): Promise<void> {
    const files = [...this.#left, this.#global.file, ...(this.#vm ? [this.#vm.file] : [])]
    await Promise.all(files.map((file) => file.flush()))
  }

  #use(file: SettingsLayerFile, settings: Partial<Settings>): void {
    if (this.#vm) this.#left.push(this.#vm.file)
    this.#vm = { file, settings: filled(settings) }
  }

  get #forAll(): Settings {
    return { ...this.#initial, ...this.#global.settings }
  }

  #forget(names: readonly string[]): void {
    const kept = Object.entries(this.#override).filter(([name]) => !names.includes(name))
    this.#override = Object.fromEntries(kept)
  }
}

/** What a VM may have of its own, and the rest. */
function splitByLayer(change: Partial<Settings>): [Partial<Settings>, Partial<Settings>] {
  const part = (layer: SettingLayer): Partial<Settings> =>
    Object.fromEntries(
      Object.entries(change).filter(([name]) => layerOf(name as SettingName) === layer),
    )
  return [part('vm'), part('global')]
}

/** An empty folder stands for the desktop's. */
function filled(settings: Partial<Settings>): Partial<Settings> {
  if (settings.screenshotFolder !== '') return settings
  const { screenshotFolder: _, ...rest } = settings
  return rest
}

function isListed(names: readonly string[], name: string): boolean {
  return names.includes(name)
}
