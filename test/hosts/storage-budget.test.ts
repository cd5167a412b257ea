import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CountedGallery,
  type CountedProcess,
  lookAtAll,
  openCountedGallery,
  requestsDuring,
  showFirstPhoto,
  viewers,
} from '../support/fixtures/counted-gallery.ts'
import { type SeenRequest, storageKinds } from '../support/fixtures/counted-storages.ts'

const photos = 6
/** Requests of each kind in the tests of a warm process. */
const times = 10

const words = (seen: readonly SeenRequest[]) => seen.map(({ what }) => what)
/** Reads and lists. Connecting, which a process does once per tenant, is no call for photos. */
const reads = (seen: readonly SeenRequest[]) =>
  seen.filter(({ requestClass, what }) => requestClass === 'B' || what.startsWith('list'))

describe.each(storageKinds)('the requests that looking at a gallery on %s costs', (kind) => {
  describe.each(viewers)('a warm process, for the %s', (viewer) => {
    let gallery: CountedGallery
    let process: CountedProcess
    beforeAll(async () => {
      gallery = await openCountedGallery(kind, photos)
      process = await gallery.start()
      await lookAtAll(process, gallery, viewer)
      // Background work of the first looks may still run: the second looks find what it left.
      await lookAtAll(process, gallery, viewer)
    })
    afterAll(async () => {
      await process[Symbol.asyncDispose]()
      await gallery[Symbol.asyncDispose]()
    })

    /** Returns the words for what each of some requests cost. */
    async function costs(
      path: (turn: number) => string,
      headers?: Record<string, string>,
    ): Promise<string[][]> {
      const all: string[][] = []
      for (let turn = 0; turn < times; turn++) {
        const seen = await requestsDuring(gallery, async () => {
          await (await process.look(viewer, path(turn), headers)).arrayBuffer()
        })
        all.push(words(seen))
      }
      return all
    }
    const none = Array.from({ length: times }, () => [])
    const photoOf = (turn: number) => `/api/images/${gallery.names[turn % photos]}`

    it('spends none on a list', async () => {
      expect(await costs(() => '/api/images/list')).toEqual(none)
    })

    it('spends at most 1 on a random photo', async () => {
      for (const cost of await costs(() => '/api/images/random'))
        expect(cost.length, String(cost)).toBeLessThan(2)
    })

    it('spends at most 1 on the details of a photo', async () => {
      for (const cost of await costs(photoOf)) expect(cost.length, String(cost)).toBeLessThan(2)
    })

    it('spends none on a thumbnail', async () => {
      expect(await costs((turn) => `${photoOf(turn)}/thumbnail`)).toEqual(none)
    })

    it('spends none on a thumbnail that the client has', async () => {
      const first = await process.look(viewer, `${photoOf(0)}/thumbnail`)
      const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
      expect((await process.look(viewer, `${photoOf(0)}/thumbnail`, headers)).status).toBe(304)
      expect(await costs(() => `${photoOf(0)}/thumbnail`, headers)).toEqual(none)
    })
  })

  describe.each(viewers)('a fresh process, for the %s', (viewer) => {
    it('reads at most 5 times for the first photo, and again where previews are there', async () => {
      await using gallery = await openCountedGallery(kind, photos)
      /** Returns the requests up to the last answer. The index of photos is read and written again later. */
      const show = async () => {
        await using fresh = await gallery.start()
        return await requestsDuring(gallery, () => showFirstPhoto(fresh, viewer))
      }
      // Without previews, writes may begin before the last answer.
      const without = await show()
      expect(reads(without).length, String(words(without))).toBeLessThanOrEqual(5)
      {
        await using maker = await gallery.start()
        await lookAtAll(maker, gallery, viewer)
      }
      const withPreviews = await show()
      const calls = withPreviews.filter(({ requestClass }) => requestClass !== 'connection')
      expect(calls.length, String(words(withPreviews))).toBeLessThanOrEqual(5)
      const originals = withPreviews.filter(({ isOriginal }) => isOriginal)
      expect(words(originals)).toEqual([])
    })

    it('never reads an original where the storage makes thumbnails', async () => {
      await using gallery = await openCountedGallery(kind, photos)
      const seen = await requestsDuring(gallery, async () => {
        await using fresh = await gallery.start()
        await lookAtAll(fresh, gallery, viewer)
      })
      const originals = seen.filter(({ isOriginal }) => isOriginal)
      // The other storages read an original once, to make its thumbnail.
      expect(originals.length).toBeLessThanOrEqual(kind === 'dropbox' ? 0 : photos)
    })

    it('spends at most 1 on a photo that the process has not shown yet', async () => {
      await using gallery = await openCountedGallery(kind, photos)
      await using fresh = await gallery.start()
      await fresh.look(viewer, '/api/images/list')
      await fresh.look(viewer, `/api/images/${gallery.names[0]}`)
      const seen = await requestsDuring(gallery, () => fresh.look(viewer, `/api/images/${gallery.names[1]}`))
      // Dropbox makes a link to the original by a call, and only admins get a link.
      const links = seen.filter(({ what }) => what === 'get_temporary_link')
      expect(links.length).toBeLessThanOrEqual(viewer === 'admin' ? 1 : 0)
      expect(seen.length - links.length, String(words(seen))).toBeLessThanOrEqual(1)
    })
  })
})
