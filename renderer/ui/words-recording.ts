// SPDX-License-Identifier: GPL-2.0-or-later
import type { RecordingState } from '../recording/recording-state.ts'

/** `0:07`, `12:34`, `1:02:03`. */
export function durationWords(seconds: number): string {
  const two = (value: number) => `${value}`.padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = two(Math.floor(seconds) % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** `0 MB`, `4.1 MB`, `2.0 GB`: decimal, as file managers count. */
export function bytesWords(bytes: number): string {
  if (bytes < 50_000) return '0 MB'
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

const recordingNames: Readonly<Record<RecordingState['kind'], string>> = {
  idle: '',
  recording: 'Recording',
  paused: 'Recording paused',
  saving: 'Saving the recording',
}

/** What a recording does, for who cannot see it. */
export function recordingWords({ kind }: RecordingState): string {
  return recordingNames[kind]
}
