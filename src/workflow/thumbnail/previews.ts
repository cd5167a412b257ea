/** Previews of one tenant: thumbnails that are kept in the tenant's own storage, and noted in the photo index. */

import type { ThumbnailType } from '../../ports/images.ts'
import { maxPreviewBytes, previewFolder } from '../../ports/preview-files.ts'
import type { PhotoEntry, PreviewFiles } from '../../ports/storage.ts'
import type { PhotoIndex, PhotoNote } from '../previews/photo-index.ts'
import { checkedPicture } from './clean.ts'
import type { FinishedThumbnail } from './memory.ts'
import { boxes, type ThumbnailSize } from './sizes.ts'

/** Makes the placeholder of a small picture: a thumbhash in base64url. Throws for a damaged picture. */
export type MakePlaceholder = (picture: Uint8Array) => Promise<string>

export interface SizedThumbnail extends FinishedThumbnail {
  size: ThumbnailSize
  /** Type that the reducer was asked for. Names the file, since a reducer that makes another type would do so again. */
  asked: ThumbnailType
}

export interface Previews {
  /**
   * Returns the kept preview, or `null`. Never throws: without a preview, the thumbnail is made again. `waits`: waits for the index.
   * Default: not where the store makes thumbnails, which come sooner, and most photos have no previews.
   */
  find(
    entry: PhotoEntry,
    size: ThumbnailSize,
    mediaType: ThumbnailType,
    waits?: boolean,
  ): Promise<FinishedThumbnail | null>
  /** Checks by the index if the photo certainly has this preview. Never throws. */
  has(entry: PhotoEntry, size: ThumbnailSize, mediaType: ThumbnailType): Promise<boolean>
  /** Keeps thumbnails that were made from the original, and notes what is known. Never throws. */
  keep(entry: PhotoEntry, made: readonly SizedThumbnail[], note?: PhotoNote): Promise<void>
  /** Returns the previews with this watermark. They have file names of their own. */
  marked(key: string): Previews
  /** False while nothing can be kept: previews live in memory, or the store refused the last preview. */
  isKeeping(): boolean
  /** Notes the placeholder of a photo by a small thumbnail, if the index has none. Never throws. */
  noteSmall(entry: PhotoEntry, small: FinishedThumbnail): Promise<void>
}

export interface PreviewOptions {
  /** `null`: previews live in memory only. */
  files: Pick<PreviewFiles, 'readPreview' | 'writePreview'> | null
  index: PhotoIndex
  /** True when the store makes thumbnails itself, so that most photos have no previews. */
  isNative: boolean
  /** Default: no placeholders. */
  placeholderOf?: MakePlaceholder | undefined
  now: () => number
  /** Receives the first failed write after a success. */
  onTrouble(error: unknown): void
}

const extensions = { 'image/jpeg': 'jpg', 'image/webp': 'webp', 'image/avif': 'avif' } as const

/** Upper bound on bytes that wait to be written. A preview beyond it is made again at the next need. */
const maxWaitingBytes = 4 * 2 ** 20
/** Pause after a failed write. */
const troubleMs = 300_000
/** Time after which a running write counts as lost: a Worker may cancel it with its request. */
const lostMs = 90_000

/** Creates the previews of one tenant and configuration version. */
export function createPreviews(options: PreviewOptions): Previews {
  const { files, index, isNative, placeholderOf } = options
  const writer = createWriter(options)

  async function noteSmall(entry: PhotoEntry, { bytes }: FinishedThumbnail): Promise<void> {
    if (!placeholderOf || (await index.get(entry))?.placeholder) return
    const placeholder = await placeholderOf(bytes).catch(() => null)
    if (placeholder !== null) await index.note(entry, { placeholder })
  }

  const of = (mark?: string): Previews => ({
    async find(entry, size, mediaType, waits = !isNative) {
      const file = fileOf(size, mediaType, mark)
      if (files === null) return null
      const known = waits ? await index.get(entry) : index.peek(entry)
      const isKnown = known?.files.includes(file) ?? false
      if (!isKnown && (isNative || (await index.isRecent()))) return null
      const bytes = await files.readPreview(await previewFolder(entry.contentHash), file).catch(() => null)
      const preview = bytes && checkedPicture(bytes, mediaType, boxes[size])
      if (preview) {
        if (!isKnown) await index.note(entry, { files: [file] })
        return { bytes, mediaType: preview.mediaType }
      }
      await index.forgetFile(entry, file)
      return null
    },

    async has(entry, size, mediaType) {
      const file = fileOf(size, mediaType, mark)
      return (await index.get(entry))?.files.includes(file) ?? false
    },

    async keep(entry, made, note = {}) {
      await index.note(entry, note)
      const small = made.findLast(({ size }) => boxes[size].width <= 1024)
      if (small) await noteSmall(entry, small)
      // Keeps one after the other, so that visitors find free slots.
      for (const thumbnail of made) {
        const file = fileOf(thumbnail.size, thumbnail.asked, mark)
        if (await writer.write(entry, file, thumbnail.bytes)) await index.note(entry, { files: [file] })
      }
    },

    noteSmall,
    marked: (key) => of(key),
    isKeeping: () => files !== null && !writer.isPaused(),
  })
  return of()
}

const fileOf = (size: ThumbnailSize, asked: ThumbnailType, mark?: string) =>
  `${size}${mark === undefined ? '' : `-${mark}`}.${extensions[asked]}`

interface Writer {
  /** Writes a preview. Returns `false` if the preview was not written. */
  write(entry: PhotoEntry, file: string, bytes: Uint8Array): Promise<boolean>
  /** True for a while after a failed write. */
  isPaused(): boolean
}

function createWriter({ files, now, onTrouble }: PreviewOptions): Writer {
  const running = new Set<{ since: number; bytes: number }>()
  let pausedUntil = 0

  function waitingBytes(): number {
    let sum = 0
    for (const other of running) {
      if (now() - other.since > lostMs) running.delete(other)
      else sum += other.bytes
    }
    return sum
  }

  const isPaused = () => now() < pausedUntil

  async function write(entry: PhotoEntry, file: string, bytes: Uint8Array): Promise<boolean> {
    if (files === null || isPaused()) return false
    if (bytes.length > maxPreviewBytes || waitingBytes() + bytes.length > maxWaitingBytes) return false
    const mine = { since: now(), bytes: bytes.length }
    running.add(mine)
    try {
      await files.writePreview(await previewFolder(entry.contentHash), file, bytes)
      return true
    } catch (error) {
      pausedUntil = now() + troubleMs
      onTrouble(error)
      return false
    } finally {
      running.delete(mine)
    }
  }

  return { write, isPaused }
}
