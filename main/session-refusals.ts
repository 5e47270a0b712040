// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'

// Why a session does not do what its page asks.

export const noViewer: Failure = {
  code: 'no-viewer',
  what: 'cannot open what was dropped',
  why: 'this window cannot start another',
  remedy: 'Open it by scanout FILE',
}

export const noLauncher: Failure = {
  code: 'no-launcher',
  what: 'cannot make a launcher',
  why: 'this session shows no window',
  remedy: 'Use scanout launcher create ADDRESS',
}

export const noMonitor: Failure = {
  code: 'no-monitor',
  what: 'cannot tell the VM',
  why: 'Scanout has no line to its monitor now',
  remedy: 'Start Scanout with --qmp SOCKET',
}

export const onlyViews: Failure = {
  code: 'view-only',
  what: 'cannot tell the VM',
  why: 'this viewer was started to view only',
  remedy: 'Start Scanout without --view-only',
}
