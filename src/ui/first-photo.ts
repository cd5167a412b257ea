/** The page's first photo. The start script requests it, so that neither its data nor its picture waits for the app. */
import { ask } from './ask.ts'
import { readAddress } from './gallery/address.ts'
import type { Item } from './gallery/order.ts'
import { requestPicture } from './gallery/picture-sources.ts'

export const randomPath = '/api/images/random'

export function photoPath({ name, folder }: Item): string {
  return `/api/images/${encodeURIComponent(name)}${folder === 'root' ? '' : `?folder=${folder}`}`
}

let first: { path: string; response: Promise<Response> } | null = null

/** Requests the photo of the page's address, and then its picture. Does nothing for the grid. */
export function askForFirstPhoto(): void {
  const { photo, query } = readAddress()
  if (query && !photo) return
  const path = photo ? photoPath(photo) : randomPath
  // Browsers reuse the preload of the page's header (src/handlers/routes/fetch-ahead.ts) only in the default cache mode.
  const response = ask(path, 'application/json', 'default')
  first = { path, response }
  // The app explains a failure.
  requestFirstPicture(response).catch(() => {})
}

/** Returns the request for the first photo, once; `null` if this path was not requested. It rejects without an answer. */
export function takeFirstPhoto(path: string): Promise<Response> | null {
  const asked = first
  first = null
  return asked?.path === path ? asked.response : null
}

async function requestFirstPicture(asked: Promise<Response>): Promise<void> {
  const answer = await asked
  if (answer.ok) requestPicture((await answer.clone().json()).thumbnail_url, 'high')
}
