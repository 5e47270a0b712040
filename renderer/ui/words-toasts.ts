// SPDX-License-Identifier: GPL-2.0-or-later
import type { VmAction } from '../../core/guest.ts'

/** What was done or failed, in a line at the bottom. What comes with it in small is its detail. */
export const toastWords = {
  failed: {
    start: 'Cannot start',
    tryAgain: 'Cannot try again',
    showConsole: 'Cannot show this console',
    createLauncher: 'Cannot create a launcher',
    close: 'Cannot close',
    keepSetting: 'Cannot keep the setting',
    fullscreen: 'Cannot change fullscreen',
    copyShot: 'Cannot copy the screenshot',
    openFolder: 'Cannot open the folder',
    open: 'This cannot be opened',
    act: {
      pause: 'Cannot pause the VM',
      resume: 'Cannot resume the VM',
      reset: 'Cannot reset the VM',
      'power-button': "Cannot press the VM's power button",
    } satisfies Record<VmAction, string>,
  },

  launcherCreated: (name: string) => `${name} is among your applications`,
  planesSaved: 'Planes saved',
  shotSaved: 'Screenshot saved',
  shotCopied: 'Screenshot copied',
  seriesBegan: (seconds: number) => `A screenshot every ${seconds} s`,
  seriesEnded: 'No more screenshots by the clock',
  noWebp: 'this browser writes no WebP',
  tooMuch: 'There is too much in it: open it with scanout dump:FILE',

  pointer: {
    notCaptured: 'The pointer cannot be captured',
    isYours: 'The pointer is yours',
    giveAgain: 'A press on the picture gives it to the guest again',
    isGuests: 'The guest has the pointer',
    back: 'Press Ctrl+Alt to get it back',
    backByEscape:
      'Press Ctrl+Alt to get it back; Esc does it too, the guest gets it in fullscreen or by Send keys',
  },

  keys: {
    areYours: 'Pointer and keys are yours',
    giveAgain: 'A press on the picture gives them to the guest again',
    areGuests: 'The guest has all keys',
    back: 'Press Ctrl+Alt to get them back; the toolbar is at the top edge',
  },

  clipboard: {
    notRead: 'The clipboard cannot be read',
    notTyped: 'The clipboard cannot be typed',
    tooLong: 'The clipboard is too long to share',
    length: (characters: number) => `It has ${characters} characters`,
    notCopied: 'The guest’s text cannot be copied',
  },

  typingEnded: 'Typing ended early',
  noSound: 'No sound',
} as const
