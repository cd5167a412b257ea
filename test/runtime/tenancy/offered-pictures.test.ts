import { beforeEach, describe, expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import { parseHost } from '../../../src/contract/host.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { createOfferTokens } from '../../../src/runtime/sealing/offer-tokens.ts'
import { createOffers } from '../../../src/runtime/tenancy/offered-pictures.ts'
import { createPublicOrigins } from '../../../src/runtime/tenancy/public-origins.ts'
import { isOffer, readOffer } from '../../../src/workflow/offered-pictures.ts'
import { rejection } from '../../support/fixtures/rejections.ts'

const [alice, bob] = ['alice', 'bob'].map((name) => parseHost(`${name}.shibari.test`, 'shibari.test')?.host)
if (!alice || !bob) throw new TypeError('Not a host.')
const picture = { bytes: new Uint8Array([1, 2, 3]), mediaType: 'image/jpeg', width: 3, height: 2 } as const

let clock: number
let files: Map<string, Uint8Array<ArrayBuffer>>
beforeEach(() => {
  clock = Date.parse('2026-11-30T12:00:00Z')
  files = new Map()
})

type Files = Pick<PhotoStore, 'readPreview' | 'writePreview' | 'listPreviewFolders' | 'deletePreviewFolder'>

const store: Files = {
  readPreview: async (folder) => files.get(folder) ?? null,
  writePreview: async (folder, _file, bytes) => void files.set(folder, new Uint8Array(bytes)),
  listPreviewFolders: async () => [...files.keys()],
  deletePreviewFolder: async (folder) => void files.delete(folder),
}

const secrets = [new Secret('a-secret-of-thirty-two-characters')] as const
const tokens = createOfferTokens(secrets, () => clock)
const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? ''

function offering(files: Files = store) {
  const origins = createPublicOrigins({ forceHttps: true, port: 0 })
  return createOffers({ tokens, origins, now: () => clock }, alice ?? never(), () => files)
}

const never = () => {
  throw new TypeError('unreachable')
}

describe('an offered picture', () => {
  it('serves a picture by its token on its host, also for a late fetch after the post', async () => {
    const { url, end } = await offering()(picture)
    expect(url).toMatch(/^https:\/\/alice\.shibari\.test\/api\/offered-picture\?token=.{100,}$/)
    const folder = await tokens.open(tokenOf(url), alice)
    expect(await readOffer(store, folder)).toEqual(picture.bytes)
    await end()
    expect(await readOffer(store, folder)).toEqual(picture.bytes)
  })

  it('opens to no other token, host or time', async () => {
    const token = tokenOf((await offering()(picture)).url)
    const codes = async (text: string, host = alice) => rejection(tokens.open(text, host))
    expect(await codes(token, bob)).toMatchObject({ code: 'link_expired' })
    for (let place = 0; place < token.length; place++) {
      const letter = token[place] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, place) + letter + token.slice(place + 1)
      expect(await codes(changed), String(place)).toMatchObject({ code: 'link_expired' })
    }
    clock += 601_000
    expect(await codes(token)).toMatchObject({ code: 'link_expired' })
  })

  it('rejects when the storage takes no file', async () => {
    const refuse = () => Promise.reject(new PublisherError('storage_unavailable', 'Read-only.'))
    expect(await rejection(offering({ ...store, writePreview: refuse })(picture))).toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('ends without an error when the storage fails', async () => {
    const refuse = () => Promise.reject(new PublisherError('storage_unavailable', 'Down.'))
    const { end } = await offering({ ...store, listPreviewFolders: refuse })(picture)
    await expect(end()).resolves.toBeUndefined()
  })

  it('deletes pictures whose time is over, and touches no preview and no running offer', async () => {
    const offer = offering()
    await offer(picture)
    files.set('0123456789abcdef', new Uint8Array(1))
    clock += 700_000
    const running = await offer(picture)
    const other = await offer(picture)
    await other.end()
    const folder = await tokens.open(tokenOf(running.url), alice)
    const another = await tokens.open(tokenOf(other.url), alice)
    expect([...files.keys()].sort()).toEqual(['0123456789abcdef', another, folder].sort())
    expect([isOffer(folder), isOffer('0123456789abcdef'), isOffer('index')]).toEqual([true, false, false])
  })
})
