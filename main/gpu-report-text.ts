// SPDX-License-Identifier: GPL-2.0-or-later
import { plainText } from '../core/failure.ts'
import type { GpuCaseReport, GpuDeviceReport, GpuFormatReport, GpuReport } from './gpu-report.ts'

/** Widest a line of layouts gets before it is broken. */
const COLUMNS = 100
const INDENT = ' '.repeat(11)

/** A report for people, to be pasted as it is: nothing in it names the host or its user. */
export function gpuReportText(report: GpuReport): string {
  const { version, system, electron, udmabuf, trouble, devices, transport } = report
  const lines = [
    `Scanout ${version}, ${system}`,
    row('electron', electron === null ? 'not installed' : 'installed'),
    row('udmabuf', udmabuf ?? 'can be used'),
    ...devices.flatMap((device) => ['', ...deviceLines(device)]),
  ]
  if (trouble !== null) lines.push('', `No GPU was found: ${trouble}`)
  const reasons = transport.reason === '' ? [] : transport.reason.split('; ')
  lines.push('', `A window would use ${transport.sharing}${condition(transport.sharing)}`)
  lines.push(...reasons.map((reason) => `  ${reason}`))
  lines.push('', verdict(report), 'To report this, paste all of the above.')
  return `${lines.map(plainText).join('\n')}\n`
}

function condition(sharing: GpuReport['transport']['sharing']): string {
  return sharing === 'shared-texture' ? ', if its own test passes when it opens' : ''
}

function verdict({ passed, devices }: GpuReport): string {
  if (passed) return 'Every test passed.'
  if (devices.every(({ software }) => software)) return 'There is no GPU to test.'
  return 'Not every test passed.'
}

function deviceLines(device: GpuDeviceReport): string[] {
  const { node, pci, vendor, renderer, version, importsDmaBufs, importsModifiers } = device
  const imports = importsDmaBufs
    ? `dma-bufs, ${importsModifiers ? 'with modifiers' : 'without modifiers'}`
    : 'nothing'
  const lines = [
    node === null ? 'software' : `${node}${pci === null ? '' : ` (${pci})`}`,
    row('renderer', renderer),
    row('vendor', vendor),
    row('driver', version),
    row('imports', imports),
    ...formatLines(device.formats),
    ...caseLines(device.cases),
  ]
  if (device.mark !== null) {
    lines.push(row('mark', `textures failed with it: ${device.mark}`))
    lines.push(`${INDENT}scanout inspect --gpu --forget lets them be tried again`)
  }
  return lines
}

function formatLines(formats: readonly GpuFormatReport[]): string[] {
  return formats.flatMap(({ fourcc, layouts }, at) => {
    const names = layouts.map(({ modifier, name, externalOnly }) => {
      const short = (name ?? modifier).replace(/^DRM_FORMAT_MOD_|^I915_FORMAT_MOD_/, '')
      return `${short}${externalOnly ? '*' : ''}`
    })
    const [first = '', ...rest] = wrapped(names)
    const last = at === formats.length - 1 ? [`${INDENT}* cannot be a texture of the window`] : []
    const star = formats.some((format) => format.layouts.some((one) => one.externalOnly))
    return [
      row(at === 0 ? 'formats' : '', `${fourcc}  ${first}`),
      ...rest.map((line) => `${INDENT}      ${line}`),
      ...(star ? last : []),
    ]
  })
}

function wrapped(names: readonly string[]): string[] {
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 2 + name.length > COLUMNS) lines.push(name)
    else lines[lines.length - 1] = `${last}, ${name}`
  }
  return lines
}

function caseLines(cases: readonly GpuCaseReport[]): string[] {
  return cases.map(({ memory, fourcc, modifier, modifierName, did, outcome, why, ms }, at) => {
    const what = `${memory} ${fourcc} ${modifierName ?? modifier}`
    const how = did === 'convert' ? ', converted' : ''
    const end = outcome === 'passed' ? `${ms} ms` : why
    return row(at === 0 ? 'tests' : '', `${outcome.padEnd(8)}${what}${how}: ${end}`)
  })
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(9)}${value}`.trimEnd()
}
