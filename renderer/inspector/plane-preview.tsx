// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useRef } from 'react'
import type { PlaneKind } from '../../core/plane.ts'
import { useView } from '../ui/view.ts'
import { planeTitles } from '../ui/words-inspector.ts'
import { straightAlpha } from './straight-alpha.ts'
import { useInspector } from './use-inspector.ts'

/** CSS pixels that a preview may take. */
const MOST = { width: 112, height: 84 }

/** One plane by itself; what lets things through shows a chequered ground. */
export function PlanePreview({ kind }: { readonly kind: PlaneKind }) {
  const { inspector } = useView()
  const canvas = useRef<HTMLCanvasElement>(null)
  const version = useInspector((state) => state.pictures[kind])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is a new picture
  useEffect(() => {
    const element = canvas.current
    const ratio = window.devicePixelRatio
    const most = { width: MOST.width * ratio, height: MOST.height * ratio }
    const picture = inspector.preview(kind, most)
    if (!element || !picture) return
    const { width, height, rgba } = picture
    element.width = width
    element.height = height
    // A small plane is enlarged by a whole number, so that its pixels can be told apart.
    const grown = Math.max(1, Math.floor(Math.min(most.width / width, most.height / height)))
    element.style.width = `${(width * grown) / ratio}px`
    element.style.height = `${(height * grown) / ratio}px`
    element.getContext('2d')?.putImageData(new ImageData(straightAlpha(rgba), width, height), 0, 0)
  }, [inspector, kind, version])
  return (
    <div className="preview">
      <canvas
        ref={canvas}
        width={1}
        height={1}
        role="img"
        aria-label={`${planeTitles[kind]} plane`}
      />
    </div>
  )
}
