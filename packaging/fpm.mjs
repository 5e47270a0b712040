#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// In the place of fpm, which electron-builder would download: makes a deb with dpkg-deb and an rpm with
// rpmbuild, byte for byte the same from the same input. Knows the options that app-builder-lib 26 gives
// and stops at any other. SCANOUT_PACKAGE_COMPRESSION=none makes a package to look at, not to ship.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

const single = {
  '-s': 'source',
  '-t': 'target',
  '--architecture': 'architecture',
  '--after-install': 'afterInstall',
  '--after-remove': 'afterRemove',
  '--description': 'description',
  '--version': 'version',
  '--package': 'file',
  '--name': 'name',
  '--maintainer': 'maintainer',
  '--vendor': 'vendor',
  '--url': 'homepage',
  '--category': 'section',
  '--license': 'license',
  '--deb-priority': 'priority',
  '--deb-compression': 'compression',
  '--rpm-compression': 'compression',
  '--rpm-os': 'os',
  '--rpm-summary': 'summary',
}
const repeated = { '-d': 'depends', '--deb-recommends': 'recommends' }

const wish = { depends: [], recommends: [] }
/** Pairs: a file or folder, and its place in the package. */
const places = []
const words = process.argv.slice(2)
while (words.length > 0) {
  const word = words.shift()
  if (word === '--force') continue
  if (single[word]) wish[single[word]] = words.shift()
  else if (repeated[word]) wish[repeated[word]].push(words.shift())
  else if (/^[^-].*=\//.test(word)) places.push(word.split(/=(?=\/)/))
  else stop(`unknown option ${word}`)
}
const makers = { deb: makeDeb, rpm: makeRpm }
if (wish.source !== 'dir' || !makers[wish.target]) {
  stop(`makes a deb or an rpm of folders, not ${wish.target} of ${wish.source}`)
}
const epoch = Number(process.env.SOURCE_DATE_EPOCH)
if (!Number.isSafeInteger(epoch)) stop('SOURCE_DATE_EPOCH must be set, in seconds')

process.umask(0o022)
const work = mkdtempSync(path.join(path.dirname(path.resolve(wish.file)), '.package-'))
const stage = path.join(work, 'root')
let failure
try {
  mkdirSync(stage)
  for (const [from, to] of places) place(from, path.join(stage, to))
  makers[wish.target]()
} catch (error) {
  failure = error.message
} finally {
  rmSync(work, { recursive: true, force: true })
}
if (failure) stop(failure)

function stop(text) {
  process.stderr.write(`fpm: ${text}\n`)
  process.exit(1)
}

function run(command, args, options = {}) {
  const outcome = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
  if (outcome.status === 0) return outcome.stdout
  throw new Error(`${command}: ${outcome.stderr || outcome.error?.message}`)
}

/** As fpm does: the content of a folder that is written with a slash, else the file itself. */
function place(from, to) {
  mkdirSync(from.endsWith('/') ? to : path.dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

/** Everything in the package, folders before what is in them. */
function entries() {
  return readdirSync(stage, { recursive: true })
    .map((name) => path.join(stage, name))
    .sort()
}

/** Modes do not depend on the builder's umask, times not on the clock. */
function settle() {
  for (const file of [...entries(), stage]) {
    const status = lstatSync(file)
    if (status.isDirectory()) chmodSync(file, 0o755)
    else if (status.isFile()) chmodSync(file, status.mode & 0o100 ? 0o755 : 0o644)
    lutimesSync(file, epoch, epoch)
  }
}

function description() {
  const [synopsis, ...rest] = wish.description.split('\n').map((line) => line.trim())
  return { synopsis, text: rest.filter((line) => line !== '').join('\n') || synopsis }
}

/** Lines of whole words. */
function wrapped(text, columns) {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function makeDeb() {
  const files = entries().filter((file) => lstatSync(file).isFile())
  const bytes = files.reduce((sum, file) => sum + lstatSync(file).size, 0)
  const names = files.map((file) => path.relative(stage, file))
  const sums = run('md5sum', ['--', ...names], { cwd: stage })
  const control = path.join(stage, 'DEBIAN')
  mkdirSync(control)
  const list = (name, items) => (items.length > 0 ? [`${name}: ${items.join(', ')}`] : [])
  const { synopsis, text } = description()
  const lines = [
    `Package: ${wish.name}`,
    `Version: ${wish.version}`,
    `Section: ${wish.section}`,
    `Priority: ${wish.priority}`,
    `Architecture: ${wish.architecture}`,
    ...list('Depends', wish.depends),
    ...list('Recommends', wish.recommends),
    `Maintainer: ${wish.maintainer}`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    `Homepage: ${wish.homepage}`,
    `Description: ${synopsis}`,
    ...wrapped(text, 78).map((line) => ` ${line}`),
  ]
  writeFileSync(path.join(control, 'control'), `${lines.join('\n')}\n`)
  writeFileSync(path.join(control, 'md5sums'), sums)
  for (const [from, to] of [
    [wish.afterInstall, 'postinst'],
    [wish.afterRemove, 'postrm'],
  ]) {
    copyFileSync(from, path.join(control, to))
    chmodSync(path.join(control, to), 0o755)
  }
  settle()
  const kind = process.env.SCANOUT_PACKAGE_COMPRESSION ?? wish.compression
  run('dpkg-deb', ['--root-owner-group', `-Z${kind}`, '--build', stage, wish.file])
}

function makeRpm() {
  settle()
  const { text } = description()
  const shared =
    /^\/(usr|opt)(\/(bin|lib|share|lib\/systemd|lib\/systemd\/system))?$|^\/usr\/share\/(applications|bash-completion|doc|fish|icons|man|metainfo|mime|zsh)(\/(?!scanout).*)?$/
  const listed = entries().flatMap((file) => {
    const name = file.slice(stage.length)
    if (!lstatSync(file).isDirectory()) return [`"${name}"`]
    return shared.test(name) ? [] : [`%dir "${name}"`]
  })
  const script = (file) => readFileSync(file, 'utf8').replaceAll('%', '%%')
  const spec = [
    `Name: ${wish.name}`,
    `Version: ${wish.version}`,
    'Release: 1',
    `Summary: ${wish.summary}`,
    `License: ${wish.license}`,
    `Group: ${wish.section}`,
    `URL: ${wish.homepage}`,
    `Vendor: ${wish.vendor}`,
    `Packager: ${wish.maintainer}`,
    'AutoReqProv: no',
    ...wish.depends.map((one) => `Requires: ${one}`),
    '%description',
    text,
    '%post',
    script(wish.afterInstall),
    '%postun',
    script(wish.afterRemove),
    '%files',
    '%defattr(-,root,root,-)',
    ...listed,
    '',
  ]
  writeFileSync(path.join(work, 'package.spec'), spec.join('\n'))
  const payload = process.env.SCANOUT_PACKAGE_COMPRESSION === 'none' ? 'w0.gzdio' : 'w6.xzdio'
  const macros = {
    _topdir: work,
    _rpmdir: path.join(work, 'made'),
    _rpmfilename: 'package.rpm',
    _binary_payload: payload,
    _buildhost: 'localhost',
    _build_id_links: 'none',
    __os_install_post: '%{nil}',
    __spec_install_pre: '%{nil}',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  }
  const defines = Object.entries(macros).flatMap(([name, value]) => [
    '--define',
    `${name} ${value}`,
  ])
  const machine = { amd64: 'x86_64', arm64: 'aarch64' }[wish.architecture] ?? wish.architecture
  const target = ['--target', `${machine}-linux`, '--buildroot', stage]
  run('rpmbuild', ['-bb', '--quiet', ...defines, ...target, path.join(work, 'package.spec')])
  copyFileSync(path.join(work, 'made', 'package.rpm'), wish.file)
}
