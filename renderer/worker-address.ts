// SPDX-License-Identifier: GPL-2.0-or-later

/** Chromium has it; the DOM's types do not yet. */
declare const trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL(url: string): string },
      ): { createScriptURL(url: string): unknown }
    }
  | undefined

const known = new Map<string, string>()

/** The address of one of the page's own workers, as the page's policy wants it: trusted. */
export function workerAddress(script: string): string {
  let address = known.get(script)
  if (address === undefined) {
    const plain = new URL(script, document.baseURI).href
    const name = `scanout-${script.replace(/\W+/g, '-')}`
    const policy = trustedTypes?.createPolicy(name, { createScriptURL: (url) => url })
    address = (policy?.createScriptURL(plain) as string | undefined) ?? plain
    known.set(script, address)
  }
  return address
}
