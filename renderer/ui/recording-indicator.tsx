// SPDX-License-Identifier: GPL-2.0-or-later
import './recording.css'
import { firstKeyOf } from './actions.ts'
import { Icon } from './icon.tsx'
import { useView, useViewState } from './view.ts'
import { bytesWords, durationWords, recordingWords } from './words-recording.ts'
import { words } from './words-window.ts'

/** How long and how large the recording is, and its two buttons; nothing while there is none. */
export function RecordingIndicator() {
  const { recorder } = useView()
  const recording = useViewState((state) => state.recording)
  const keys = useViewState(({ settings }) => firstKeyOf('record', settings.keys))
  if (recording.kind === 'idle') return null
  const isPaused = recording.kind === 'paused'
  const isSaving = recording.kind === 'saving'
  const pause = isPaused ? words.recording.resume : words.recording.pause
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form's
    <div
      className="recording"
      role="group"
      aria-label={words.recording.label}
      data-kind={recording.kind}
    >
      <span className="recording-dot" aria-hidden="true" />
      <span className="recording-said" role="status">
        {recordingWords(recording)}
      </span>
      <span className="recording-time">{durationWords(recording.seconds)}</span>
      <span className="recording-size">{bytesWords(recording.bytes)}</span>
      <button
        type="button"
        className="button-icon"
        aria-label={pause}
        title={pause}
        disabled={isSaving}
        onClick={() => (isPaused ? recorder.resume() : void recorder.pause())}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
      </button>
      <button
        type="button"
        className="button-icon"
        aria-label={words.recording.stop}
        title={keys ? `${words.recording.stop} (${keys})` : words.recording.stop}
        disabled={isSaving}
        onClick={() => void recorder.stop()}
      >
        <Icon name="stop" />
      </button>
    </div>
  )
}
