import { expect, it } from 'vitest'
import type { DriveApi } from '../../../../src/providers/storage/gdrive/api.ts'
import { createDriveSearch } from '../../../../src/providers/storage/gdrive/search.ts'

it('gives up on a listing of Google Drive that does not end', async () => {
  let pages = 0
  const json: DriveApi['json'] = async (schema) => {
    pages++
    return schema.parse({ files: [], nextPageToken: `page-${pages}` })
  }
  const search = createDriveSearch({ json }, { over: async (files) => [...files] }, 1000)
  await expect(search.ask("'root' in parents")).rejects.toMatchObject({ code: 'storage_unavailable' })
  expect(pages).toBe(1000)
})
