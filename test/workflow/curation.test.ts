import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { putAside, restore } from '../../src/workflow/curation.ts'
import { photoFolder } from '../support/fixtures/publishing.ts'
import { photo } from '../support/fixtures/scripted-platforms.ts'

async function everything(store: PhotoStore): Promise<string[]> {
  const found = await Promise.all(
    (['root', 'keep', 'remove', 'archive'] as const).map(async (folder) => {
      const { photos, withSidecar } = await store.list(folder)
      return photos.map(({ name }) => `${folder}/${name}${withSidecar.has(name) ? ' with sidecar' : ''}`)
    }),
  )
  return found.flat()
}

describe('curation', () => {
  it.each(['keep', 'remove'] as const)('moves photo and sidecar to %s and restores both', async (to) => {
    await using folder = await photoFolder()
    const store = folder.open()
    expect(await putAside(store, photo, to)).toEqual({ name: photo, folder: to })
    expect(await everything(store)).toEqual([`${to}/photo.jpg with sidecar`])
    await expect(putAside(store, photo, to)).rejects.toMatchObject({ code: 'photo_not_found' })
    expect(await restore(store, photo)).toEqual({ name: photo, folder: 'root' })
    expect(await everything(store)).toEqual(['root/photo.jpg with sidecar'])
  })

  it('restores from keep before remove and archive unless the folder is given', async () => {
    await using folder = await photoFolder()
    const store = folder.open()
    for (const to of ['archive', 'remove', 'keep'] as const) {
      await store.move(photo, 'root', to)
      await writeFile(join(folder.root, 'photo.jpg'), `after ${to}`)
    }
    await store.delete('root', photo)
    expect(await restore(store, photo, 'archive')).toEqual({ name: photo, folder: 'root' })
    expect(await everything(store)).toEqual([
      'root/photo.jpg with sidecar',
      'keep/photo.jpg',
      'remove/photo.jpg',
    ])
    expect(await restore(store, photo)).toEqual({ name: 'photo (2).jpg', folder: 'root' })
    expect(await everything(store)).toEqual([
      'root/photo (2).jpg',
      'root/photo.jpg with sidecar',
      'remove/photo.jpg',
    ])
  })

  it('refuses to restore a photo that no folder has', async () => {
    await using folder = await photoFolder()
    const store = folder.open()
    await expect(restore(store, photo)).rejects.toMatchObject({ code: 'photo_not_found' })
    await expect(restore(store, photo, 'keep')).rejects.toMatchObject({ code: 'photo_not_found' })
    expect(await everything(store)).toEqual(['root/photo.jpg with sidecar'])
  })

  it('moves the photo once when many clicks arrive at once', async () => {
    await using folder = await photoFolder()
    const clicks = await Promise.allSettled(
      Array.from({ length: 10 }, () => putAside(folder.open(), photo, 'keep')),
    )
    expect(clicks.some(({ status }) => status === 'fulfilled')).toBe(true)
    for (const click of clicks) {
      if (click.status === 'rejected') expect(click.reason).toMatchObject({ code: 'photo_not_found' })
    }
    expect(await everything(folder.open())).toEqual(['keep/photo.jpg with sidecar'])
  })
})
