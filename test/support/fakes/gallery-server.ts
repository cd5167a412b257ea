/** A gallery on loopback: the built page under the strict policy, with an API that the test scripts. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import sharp from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { uiDirectory } from '../../../scripts/build-ui.ts'
import { fetchAhead } from '../../../src/handlers/routes/fetch-ahead.ts'
import { createLocalAssets } from '../../../src/providers/assets/local-assets.ts'
import type { Photo } from '../../../src/ui/gallery/gallery-api.ts'

type Script = (request: Request) => Response | Promise<Response>

export interface ScriptedGallery {
  /** Origin of the gallery: `http://alice.localhost:<port>`. */
  origin: string
  /** Paths and queries of API requests, in order, without requests for the status and the features. */
  asked: string[]
  /** Scripts the answers of this path from now on. Paths without a script answer like a healthy gallery. */
  script(path: string, script: Script): void
  /** Restores the healthy answers of this path. */
  heal(path: string): void
  /** Returns the picture of the photo at this index, as in a healthy gallery. */
  picture(index: number, size: string): Promise<Response>
  close(): Promise<void>
}

export const randomPath = '/api/images/random'

/** Content security policy at least as strict as the product's. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Returns a version like the server's: eleven characters of base64url. */
export function versionOf(name: string): string {
  return name.padEnd(11, '0')
}

/** Creates photos named `one.jpg` and so on, alternately landscape and portrait. */
export function somePhotos(count: number): Photo[] {
  const names = ['one', 'two', 'three', 'four', 'five']
  return names.slice(0, count).map((name, index) => ({
    filename: `${name}.jpg`,
    temp_url: `/full-size/${name}.jpg`,
    version: versionOf(name),
    placeholder: placeholderOf(index),
    thumbnail_url: `/api/images/${name}.jpg/thumbnail?size=w960h640&v=${versionOf(name)}`,
    sha256: name.padEnd(64, '0'),
    caption: `The caption of photo ${name}.`,
    alt_text: `What photo ${name} shows`,
    captions: {
      source: 'ai' as const,
      by_platform: { telegram: `The caption of photo ${name}.`, email: `The caption of photo ${name}.` },
    },
    sd_caption: null,
    metadata: {
      alt_text: `What photo ${name} shows`,
      tags: ['rope', 'dusk'],
      taken_at: '2026-06-01T18:30:05+02:00',
      width: 4000,
      height: 6000,
      credit: 'Studio Alice',
    },
    has_sidecar: true,
  }))
}

/** Creates more photos than a grid can lay out at once, named `photo-00000.jpg` and so on. */
export function manyPhotos(count: number): Photo[] {
  const [sample] = somePhotos(1)
  if (!sample) throw new Error('somePhotos(1) returned no photo')
  return Array.from({ length: count }, (_, place) => {
    const filename = `photo-${String(place).padStart(5, '0')}.jpg`
    const version = String(place).padStart(11, '0')
    const thumbnail_url = `/api/images/${filename}/thumbnail?size=w960h640&v=${version}`
    return { ...sample, filename, version, thumbnail_url }
  })
}

