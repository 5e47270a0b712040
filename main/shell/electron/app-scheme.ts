// SPDX-License-Identifier: GPL-2.0-or-later
import { protocol, type Session } from 'electron'
import { log } from '../../log.ts'
import type { PageDoor } from '../page-door.ts'
import type { PageFiles } from '../page-files.ts'
import { pageHeaders } from '../page-headers.ts'

const SCHEME = 'app'
const HOST = 'scanout'

/** The page's origin; nothing else may talk to main. */
export const APP_ORIGIN = `${SCHEME}://${HOST}`

/** Makes `app:` a scheme with an origin of its own. Once, before Electron is ready. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
}

/** Serves the built page and its document's pictures to one session. Disposing ends that. */
export function serveApp(session: Session, files: PageFiles, door: PageDoor): Disposable {
  session.protocol.handle(SCHEME, (request) => answer(request, files, door))
  return { [Symbol.dispose]: () => session.protocol.unhandle(SCHEME) }
}

async function answer(request: Request, files: PageFiles, door: PageDoor): Promise<Response> {
  const url = URL.parse(request.url)
  if (!url || url.protocol !== `${SCHEME}:` || url.host !== HOST) return reply(403)
  if (request.method !== 'GET') return reply(405)
  try {
    const picture = door.picture(url)
    if (picture) return await answerPicture(picture)
    const file = files.find(url.pathname)
    return file ? reply(200, file.type, await file.read()) : reply(404)
  } catch (error) {
    log.warn(`cannot serve ${url.pathname}: ${String(error)}`)
    return reply(500)
  }
}

async function answerPicture(
  picture: NonNullable<ReturnType<PageDoor['picture']>>,
): Promise<Response> {
  if (picture === 'malformed') return reply(400)
  const taken = await picture
  return taken.ok
    ? reply(200, 'image/png', taken.value)
    : reply(503, 'application/json', new TextEncoder().encode(JSON.stringify(taken.failure)))
}

function reply(status: number, type = 'text/plain', body: Uint8Array = new Uint8Array()): Response {
  const headers = { ...pageHeaders(), 'Content-Type': type }
  return new Response(body as Uint8Array<ArrayBuffer>, { status, headers })
}
