import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Platform } from '../../src/contract/platform.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../../src/ports/storage.ts'
import { sha256 } from '../../src/providers/digest/node-hash.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { readPublishedPhotos } from '../../src/workflow/next-photo/published-photos.ts'
import { type NextPhotoTools, nextPhoto } from '../../src/workflow/next-photo.ts'
import { noNotes } from '../../src/workflow/photographer.ts'
import { firstChannel, rootPaths } from '../support/fixtures/publishing.ts'

const now = Date.parse('2026-11-01T12:00:00Z')
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')
const nameOf = (index: number) => `photo-${String(index).padStart(4, '0')}.jpg`

function fail(error: unknown): never {
  throw error
}

interface Gallery extends AsyncDisposable {
  store: PhotoStore
  /** Number of originals that were read. */
  reads(): number
  /** Number of photo records that were read. */
  looks(): number
  add(name: string, text?: string): Promise<void>
  publish(text: string, platform?: Platform): Promise<void>
  /** Reverts {@link Gallery.publish}, as a person does to publish a photo again. */
  forget(text: string, platform?: Platform): Promise<void>
  next(options?: SearchOptions): Promise<string | null>
}

interface SearchOptions {
  platforms?: Platform[]
  remembers?: boolean
  photographer?: NextPhotoTools['photographer']
}