/** Creates a problem document like the server's. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = {
    title: code,
    status,
    detail: `The server says ${code}.`,
    code,
    request_id: `request-${code}`,
  }
  return Response.json(body, { status, headers: { 'content-type': 'application/problem+json', ...headers } })
}

export async function startGallery(photos: Photo[]): Promise<ScriptedGallery> {
  const assets = await createLocalAssets({ directory: uiDirectory })
  const scripts = new Map<string, Script>()
  const asked: string[] = []
  const healthy = healthyApi(photos)

  const answer = async (request: Request): Promise<Response> => {
    const { pathname, search, searchParams } = new URL(request.url)
    const own = scripts.get(pathname)
    if (pathname === '/appearance.css') return own?.(request) ?? stylesheet(':root {}')
    if (pathname === '/manifest.webmanifest') return own?.(request) ?? Response.json({})
    if (pathname === '/') {
      const page = await assets.index(request)
      const link = fetchAhead({
        query: searchParams,
        isPublic: true,
        versionOf: (name) => photos.find(({ filename }) => filename === name)?.version,
        savesData: false,
      })
      if (link) page.headers.set('link', link)
      return page
    }
    if (pathname === '/settings') return assets.settings(request)
    if (pathname.startsWith('/assets/')) return (await assets.get(pathname, request)) ?? notFound()
    if (!(pathname in nobody)) asked.push(pathname + search)
    return (scripts.get(pathname) ?? healthy)(request)
  }
  const listener = getRequestListener(async (request) => {
    const response = await answer(request)
    response.headers.set('content-security-policy', policy)
    response.headers.set('x-content-type-options', 'nosniff')
    return response
  })
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://alice.localhost:${port}`,
    asked,
    script: (path, script) => scripts.set(path, script),
    heal: (path) => scripts.delete(path),
    picture,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function stylesheet(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/css' } })
}

/** Answers for a visitor of a gallery without sign-in. */
const nobody: Record<string, object> = {
  '/api/admin/status': { admin: false },
  '/api/config/features': { auth_mode: 'none' },
}

/** Answers with the photos in order, repeating from the start. */
function healthyApi(photos: Photo[]): Script {
  let walked = 0
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    const who = nobody[pathname]
    if (who) return Response.json(who)
    if (pathname === randomPath) {
      const photo = photos[walked++ % photos.length]
      const headers = { 'x-total-count': String(photos.length) }
      return photo ? Response.json(photo, { headers }) : problem(404, 'no_photos')
    }
    if (pathname === '/api/images/list') {
      // The last photo of this gallery is the newest.
      const listed = searchParams.get('sort') === 'last_modified' ? photos.toReversed() : photos
      return Response.json({
        filenames: listed.map(({ filename }) => filename),
        versions: listed.map(({ version }) => version),
        placeholders: listed.map(({ placeholder }) => placeholder ?? null),
        count: listed.length,
      })
    }
    const [, name, thumbnail] = /^\/api\/images\/([^/]+)(\/thumbnail)?$/.exec(pathname) ?? []
    const index = photos.findIndex(({ filename }) => filename === decodeURIComponent(name ?? ''))
    const photo = photos[index]
    if (!photo) return problem(404, 'photo_not_found')
    if (!thumbnail) return Response.json(photo)
    const answer = await picture(index, searchParams.get('size') ?? '')
    if (searchParams.get('v') === photo.version)
      answer.headers.set('cache-control', 'private, max-age=31536000, immutable')
    return answer
  }
}

/** Colour of the photo at this index. */
function colourOf(index: number) {
  return { r: (40 + index * 45) % 256, g: 90, b: (200 + index * 216) % 256 }
}

/** Width and height of the photo at this index that fit a square of this side. */
function shapeOf(index: number, side: number): [width: number, height: number] {
  const short = Math.round(side / 1.5)
  return index % 2 === 0 ? [side, short] : [short, side]
}

/** Returns the placeholder of the photo at this index: its own colour in its own shape. */
export function placeholderOf(index: number): string {
  const [width, height] = shapeOf(index, 30)
  const { r, g, b } = colourOf(index)
  const pixels = Array.from({ length: width * height }, () => [r, g, b, 255]).flat()
  return Buffer.from(rgbaToThumbHash(width, height, pixels)).toString('base64url')
}

/** Draws a plain picture of the photo's own colour and shape that fits the box. The box turns with the photo. */
async function picture(index: number, size: string): Promise<Response> {
  const [, longSide, shortSide] = /^w(\d+)h(\d+)$/.exec(size) ?? []
  const long = Math.min(Number(longSide), Number(shortSide) * 1.5)
  const [width, height] = shapeOf(index, Math.round(long))
  const create = { width, height, channels: 3, background: colourOf(index) } as const
  const bytes = await sharp({ create }).jpeg().toBuffer()
  return new Response(new Uint8Array(bytes), {
    headers: { 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=3600' },
  })
}

function notFound(): Response {
  return new Response(null, { status: 404 })
}
