// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useState } from 'react'
import { useView } from '../ui/view.ts'

/** How long it says that it copied, ms. */
const COPIED_MS = 1500

/** A number in hex that goes to the clipboard when it is pressed. */
export function CodeButton({ name, code }: { readonly name: string; readonly code: string }) {
  const { session } = useView()
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code)
      setCopied(true)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      session.toast({ kind: 'failed', title: 'Cannot copy', detail, reveal: false })
    }
  }
  return (
    <button
      type="button"
      className="code"
      aria-label={`Copy the ${name.toLowerCase()} ${code}`}
      title="Copy"
      onClick={() => void copy()}
    >
      {code}
      <span className="code-done" role="status">
        {isCopied ? 'Copied' : ''}
      </span>
    </button>
  )
}
