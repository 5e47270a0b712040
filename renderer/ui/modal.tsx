// SPDX-License-Identifier: GPL-2.0-or-later
import { type ReactNode, useEffect, useRef } from 'react'

type ModalProps = {
  readonly title: string
  readonly onClose: () => void
  /** At the bottom, and the picture stays as bright as it is. */
  readonly low?: boolean
  readonly children: ReactNode
}

/** A dialog over the window; the platform keeps the focus inside and closes it on Escape. */
export function Modal({ title, onClose, low = false, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={low ? 'dialog dialog-low' : 'dialog'}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  )
}
