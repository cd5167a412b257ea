/** Details of one photo, read from its store: everything for admins, a subset for visitors. */
import type { PhotographerMetadata } from '../base/metadata/photographer.ts'
import type { Channel } from '../contract/channels.ts'
import type { Rating } from '../contract/rating.ts'
import type { Folder, PhotoName } from '../ports/photo.ts'
import type { PhotoEntry, PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import type { DigestMemory } from './content-digest.ts'
import { photoVersion } from './photo-version.ts'
import { altTextIn, captionIn, captionInFor, captionSourceIn, type PhotoTexts } from './photographer/texts.ts'
import type { PhotographerNotes } from './photographer.ts'
import type { KnownPhoto, PhotoFacts } from './previews/index-document.ts'
import type { PhotoIndex } from './previews/photo-index.ts'
import { type PhotoRating, photoRating } from './rating.ts'
import {
  type CaptionSource,
  listOf,
  metadataOf,
  parseSidecar,
  type SidecarDocument,
  sdCaptionOf,
  textOf,
} from './sidecar.ts'

export interface DetailTools {
  /** Store for people who look: it answers most calls from memory. */
  store: Pick<PhotoStore, 'stat' | 'readSidecar' | 'temporaryLink'>
  digests: Pick<DigestMemory, 'get'>
  /** Facts and placeholders that are known. */
  index: Pick<PhotoIndex, 'get'>
  photographer: Pick<PhotographerNotes, 'of' | 'isKnown'>
  /** Photo credit of visitors: the tenant's name for the artist, and whether a name in the photo may be shown instead. */
  credit?: { alias?: string | undefined; keepsCredit: boolean }
  /** The tenant's default rating. */
  defaultRating?: Rating
  /** Channels that the tenant has enabled. */
  channels: readonly Channel[]
}

/** Details for visitors and admins alike. */
export interface CommonDetails {
  name: PhotoName
  /** Version of the bytes, for addresses of pictures. */
  version: string
  /** A thumbhash, base64url. `null`: none has been made yet. */
  placeholder: string | null
  /** Also `null` if the sidecar holds only a Stable Diffusion caption, which is a prompt for a model. */
  caption: string | null
  altText: string | null
  hasSidecar: boolean
}

/** The captions that are saved with a photo. */
export interface SavedCaptions {
  source: CaptionSource | null
  /** Text that each channel gets unless a person types another; empty without a saved caption. */
  byChannel: Readonly<Record<string, string>>
}

/** Returns the captions that a photo has for these channels. Without any text all captions are empty. */
export function savedCaptions(texts: PhotoTexts, channels: readonly Channel[]): SavedCaptions {
  return {
    source: captionSourceIn(texts),
    byChannel: Object.fromEntries(channels.map((channel) => [channel.name, captionInFor(texts, channel)])),
  }
}

export interface PhotoDetails extends CommonDetails {
  temporaryUrl: string
  /** `null` if the digest of the original has not been computed yet. */
  sha256: string | null
  sdCaption: string | null
  captions: SavedCaptions
  rating: PhotoRating
  /** All values of the sidecar. */
  metadata: Record<string, unknown> | null
  facts: PhotoFacts | null
  /** False if this program has not looked yet for the photographer's words inside the photo. */
  isEmbeddedKnown: boolean
}

/** Metadata for visitors. Unknown values are absent. */
export interface VisitorMetadata {
  alt_text?: string
  tags?: string[]
  taken_at?: string
  width?: number
  height?: number
  credit?: string
}

export interface VisitorDetails extends CommonDetails {
  metadata: VisitorMetadata
}

/**
 * Returns an admin's details of one photo. Never reads the original: its digest and its facts are those that are already known. An
 * unreadable sidecar counts as empty. Throws `photo_not_found`.
 */
export async function photoDetails(
  tools: DetailTools,
  folder: Folder,
  name: PhotoName,
): Promise<PhotoDetails> {
  const entry = await existing(tools, folder, name)
  const [link, sidecar, words, sha256, known] = await Promise.all([
    tools.store.temporaryLink(folder, name),
    sidecarOf(tools, folder, name),
    tools.photographer.of(folder, entry),
    tools.digests.get(entry),
    tools.index.get(entry),
  ])
  const { document } = sidecar
  return {
    ...commonDetails(entry, { ...sidecar, words }, known),
    temporaryUrl: link.url,
    sha256,
    sdCaption: document && sdCaptionOf(document),
    captions: savedCaptions({ document, words }, tools.channels),
    rating: photoRating(document, tools.defaultRating),
    metadata: document && metadataOf(document),
    facts: known?.facts ?? null,
    isEmbeddedKnown: await tools.photographer.isKnown(entry),
  }
}

/**
 * Returns a visitor's details of one photo. Requests no link from the store, and never reads the original. Throws
 * `photo_not_found`.
 */
export async function visitorDetails(
  tools: DetailTools,
  folder: Folder,
  name: PhotoName,
): Promise<VisitorDetails> {
  const entry = await existing(tools, folder, name)
  const [sidecar, words, known] = await Promise.all([
    sidecarOf(tools, folder, name),
    tools.photographer.of(folder, entry),
    tools.index.get(entry),
  ])
  const facts = known?.facts ?? null
  const { document } = sidecar
  const common = commonDetails(entry, { ...sidecar, words }, known)
  const tags = document ? listOf(document, 'tags') : []
  const credit = (document && textOf(document, 'artist_alias')) || photographersCredit(tools, words)
  return {
    ...common,
    metadata: {
      ...(common.altText && { alt_text: common.altText }),
      ...(tags.length > 0 && { tags: [...tags] }),
      ...(facts?.takenAt && { taken_at: facts.takenAt }),
      ...(facts && { width: facts.width, height: facts.height }),
      ...(credit && { credit }),
    },
  }
}

/** Returns the name for a photo whose sidecar names no artist. The tenant's alias precedes a name in the photo, which may be a legal name. */
function photographersCredit({ credit }: DetailTools, words: PhotographerMetadata | null): string | null {
  if (!credit?.keepsCredit || !words || words.creators.length === 0) return null
  return credit.alias ?? words.creators.join(', ')
}

async function existing({ store }: DetailTools, folder: Folder, name: PhotoName): Promise<PhotoEntry> {
  const entry = await store.stat(folder, name)
  if (!entry) throw photoNotFound()
  return entry
}

interface FoundSidecar {
  exists: boolean
  /** Also `null` if the sidecar cannot be read. */
  document: SidecarDocument | null
}

async function sidecarOf({ store }: DetailTools, folder: Folder, name: PhotoName): Promise<FoundSidecar> {
  const sidecar = await store.readSidecar(folder, name)
  const isReadable = sidecar !== null && sidecar !== 'unreadable'
  return { exists: sidecar !== null, document: isReadable ? parseSidecar(sidecar.text) : null }
}

function commonDetails(
  entry: PhotoEntry,
  { exists, ...texts }: FoundSidecar & PhotoTexts,
  known: KnownPhoto | undefined,
): CommonDetails {
  return {
    name: entry.name,
    version: photoVersion(entry),
    placeholder: known?.placeholder ?? null,
    caption: captionIn(texts),
    altText: altTextIn(texts),
    hasSidecar: exists,
  }
}
