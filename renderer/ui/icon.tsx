// SPDX-License-Identifier: GPL-2.0-or-later

// Drawn on a grid of 16, strokes of 1.5: one unit is one pixel of the 16-pixel icon.
// biome-ignore format: one row per icon
const paths = {
  camera:     'M2.5 5.25h2.2l1-1.75h4.6l1 1.75h2.2v7.5h-11zM8 11a2.25 2.25 0 1 0 0-4.5A2.25 2.25 0 0 0 8 11z',
  keyboard:   'M1.75 4.25h12.5v7.5H1.75zM4.25 6.75v.01M6.75 6.75v.01M9.25 6.75v.01M11.75 6.75v.01M5 9.25h6',
  power:      'M8 2v5.5M4.9 4.1a5 5 0 1 0 6.2 0',
  screens:    'M1.75 3h9.5v7h-9.5zM4.75 13h9.5V6',
  sound:      'M2.25 6.25h2.5L8 3.5v9L4.75 9.75h-2.5zM10.5 6a2.8 2.8 0 0 1 0 4M12.25 4.25a5.3 5.3 0 0 1 0 7.5',
  muted:      'M2.25 6.25h2.5L8 3.5v9L4.75 9.75h-2.5zM10.5 6.25 14 9.75M14 6.25l-3.5 3.5',
  chevron:    'M4.5 6.5 8 10l3.5-3.5',
  aside:      'M6.5 4.5 10 8l-3.5 3.5',
  info:       'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.25v3.75M8 5v.01',
  fullscreen: 'M2.75 6V2.75H6M10 2.75h3.25V6M13.25 10v3.25H10M6 13.25H2.75V10',
  restore:    'M6 2.75V6H2.75M13.25 6H10V2.75M10 13.25V10h3.25M2.75 10H6v3.25',
  menu:       'M2.75 4.25h10.5M2.75 8h10.5M2.75 11.75h10.5',
  dockRight:  'M2.25 3h11.5v10H2.25zM9.75 3v10',
  dockBottom: 'M2.25 3h11.5v10H2.25zM2.25 9.5h11.5',
  undo:       'M3 6.5h6.25a3.25 3.25 0 0 1 0 6.5H6M5.5 3.75 2.75 6.5l2.75 2.75',
  record:     'M8 13.25a5.25 5.25 0 1 0 0-10.5 5.25 5.25 0 0 0 0 10.5zM8 9.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5z',
  play:       'M5 3.25v9.5L12.5 8z',
  pause:      'M5.5 3.5v9M10.5 3.5v9',
  stop:       'M4 4h8v8H4z',
  check:      'm3.5 8.5 3 3 6-7',
  close:      'm4 4 8 8M12 4l-8 8',
} as const

export type IconName = keyof typeof paths

/** A 16-pixel symbol in the colour of its text; meaning nothing to a screen reader. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
