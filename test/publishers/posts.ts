/** What publishers are given in tests. */
import sharp from 'sharp'
import type { CredentialSource } from '../../src/credentials.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'
import type { Post } from '../../src/workflow/ports/publisher.ts'

export const name = parsePhotoName('rope at dawn.jpg')

const jpegs = new Map<string, Promise<Uint8Array>>()

export async function postOf(
  fields: Partial<Post> = {},
  { width = 320, height = 240 }: { width?: number; height?: number } = {},
): Promise<Post> {
  return {
    name,
    sha256: 'a'.repeat(64),
    caption: 'Tied at dawn.',
    altText: null,
    tags: ['rope', 'dawn', 'portrait', 'light', 'calm', 'hemp', 'floor'],
    picture: { bytes: await jpegOf(width, height), mediaType: 'image/jpeg', width, height },
    ...fields,
  }
}

function jpegOf(width: number, height: number): Promise<Uint8Array> {
  const key = `${width}x${height}`
  const made = jpegs.get(key) ?? makeJpeg(width, height)
  jpegs.set(key, made)
  return made
}

async function makeJpeg(width: number, height: number): Promise<Uint8Array> {
  const background = { r: 120, g: 40, b: 60 }
  return new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background } })
      .jpeg()
      .toBuffer(),
  )
}

/** Gives `first`, and after a rejection `next` (default: resolved to the same); counts how often it was asked. */
export function credentialsOf<T extends object>(
  first: T,
  next: T = { ...first },
): CredentialSource<T> & { readonly resolved: number; readonly rejected: readonly T[] } {
  const rejected: T[] = []
  let resolved = 0
  return {
    get resolved() {
      return resolved
    },
    rejected,
    async get() {
      resolved += 1
      return rejected.length === 0 ? first : next
    },
    reject(credentials) {
      rejected.push(credentials)
    },
  }
}

/** Everything that a log or a person could see of an error. */
export function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = `${error.name} ${error.message} ${error.stack} ${JSON.stringify(error)}`
  return error.cause === undefined ? own : `${own} ${everythingOf(error.cause)}`
}
