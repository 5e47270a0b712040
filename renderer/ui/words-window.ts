// SPDX-License-Identifier: GPL-2.0-or-later
import type { SettingLayer } from '../../core/settings.ts'

/** What the toolbar, the panels and the dialogs say, by where it stands. */
export const words = {
  cancel: 'Cancel',
  close: 'Close',
  dismiss: 'Dismiss',
  openFolder: 'Open folder',
  nothingFound: 'Nothing is called that.',

  toolbar: {
    label: 'Display',
    menu: 'Menu',
    mute: 'Mute',
    muteGuest: 'Mute the guest',
    hearGuest: 'Hear the guest',
    fullscreen: 'Fullscreen',
    leaveFullscreen: 'Leave fullscreen',
    scale: 'Scale',
  },

  vmMenu: {
    noMonitor:
      "Pause, reset and power go through QEMU's monitor. Start Scanout with --qmp SOCKET to have them here.",
  },

  palette: {
    title: 'Find an action',
    list: 'Actions',
    isOn: ', on',
    found: (count: number) => (count === 1 ? '1 action' : `${count} actions`),
  },

  preferences: {
    title: 'Preferences',
    for: 'For',
    layers: { vm: 'This VM', global: 'All VMs' } satisfies Record<SettingLayer, string>,
    resets: {
      vm: 'Use what holds for all VMs',
      global: 'Reset to defaults',
    } satisfies Record<SettingLayer, string>,
    resetOf: (label: string) => `${label}: use what holds for all VMs`,
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    find: 'Find a shortcut',
    resetAll: 'Reset all',
    reset: 'Reset',
    resetOf: (label: string) => `Reset the keys of ${label}`,
    change: 'Change',
    add: 'Add',
    pressKeys: 'Press keys',
    press: 'Press the keys. Backspace takes them away, Esc leaves them.',
    typed: (keys: string) => `${keys} is what people type: hold Ctrl or Alt with it.`,
    taken: (keys: string, by: string) => `${keys} does “${by}”. Enter takes it, Esc leaves it.`,
    grabbed:
      'While the guest has all keys, none of these is heard: press Ctrl+Alt to get them back.',
    alt: 'Alt pressed alone shows or hides the toolbar.',
  },

  save: {
    name: 'Name',
    folder: 'Folder',
    format: 'Format',
    cursor: 'With cursor',
    folderEnd: 'folder',
    save: 'Save',
    dumpTitle: 'Save the planes as they are',
    pictureTitle: 'Save a screenshot',
    planeTitle: (plane: string) => `Save the ${plane} plane`,
  },

  reset: {
    title: (vm: string) => `Reset ${vm}?`,
    why: 'The guest restarts at once. What it has not written to its disks is lost.',
    reset: 'Reset',
  },

  recording: {
    label: 'Recording',
    pause: 'Pause recording',
    resume: 'Resume recording',
    stop: 'Stop recording',
  },

  typing: {
    title: 'Type clipboard text',
    stop: 'Stop',
    rest: 'Type the rest',
    done: (done: string, total: string) => `${done} of ${total} typed`,
    left: (count: string, what: string) =>
      `${count} cannot be typed on a US keyboard and will be left out: ${what}`,
    characters: (count: number) =>
      `${count.toLocaleString('en')} ${count === 1 ? 'character' : 'characters'}`,
  },

  status: {
    title: 'About this display',
    display: 'Display',
    resolution: 'Resolution',
    format: 'Format',
    modifier: 'Modifier',
    stride: 'Stride',
    refresh: 'Refresh',
    transport: 'Transport',
    drawnBy: 'Drawn by',
    inspector: 'Inspector',
    shortcuts: 'Keyboard shortcuts',
  },
} as const
