import { describePhotoStore, type OpenStorage } from '../../support/contracts/photo-store.ts'
import { openDropbox, quickRetry } from '../../support/fixtures/dropbox.ts'

async function open(): Promise<OpenStorage> {
  const dropbox = await openDropbox({ pageSize: 10, emptyPages: 1 })
  return {
    store: dropbox.store(),
    another: () => dropbox.store(),
    failing(nth) {
      let count = 0
      const failing: typeof fetch = (input, init) => {
        count += 1
        return count === nth ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init)
      }
      const store = dropbox.store({ fetch: failing, retry: { ...quickRetry, attempts: 1 } })
      return { store, calls: () => count }
    },
    waiting: (before) =>
      dropbox.store({
        async fetch(input, init) {
          await before()
          return fetch(input, init)
        },
      }),
    plant: (file, bytes) => dropbox.account.seed(`/Photos/${file}`, bytes),
    async fetchLink(url) {
      const response = await fetch(url)
      return response.text()
    },
    [Symbol.asyncDispose]: dropbox.close,
  }
}

describePhotoStore('the Dropbox store', open)
