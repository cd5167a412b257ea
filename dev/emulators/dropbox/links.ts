/** Temporary links, readable without a token until they expire. */
import { randomUUID } from 'node:crypto'
import { remember } from './route.ts'
import { nameOf, type TreeFile } from './tree.ts'

export interface Links {
  /** Returns a function that creates links below this origin. */
  maker(origin: string): (file: TreeFile) => string
  /** Answers a request for a link: the bytes as they were at its creation, or 410 after it expired. */
  follow(url: URL): Response
}

const mediaTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
}

export function createLinks(lifetimeMs: number, now: () => number): Links {
  const links = new Map<string, { file: TreeFile; expiresAt: number }>()
  return {
    maker: (origin) => (file) => {
      const id = randomUUID()
      remember(links, id, { file, expiresAt: now() + lifetimeMs })
      return `${origin}/link/${id}/${encodeURIComponent(nameOf(file.path))}`
    },
    follow(url) {
      const link = links.get(url.pathname.split('/')[2] ?? '')
      if (!link) return new Response('Not Found', { status: 404 })
      if (link.expiresAt <= now()) return new Response('Gone', { status: 410 })
      const { path, bytes } = link.file
      const type =
        mediaTypes[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream'
      const headers = { 'content-type': type, 'content-length': String(bytes.size) }
      return new Response(bytes.stream(), { headers })
    },
  }
}
