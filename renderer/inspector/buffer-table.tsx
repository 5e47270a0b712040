// SPDX-License-Identifier: GPL-2.0-or-later
import { modifierWords } from '../ui/words.ts'
import { bytesWords, planeTitles } from '../ui/words-inspector.ts'
import { useInspector } from './use-inspector.ts'

/** The guest's buffers that the source holds on to. */
export function BufferTable() {
  const buffers = useInspector((state) => state.facts?.buffers)
  if (!buffers || buffers.length === 0) return null
  const total = buffers.reduce((sum, { bytes }) => sum + bytes, 0)
  return (
    <section aria-labelledby="buffers-title">
      <h3 id="buffers-title">
        Buffers held
        <span className="plane-state">
          {buffers.length} · {bytesWords(total)}
        </span>
      </h3>
      <table className="buffers">
        <thead>
          <tr>
            <th scope="col">Identity</th>
            <th scope="col">Plane</th>
            <th scope="col">Size</th>
            <th scope="col">Format</th>
            <th scope="col">Bytes</th>
          </tr>
        </thead>
        <tbody>
          {buffers.map(({ identity, kind, width, height, fourcc, modifier, bytes }) => (
            <tr key={`${kind} ${identity}`}>
              <td className="mono">{identity}</td>
              <td>{planeTitles[kind]}</td>
              <td>
                {width} × {height}
              </td>
              <td>
                {fourcc} {modifierWords(modifier)}
              </td>
              <td>{bytes}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
