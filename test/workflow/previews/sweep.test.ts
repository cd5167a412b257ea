import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import { type Folder, parsePhotoName } from '../../../src/ports/photo.ts'
import type { PhotoListing } from '../../../src/ports/storage.ts'
import { keepOffer } from '../../../src/workflow/offered-pictures.ts'
import { dayOf } from '../../../src/workflow/previews/kept-index.ts'
import { sweepPreviews } from '../../../src/workflow/previews/sweep.ts'
import { previewsOf, storeOf } from '../../support/fixtures/thumbnails.ts'

/** Creates a storage with photos by their content hash, and previews of them. */
function scene() {
  const kept = new Map<string, Uint8Array>()
  const { store } = storeOf({}, undefined, kept)
  const hashes: Record<Folder, string[]> = { root: [], archive: [], keep: [], remove: [] }
  store.list = async (folder): Promise<PhotoListing> => ({
    photos: hashes[folder].map((contentHash) => ({
      name: parsePhotoName(`${contentHash}.jpg`),
      size: 1,
      modifiedAt: new Date(0),
      contentHash,
    })),
    withSidecar: new Set(),
  })
  const { index, clock } = previewsOf(store, store)
  const day = 86_400_000
  return {
    store,
    hashes,
    index,
    clock,
    async keep(contentHash: string) {
      await store.writePreview(contentHash, 'w256h256.webp', new Uint8Array(3))
    },
    async sweepAfter(days: number) {
      clock.now += days * day
      await sweepPreviews({ store, index, today: dayOf(clock.now) })
    },
    folders: async () => (await store.listPreviewFolders()).filter((folder) => folder !== 'index').toSorted(),
  }
}

describe('the sweep of previews', () => {
  it('deletes the previews of a photo that two sweeps on different days have missed', async () => {
    const { keep, hashes, sweepAfter, folders, index } = scene()
    hashes.archive.push('archived-photo')
    await keep('archived-photo')
    await keep('deleted-photo')
    await index.note({ contentHash: 'deleted-photo' }, { files: ['w256h256.webp'] })
    await sweepAfter(1)
    expect(await folders()).toEqual(['archived-photo', 'deleted-photo'])
    await sweepAfter(0)
    expect(await folders()).toEqual(['archived-photo', 'deleted-photo'])
    await sweepAfter(1)
    expect(await folders()).toEqual(['archived-photo'])
  })

  it('deletes pictures that were offered on an earlier day', async () => {
    const { store, clock, sweepAfter, folders } = scene()
    const offer = await keepOffer(store, { bytes: new Uint8Array(3) }, new Date(clock.now + 600_000))
    await sweepAfter(0)
    expect(await folders()).toEqual([offer])
    await sweepAfter(2)
    expect(await folders()).toEqual([])
  })

  it('spares a photo that was missing once and is back', async () => {
    const { keep, hashes, sweepAfter, folders } = scene()
    await keep('moving-photo')
    await sweepAfter(1)
    hashes.keep.push('moving-photo')
    await sweepAfter(1)
    hashes.keep.pop()
    await sweepAfter(1)
    expect(await folders()).toEqual(['moving-photo'])
  })

  it('deletes nothing when a folder cannot be listed or the root folder is missing', async () => {
    const { keep, store, sweepAfter, folders } = scene()
    await keep('photo-one')
    await sweepAfter(1)
    const { list } = store
    store.list = async (folder) => {
      if (folder === 'keep') throw new PublisherError('storage_unavailable', 'Away.')
      return list(folder)
    }
    await expect(sweepAfter(1)).rejects.toMatchObject({ code: 'storage_unavailable' })
    store.list = async (folder) => ({ ...(await list(folder)), isFolderMissing: true })
    await sweepAfter(1)
    expect(await folders()).toEqual(['photo-one'])
  })

  it('deletes a bounded number of folders at a time', async () => {
    const { keep, sweepAfter, folders } = scene()
    for (let at = 0; at < 250; at++) await keep(`photo-${String(at).padStart(4, '0')}`)
    await sweepAfter(1)
    await sweepAfter(1)
    expect((await folders()).length).toBe(50)
    await sweepAfter(1)
    expect(await folders()).toEqual([])
  })
})
