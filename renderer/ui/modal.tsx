// SPDX-License-Identifier: GPL-2.0-or-later
import { type ReactNode, useEffect, useRef } from 'react'

type ModalProps = {
  readonly title: string
  readonly onClose: () => void
  /** At the bottom, and the picture stays as bright as it is. */
  readonly low?: boolean
  /** Near the top, without a visible title; a press beside it closes it. */
  readonly bare?: boolean
  /** Room for a list that scrolls. */
  readonly tall?: boolean
  readonly children: ReactNode
}

/** A dialog over the window; the platform keeps the focus inside and closes it on Escape. */
export function Modal({ title, onClose, low, bare, tall, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  const shape = [low && 'dialog-low', bare && 'dialog-bare', tall && 'dialog-tall']
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what a press on the backdrop does
    <dialog
      ref={dialog}
      className={['dialog', ...shape].filter(Boolean).join(' ')}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (bare && event.target === dialog.current) onClose()
      }}
    >
      <h2 id="dialog-title" className={bare ? 'unseen' : undefined}>
        {title}
      </h2>
      {children}
    </dialog>
  )
}
