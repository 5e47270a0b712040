// SPDX-License-Identifier: GPL-2.0-or-later
import type { Row } from './rows.ts'

// Drawn on a grid of 24, strokes of 1.5.
// biome-ignore format: one row per glyph
const paths = {
  vm:     'M3.75 5h16.5v11H3.75zM8.5 19.5h7M12 16v3.5',
  device: 'M7 7h10v10H7zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5',
  recent: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.5V12l3 2',
  demo:   'M3.75 5h16.5v14H3.75zM10 9l5 3-5 3z',
  typed:  'M4 12h15M13 6l6 6-6 6',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20',
  close:  'M7 7l10 10M17 7 7 17',
} as const satisfies Record<Row['kind'] | 'search' | 'close', string>

/** A symbol in the colour of its text; meaning nothing to a screen reader. */
export function Glyph({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg className="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
