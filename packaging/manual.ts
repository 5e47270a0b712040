// SPDX-License-Identifier: GPL-2.0-or-later
import type { Option } from '../main/arguments.ts'
import type { CommandUsage } from '../main/command.ts'
import type { CommandLine } from './command-tables.ts'
import { bold, italic, ManPage, plain } from './roff.ts'

// biome-ignore format: one row per variable
/** Every variable of the environment that the program reads, and what for. */
export const environmentRows: readonly (readonly [string, string])[] = [
  ['DISPLAY, WAYLAND_DISPLAY', 'the display server for the window. Without either, view runs without a window for a few seconds and says so.'],
  ['SCANOUT_LOG',              'what is logged to stderr: debug, info or warn and what is more urgent than that.'],
  ['SCANOUT_DEBUG',            '1 prints where an internal error happened.'],
  ['SCANOUT_BROWSER',          'a Chromium to draw the window with --shell chromium.'],
  ['SCANOUT_SANDBOX',          'no starts Electron without its sandbox, for hosts that refuse user namespaces.'],
  ['ELECTRON_OVERRIDE_DIST_PATH', 'the folder of another Electron.'],
  ['XDG_RUNTIME_DIR',          'where the window’s profile and sockets are for as long as they live.'],
  ['XDG_CONFIG_HOME, HOME',    'where the settings are kept.'],
  ['XDG_STATE_HOME',           'where it is kept that a GPU failed a window.'],
  ['XDG_CACHE_HOME',           'where the thumbnails of recent addresses are kept.'],
  ['XDG_DATA_HOME',            'where launcher puts its desktop entries and icons.'],
  ['XAUTHORITY',               'what the X server wants to be shown.'],
  ['APPIMAGE',                 'the AppImage that the program runs from, for what launcher writes.'],
  ['PATH',                     'where Chromium is looked for.'],
]

/**
 * The man page. Commands, operands, options and addresses are the program's own tables.
 *
 * @param date of the release, YYYY-MM-DD
 */
export function manual({ version, commands, addresses }: CommandLine, date: string): string {
  const page = new ManPage('scanout', 1, date, `Scanout ${version}`, 'User Commands')
  page.section('Name').line(plain('scanout - shows the display of a virtual machine'))
  page.section('Synopsis')
  page.line(`${bold('scanout')} [${italic('ADDRESS')}] [${italic('OPTIONS')}]`)
  page.paragraph(
    `${bold('scanout')} ${italic('COMMAND')} [${italic('ARGUMENTS')}] [${italic('OPTIONS')}]`,
  )
  page.section('Description')
  page.line(
    plain(
      "Scanout shows a virtual machine's display planes where they really are: dma-bufs and regions of a mediated GPU, the D-Bus display of QEMU, plane dumps, and any program that hands planes over a socket. When a picture cannot be shown it says why and what would help.",
    ),
  )
  page.paragraph(
    plain('A line that begins with an address, a file or an option is the command view.'),
  )
  page.section('Commands')
  for (const command of commands) describe(page, command)
  page.section('Addresses')
  for (const [form, meaning] of addresses) page.term(bold(form), plain(meaning))
  withoutDisplay(page)
  withoutRoot(page)
  page.section('Exit status')
  page
    .term('0', 'done')
    .term('1', 'failed; stderr says what, why and what to try')
    .term('2', 'wrong use')
  page.section('Environment')
  for (const [names, meaning] of environmentRows) page.term(bold(names), plain(meaning))
  page.section('Files')
  for (const [file, meaning] of fileRows) page.term(italic(file), plain(meaning))
  page.section('Examples')
  page.line('A picture in a window, what there is to see on this host, and a file:')
  page.example('scanout demo:', 'scanout list', 'scanout screenshot vfio+pid:4242 -o vm.png')
  page
    .section('See also')
    .line(['qemu', 'virsh', 'virt-viewer'].map((name) => `${bold(name)}(1)`).join(', '))
  return page.toString()
}

