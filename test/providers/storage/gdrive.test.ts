import { text } from 'node:stream/consumers'
import { folders, parsePhotoName } from '../../../src/ports/photo.ts'
import type { DriveStoreOptions } from '../../../src/providers/storage/gdrive.ts'
import { describePhotoStore, type OpenStorage } from '../../support/contracts/photo-store.ts'
import { openDrive, quickRetry } from '../../support/fixtures/gdrive.ts'

/** Drive has no links of its own, so that the host serves originals by links of this kind. */
const linkOf: DriveStoreOptions['link'] = async (folder, name) => JSON.stringify([folder, name])

function opener(listLag: number) {
  return async (): Promise<OpenStorage> => {
    const drive = await openDrive({ listLag, emptyPages: 1 })
    drive.account.folder('Photos')
    drive.emulator.settle()
    const open = (more: Partial<DriveStoreOptions> = {}) =>
      drive.store({ link: linkOf, pageSize: 10, ...more })
    return {
      store: open(),
      another: () => open(),
      failing(nth) {
        let count = 0
        const failing: typeof fetch = (input, init) => {
          count += 1
          return count === nth ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init)
        }
        const store = open({ fetch: failing, retry: { ...quickRetry, attempts: 1 } })
        return { store, calls: () => count }
      },
      waiting: (before) =>
        open({
          async fetch(input, init) {
            await before()
            return fetch(input, init)
          },
        }),
      async plant(file, bytes) {
        drive.account.seed(`Photos/${file}`, bytes)
        drive.emulator.settle()
      },
      async fetchLink(url) {
        const [folder, name]: string[] = JSON.parse(url)
        const where = folders.find((known) => known === folder) ?? 'root'
        return text((await open().read(where, parsePhotoName(name ?? ''))).body)
      },
      [Symbol.asyncDispose]: drive.close,
    }
  }
}

describePhotoStore('the Google Drive store', opener(0), { atomic: false })
