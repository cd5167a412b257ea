/** Deletes the previews of photos that are gone, and offered pictures of earlier days. Two sweeps on different days must miss a photo first. */
import { folders } from '../../ports/photo.ts'
import { indexFolder, previewFolder } from '../../ports/preview-files.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { isOffer, isOver } from '../offered-pictures.ts'
import type { IndexDocument } from './index-document.ts'
import type { PhotoIndex } from './photo-index.ts'

export interface SweepTools {
  store: Pick<PhotoStore, 'list' | 'listPreviewFolders' | 'deletePreviewFolder'>
  index: Pick<PhotoIndex, 'rewrite'>
  /** Days since 1970. */
  today: number
}

/** Upper bound on the folders that one sweep deletes. */
const maxDeleted = 200

/**
 * Sweeps once a day: notes the previews whose photo is in none of the folders, and deletes those that an earlier day noted. Deletes
 * nothing if a folder cannot be listed or the root folder is missing. Throws the errors of the store.
 */
export async function sweepPreviews({ store, index, today }: SweepTools): Promise<void> {
  await index.rewrite(async (stored) => {
    if (stored.sweptDay >= today) return null
    const present = await presentFolders(store)
    if (!present) return null
    const kept = await store.listPreviewFolders()
    const missed = kept.filter((folder) => folder !== indexFolder && !isOffer(folder) && !present.has(folder))
    const isDue = (folder: string) => (stored.gone.get(folder) ?? today) < today
    const midnight = new Date(today * 86_400_000)
    const over = kept.filter((folder) => isOver(folder, midnight))
    const due = [...over, ...missed.filter(isDue)].slice(0, maxDeleted)
    for (const folder of due) await store.deletePreviewFolder(folder)
    return withoutDeleted(stored, missed, new Set(due), today)
  })
}

function withoutDeleted(
  stored: IndexDocument,
  missed: readonly string[],
  deleted: ReadonlySet<string>,
  today: number,
): IndexDocument {
  const photos = new Map([...stored.photos].filter(([folder]) => !deleted.has(folder)))
  const left = missed.filter((folder) => !deleted.has(folder))
  const gone = new Map(left.map((folder) => [folder, stored.gone.get(folder) ?? today]))
  return { photos, gone, sweptDay: today }
}

/** Returns the preview folders of all photos; `null` if the root folder is missing. */
async function presentFolders(store: SweepTools['store']): Promise<Set<string> | null> {
  const present = new Set<string>()
  for (const folder of folders) {
    const { photos, isFolderMissing = false } = await store.list(folder)
    // Other folders are created with their first photo.
    if (isFolderMissing && folder === 'root') return null
    for (const { contentHash } of photos) present.add(await previewFolder(contentHash))
  }
  return present
}
