// SPDX-License-Identifier: GPL-2.0-or-later

/** Text as roff shows it letter by letter: no request, no escape, no hyphen that is drawn as a dash. */
export function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('…', '...')
    .replace(/^\./gm, '\\&.')
}

export const bold = (text: string) => `\\fB${plain(text)}\\fR`
export const italic = (text: string) => `\\fI${plain(text)}\\fR`

/** A man page in the `man` macros, line by line. */
export class ManPage {
  readonly #lines: string[]

  /** @param date of the release, YYYY-MM-DD */
  constructor(name: string, section: number, date: string, source: string, title: string) {
    this.#lines = [
      '.\\" SPDX-License-Identifier: GPL-2.0-or-later',
      `.TH ${name.toUpperCase()} ${section} ${date} "${source}" "${title}"`,
    ]
  }

  section(title: string): this {
    this.#lines.push(`.SH "${title.toUpperCase()}"`)
    return this
  }

  part(title: string): this {
    this.#lines.push(`.SS "${plain(title)}"`)
    return this
  }

  /** A paragraph; the text is roff already. */
  paragraph(roff: string): this {
    this.#lines.push('.PP', roff)
    return this
  }

  /** Text directly below a heading. */
  line(roff: string): this {
    this.#lines.push(roff)
    return this
  }

  /** A term and what it means, both roff. */
  term(term: string, meaning: string): this {
    this.#lines.push('.TP', term, meaning)
    return this
  }

  /** Lines as they are, in a fixed font. */
  example(...lines: readonly string[]): this {
    this.#lines.push('.PP', '.RS 4', '.EX', ...lines.map((line) => plain(line)), '.EE', '.RE')
    return this
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`
  }
}