// biome-ignore format: one row per file
/** Files of the package and of the person that a person may have to know. */
export const fileRows: readonly (readonly [string, string])[] = [
  ['~/.config/scanout/',                          'settings'],
  ['/opt/Scanout/',                               'the program: scanout (its launcher), scanout-window (Electron) and resources/node (Node)'],
  ['/usr/share/doc/scanout/examples/70-scanout-vfio.rules', 'udev rule for direct use of /dev/vfio, not active'],
  ['/usr/lib/systemd/system/scanout-broker@.service', 'system service around scanout broker, not enabled'],
  ['/etc/scanout/NAME.conf',                      'what scanout-broker@NAME.service serves'],
]

function describe(page: ManPage, { name, summary, operands, options, notes }: CommandUsage): void {
  const words = operands.map(({ metavar, optional, repeats }) => {
    const word = `${italic(metavar)}${repeats ? '...' : ''}`
    return optional ? `[${word}]` : word
  })
  page.part(
    [
      `scanout ${name}`,
      ...operands.map(
        ({ metavar, optional, repeats }) =>
          `${optional ? '[' : ''}${metavar}${repeats ? '...' : ''}${optional ? ']' : ''}`,
      ),
    ].join(' '),
  )
  page.line(plain(summary.endsWith('.') ? summary : `${summary}.`))
  operands.forEach(({ help }, at) => {
    page.term(words[at] ?? '', plain(help))
  })
  for (const [option, row] of Object.entries(options))
    page.term(spelling(option, row), plain(meaning(row)))
  for (const note of notes ?? []) page.paragraph(plain(note))
}

function spelling(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `${bold(`-${option.short}`)}, `
  const long = bold(`--${name}`)
  switch (option.type) {
    case 'flag':
      return `${short}${long}`
    case 'choice':
      return `${short}${long} ${option.choices.map(bold).join('|')}`
    default:
      return `${short}${long} ${italic(option.metavar)}`
  }
}

function meaning(option: Option): string {
  const facts = [option.help]
  if (option.type === 'integer') facts.push(`from ${option.min} to ${option.max}`)
  if (option.type !== 'flag' && option.required) facts.push('must be given')
  if (option.type !== 'flag' && option.default !== undefined)
    facts.push(`${option.default} if not given`)
  return facts.join('; ')
}

function withoutDisplay(page: ManPage): void {
  page.section('Without a display server')
  page.line(
    plain(
      'Every command but the window itself works on a host that has no display server: the installed scanout runs in the Node that it brings, and starts Electron only to open a window. What needs a browser engine without a window (view --headless, record, --engine webgl) takes an installed Chromium, headless, and says so when there is none.',
    ),
  )
}

function withoutRoot(page: ManPage): void {
  page.section('Without root')
  page.line(
    plain(
      'A mediated device is opened through /dev/vfio, which is root’s. Nothing that is installed changes that by itself; there are two ways to use it as another user.',
    ),
  )
  page.part('A broker that holds the device')
  page.line(
    plain(
      'The service holds the device and hands its planes to viewers; who may connect to its socket may see the screen and do nothing else. Members of the group kvm may, unless Group= of the unit is changed.',
    ),
  )
  page.example(
    'echo ADDRESS=vfio:UUID | sudo install -D -m 644 /dev/stdin /etc/scanout/desk.conf',
    'sudo systemctl enable --now scanout-broker@desk',
    'scanout planes+unix:/run/scanout/desk.sock',
  )
  page.part('The device itself')
  page.line(
    plain(
      'The rule gives /dev/vfio to the group kvm. Its members can then use every device that is bound to VFIO, which includes its DMA: give that to nobody who may not be root.',
    ),
  )
  page.example(
    'sudo cp /usr/share/doc/scanout/examples/70-scanout-vfio.rules /etc/udev/rules.d/',
    'sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=vfio',
    'scanout vfio:UUID',
  )
}