/** Creates a folder in which each photo's content is its original name. */
async function gallery(photos: number, published: (index: number) => boolean): Promise<Gallery> {
  const root = await mkdtemp(join(tmpdir(), 'publisher-next-'))
  const inner = createLocalStore({ paths: rootPaths(root), link: async () => '/' })
  let reads = 0
  let looks = 0
  const store: PhotoStore = {
    ...inner,
    readRecord: (key) => {
      if (key.length === 3) looks += 1
      return inner.readRecord(key)
    },
    read: (...which) => {
      reads += 1
      return inner.read(...which)
    },
  }
  const add = (name: string, text = name) => writeFile(join(root, name), text)
  async function publish(text: string, platform: Platform = 'telegram') {
    const at = new Date(now).toISOString()
    const receipt = { state: 'posted', attempt: 'a', platform, filename: text, request_id: 'r', post_id: '1' }
    const record = JSON.stringify({ ...receipt, claimed_at: at, posted_at: at })
    await store.replaceRecord(['ledger', digestOf(text), `${platform}.json`], record)
  }
  for (let index = 0; index < photos; index++) {
    await add(nameOf(index))
    if (published(index)) await publish(nameOf(index))
  }
  return {
    store,
    reads: () => reads,
    looks: () => looks,
    add,
    publish,
    forget: (text, platform = 'telegram') =>
      store.deleteRecord(['ledger', digestOf(text), `${platform}.json`]),
    next: ({ platforms = ['telegram'], remembers = true, photographer = noNotes }: SearchOptions = {}) =>
      nextPhoto(
        {
          store,
          digest: sha256,
          digests: { get: async () => null, put: async () => undefined },
          now: () => now,
          random: Math.random,
          remembers,
          photographer,
          onTrouble: fail,
        },
        platforms.map((platform) => ({ channel: firstChannel(platform) })),
      ),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

describe('the search for the next photo', () => {
  it('finds one of ten unpublished photos among a thousand in the root', async () => {
    await using open = await gallery(1000, (index) => index % 100 !== 37)
    const found = new Set<string | null>()
    for (let run = 0; run < 5; run++) found.add(await open.next())
    for (const name of found) expect(name).toMatch(/^photo-0\d37\.jpg$/)
  })

  it('reads each published original once over many searches', async () => {
    await using open = await gallery(60, () => true)
    expect(await open.next()).toBeNull()
    expect(open.reads()).toBe(60)
    expect(await open.next()).toBeNull()
    expect(open.reads()).toBe(60)
    await open.add('new.jpg')
    expect(await open.next()).toBe('new.jpg')
    expect(open.reads()).toBe(61)
  })

  it('leaves out photos that their photographer rejected, also if only their original tells', async () => {
    await using open = await gallery(20, () => false)
    const rejected = (at: number) => (at < 10 ? 'listed' : at < 19 ? 'original' : null)
    const told = new Set<string>()
    const photographer: NextPhotoTools['photographer'] = {
      async isRejected(_, { name }) {
        const kind = rejected(Number.parseInt(name.slice(6), 10))
        if (kind === 'listed') return true
        // The first question comes before the original is read.
        const isTold = told.has(name)
        told.add(name)
        return kind === 'original' && isTold
      },
    }
    expect(await open.next({ photographer })).toBe(nameOf(19))
    expect(open.reads()).toBeLessThanOrEqual(10)
  })

  it('finds a photo whose published name has other bytes now', async () => {
    await using open = await gallery(3, () => true)
    expect(await open.next()).toBeNull()
    await open.add(nameOf(1), 'other bytes, another size')
    expect(await open.next()).toBe(nameOf(1))
  })

  it('finds a photo that only a new platform lacks', async () => {
    await using open = await gallery(3, () => true)
    expect(await open.next()).toBeNull()
    await open.publish(nameOf(0), 'email')
    await open.publish(nameOf(2), 'email')
    expect(await open.next({ platforms: ['telegram', 'email'] })).toBe(nameOf(1))
    await open.publish(nameOf(1), 'email')
    expect(await open.next({ platforms: ['telegram', 'email'] })).toBeNull()
  })

  it('finds a photo whose record was deleted to publish the photo again', async () => {
    await using open = await gallery(60, () => true)
    expect(await open.next()).toBeNull()
    await open.forget(nameOf(23))
    expect(await open.next()).toBe(nameOf(23))
    expect(open.reads()).toBe(60)
    await open.publish(nameOf(23))
    expect(await open.next()).toBeNull()
    await open.forget(nameOf(41))
    expect(await open.next({ remembers: false })).toBe(nameOf(41))
  })

  it('finds a photo whose record was deleted when an earlier version saved no digest', async () => {
    await using open = await gallery(2, () => true)
    const { photos } = await open.store.list('root')
    const known = photos.map(({ name, contentHash }) => [name, [contentHash, ['telegram']]])
    const text = JSON.stringify({ photos: Object.fromEntries(known) })
    await open.store.replaceRecord(['ledger', 'published.json'], text)
    await open.forget(nameOf(1))
    expect(await open.next()).toBe(nameOf(1))
  })

  it('checks at most 200 photos in the ledger when all are known to be published', async () => {
    await using open = await gallery(210, () => true)
    expect(await open.next()).toBeNull()
    const before = open.looks()
    expect(await open.next()).toBeNull()
    expect(open.looks() - before).toBe(200)
  })

  it('keeps its saved record readable when names take three bytes per character', async () => {
    await using open = await gallery(0, () => false)
    const entries: PhotoEntry[] = []
    for (let index = 0; index < 5000; index++) {
      const name = parsePhotoName(`${'写'.repeat(80)}${String(index).padStart(4, '0')}.jpg`)
      entries.push({ name, size: 1, modifiedAt: new Date(now), contentHash: `hash-${index}` })
    }
    const published = await readPublishedPhotos(open.store, fail)
    for (const entry of entries) published.add(entry, ['telegram'], digestOf(entry.name))
    await published.save(entries)
    const stored = await open.store.readRecord(['ledger', 'published.json'])
    expect(new TextEncoder().encode(stored?.text).length).toBeLessThan(2 ** 20)
    const again = await readPublishedPhotos(open.store, fail)
    expect(entries.filter((entry) => again.isOnAll(entry, ['telegram'])).length).toBeGreaterThan(2000)
  })

  it('finds an unpublished photo when the saved record is damaged', async () => {
    await using open = await gallery(3, (index) => index !== 2)
    await open.next()
    for (const text of ['not JSON', '[]', '{"photos":{"photo-0002.jpg":7}}']) {
      await open.store.replaceRecord(['ledger', 'published.json'], text)
      expect(await open.next()).toBe(nameOf(2))
    }
  })

  it('writes nothing in a preview', async () => {
    await using open = await gallery(2, () => true)
    expect(await open.next({ remembers: false })).toBeNull()
    expect(await open.store.listRecords(['ledger'])).not.toContain('published.json')
  })

  it('skips photos that an attempt is sending or whose outcome is unknown', async () => {
    await using open = await gallery(2, () => false)
    const claim = { state: 'claimed', attempt: 'a', platform: 'telegram', filename: 'x', request_id: 'r' }
    for (const [index, age] of [1000, 3_600_000].entries()) {
      const record = JSON.stringify({ ...claim, claimed_at: new Date(now - age).toISOString() })
      await open.store.replaceRecord(['ledger', digestOf(nameOf(index)), 'telegram.json'], record)
    }
    expect(await open.next()).toBeNull()
    await open.add('free.jpg')
    expect(await open.next()).toBe(parsePhotoName('free.jpg'))
  })
})
