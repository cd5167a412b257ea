/** Words inside photos: remembered by content, and kept beside the previews of the photo. */
import type { EmbeddedBlocks } from '../../base/metadata/embedded.ts'
import { photographerMetadata } from '../../base/metadata/merge.ts'
import { readXmp } from '../../base/metadata/xmp.ts'
import { previewFolder } from '../../ports/preview-files.ts'
import type { PhotoEntry, PreviewFiles } from '../../ports/storage.ts'
import type { WordsMark } from '../previews/index-document.ts'
import type { PhotoIndex } from '../previews/photo-index.ts'
import type { WordsMemory } from './beside.ts'
import { formatWords, parseWords, type Words, wordsFile } from './words.ts'

type Hashed = Pick<PhotoEntry, 'contentHash'>

export interface InsideTools {
  /** `null`: words live in memory only. */
  files: Pick<PreviewFiles, 'readPreview' | 'writePreview'> | null
  index: Pick<PhotoIndex, 'get' | 'note'>
  memory: WordsMemory
  now: () => number
  onTrouble(error: unknown): void
}

export interface InsideWords {
  /** Returns the words inside the photo. `null`: none. `undefined`: not known. Never throws. */
  of(photo: Hashed): Promise<Words | null | undefined>
  /** Checks if the photographer rejected the photo, by the index alone. Never throws. */
  isRejected(photo: Hashed): Promise<boolean>
  /** Notes what was found inside the photo, in memory until {@link save}. */
  note(photo: Hashed, blocks: EmbeddedBlocks): void
  /** Checks if {@link save} has something to write. */
  hasNews(): boolean
  /** Writes what was noted. Never throws. */
  save(): Promise<void>
}

/** Upper bound on photos whose words wait to be written. Others are found again when their original is read again. */
const maxWaiting = 200
/** Pause after a failed write. */
const troubleMs = 300_000

export function createInsideWords({ files, index, memory, now, onTrouble }: InsideTools): InsideWords {
  const waiting = new Map<string, Words | null>()
  let pausedUntil = 0
  const keyOf = ({ contentHash }: Hashed) => JSON.stringify(['inside', contentHash])

  function known({ contentHash }: Hashed): Words | null | undefined {
    const waits = waiting.get(contentHash)
    return waits === undefined ? memory.get(keyOf({ contentHash }))?.words : waits
  }

  async function of(photo: Hashed): Promise<Words | null | undefined> {
    const remembered = known(photo)
    if (remembered !== undefined) return remembered
    const mark = (await index.get(photo))?.words ?? null
    if (mark === null) return undefined
    const words = mark === 'none' ? null : await kept(photo)
    if (words !== undefined) memory.set(keyOf(photo), { words, owner: null })
    return words
  }

  /** Returns the kept words. `undefined`: the file was lost. */
  async function kept({ contentHash }: Hashed): Promise<Words | undefined> {
    try {
      const bytes = await files?.readPreview(await previewFolder(contentHash), wordsFile)
      return (bytes && parseWords(bytes)) ?? undefined
    } catch (error) {
      onTrouble(error)
      return undefined
    }
  }

  async function write(photo: Hashed, words: Words): Promise<void> {
    if (!files || now() < pausedUntil) return
    try {
      await files.writePreview(await previewFolder(photo.contentHash), wordsFile, formatWords(words))
    } catch (error) {
      pausedUntil = now() + troubleMs
      onTrouble(error)
    }
  }

  return {
    of,

    async isRejected(photo) {
      const remembered = known(photo)
      const mark = remembered === undefined ? (await index.get(photo))?.words : markOf(remembered)
      return mark === 'rejected'
    },

    note(photo, blocks) {
      if (known(photo) !== undefined) return
      const words = wordsIn(blocks)
      memory.set(keyOf(photo), { words, owner: null })
      if (waiting.size < maxWaiting) waiting.set(photo.contentHash, words)
    },

    hasNews: () => waiting.size > 0,

    async save() {
      const taken = [...waiting]
      waiting.clear()
      for (const [contentHash, words] of taken) {
        const mark = (await index.get({ contentHash }))?.words ?? null
        // Another process may have kept the same words.
        if (words && (mark === null || !(await kept({ contentHash })))) await write({ contentHash }, words)
        if (mark === null) await index.note({ contentHash }, { words: markOf(words) })
      }
    },
  }
}

/** What every camera writes is no word: a time, which the index has already, and no stars. */
function wordsIn(blocks: EmbeddedBlocks): Words | null {
  const metadata = photographerMetadata({ embedded: blocks })
  if (!metadata) return null
  const { takenAt: _, rating, keywords, creators, ...texts } = metadata
  const isSilent = !rating && keywords.length === 0 && creators.length === 0
  if (isSilent && Object.values(texts).every((text) => text === null)) return null
  return { metadata, modifiedAt: (blocks.xmp && readXmp(blocks.xmp)?.modifiedAt) ?? null }
}

function markOf(words: Words | null): WordsMark {
  if (words === null) return 'none'
  return words.metadata.rating === -1 ? 'rejected' : 'some'
}
