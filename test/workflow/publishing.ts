/** What tests of publishing share: a store on disk, a reducer, and a platform that counts what it gets. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { sha256 } from '../../src/node/digest.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import type { Platform } from '../../src/workflow/platform.ts'
import type { ImageReducer } from '../../src/workflow/ports/images.ts'
import type { Publisher } from '../../src/workflow/ports/publisher.ts'
import type { PhotoStore, StoragePaths } from '../../src/workflow/ports/storage.ts'
import type { PublishTools } from '../../src/workflow/publish.ts'

export function rootPaths(root: string): StoragePaths {
  return { root, archive: join(root, 'archive'), keep: join(root, 'keep'), remove: join(root, 'reject') }
}

/** Any bytes will do: what is published is not looked at here. */
export const reducer: ImageReducer = {
  async reduce({ body }) {
    await body.cancel()
    return { bytes: new Uint8Array([1, 2, 3]), mediaType: 'image/jpeg', width: 3, height: 2 }
  },
}

/** What a tenant publishes with, on this store and to these platforms. */
export function toolsFor(store: PhotoStore, publishers: readonly Publisher[]): PublishTools {
  return {
    store,
    publishers,
    images: reducer,
    digest: sha256,
    digests: { get: async () => null, put: async () => undefined },
    unavailable: [],
    hashtagString: '',
    archives: true,
    owner: 'alice',
    places: { run: (_platforms, work) => work(), carry: (_bytes, work) => work() },
    now: Date.now,
    timing: { sendingMs: 20_000, receiptPauseMs: 1 },
    onTrouble: () => undefined,
  }
}

export const captionRules = {
  maxLength: 100,
  unit: 'utf16',
  maxHashtags: 3,
  plain: false,
  style: '',
} as const

export interface PhotoFolder extends AsyncDisposable {
  root: string
  /** As another process would see it. */
  open(): PhotoStore
}

/** A folder with `photo.jpg` of the bytes `the photo`, and its sidecar. */
export async function photoFolder(): Promise<PhotoFolder> {
  const root = await mkdtemp(join(tmpdir(), 'publisher-publish-'))
  await writeFile(join(root, 'photo.jpg'), 'the photo')
  await writeFile(join(root, 'photo.txt'), 'rope\n\n# ---\n# mine: stays\n')
  return {
    root,
    open: () => createLocalStore({ paths: rootPaths(root), link: async () => '/' }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

export interface CountingPlatform extends AsyncDisposable {
  url: string
  posts: { caption: string; sha256: string }[]
}

/** A platform over HTTP, for processes. */
export async function countingPlatform(): Promise<CountingPlatform> {
  const posts: CountingPlatform['posts'] = []
  const server = createServer(async (request, response) => {
    const post: unknown = await json(request)
    // Sent by the publisher below.
    posts.push(post as CountingPlatform['posts'][number])
    response.end(JSON.stringify({ id: `post-${posts.length}` }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    posts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A publisher to {@link countingPlatform}. */
export function loopbackPublisher(url: string, platform: Platform = 'telegram'): Publisher {
  return {
    platform,
    captionRules,
    pictureBox: { width: 100, height: 100 },
    describe: ({ caption }) => `${platform} would get "${caption}".`,
    async publish({ caption, sha256 }, signal) {
      const body = JSON.stringify({ caption, sha256 })
      const response = await fetch(url, { method: 'POST', body, signal })
      const { id }: { id: string } = await response.json()
      return { postId: id }
    },
  }
}
