// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useRef } from 'react'
import { useView } from '../ui/view.ts'
import { DamageFlash } from './damage-flash.ts'

/** The layer over the picture on which changed parts light up. */
export function FlashLayer() {
  const { inspector } = useView()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (!canvas.current) return
    using owned = new DisposableStack()
    inspector.lightUp(owned.use(new DamageFlash(canvas.current)))
    owned.defer(() => inspector.lightUp(undefined))
    const kept = owned.move()
    return () => kept.dispose()
  }, [inspector])
  return <canvas ref={canvas} className="flash" width={1} height={1} />
}
