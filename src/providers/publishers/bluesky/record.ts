/** Builds the record of a post (lexicon `app.bsky.feed.post`). */
import { z } from 'zod'
import { fitText } from '../../../base/fit-text.ts'
import type { Post } from '../../../ports/publisher.ts'
import type { Facet } from './facets.ts'

export const collection = 'app.bsky.feed.post'

/** Reference to uploaded bytes. Goes into the record as the server gave it. */
export const blobSchema = z.looseObject({ ref: z.looseObject({ $link: z.string() }) })
export type Blob = z.output<typeof blobSchema>

export interface RecordParts {
  post: Post
  blob: Blob
  facets: readonly Facet[]
  /** Content label. Absent: none. */
  label: string | undefined
  langs: readonly string[]
  createdAt: string
}

/** Longest alt text in Bluesky's own app. */
const maxAltText = 2000

/** Returns the record. Two calls with equal parts return equal records. */
export function recordOf({ post, blob, facets, label, langs, createdAt }: RecordParts): object {
  const { caption, altText, picture } = post
  const { width, height } = picture
  const labels = { $type: 'com.atproto.label.defs#selfLabels', values: [{ val: label }] }
  return {
    $type: collection,
    text: caption,
    createdAt,
    ...(langs.length > 0 && { langs }),
    ...(facets.length > 0 && { facets }),
    ...(label !== undefined && { labels }),
    embed: {
      $type: 'app.bsky.embed.images',
      images: [
        {
          image: blob,
          alt: fitText(altText ?? '', maxAltText, 'grapheme'),
          aspectRatio: { width, height },
        },
      ],
    },
  }
}

/** Returns the address of a post among all servers. */
export function atUriOf(did: string, recordKey: string): string {
  return `at://${did}/${collection}/${recordKey}`
}

const atUriPattern = /^at:\/\/(did:[a-z]+:[\w.:%-]{1,2000})\/app\.bsky\.feed\.post\/([\w.~:-]{1,512})$/

/** Reads an address of {@link atUriOf}; `null` for any other text. */
export function parseAtUri(uri: string): { did: string; recordKey: string } | null {
  const [, did, recordKey] = atUriPattern.exec(uri) ?? []
  return did === undefined || recordKey === undefined ? null : { did, recordKey }
}

/** Returns the web address of a post. Names the account by its permanent identifier, because a handle may change. */
export function webAddressOf(did: string, recordKey: string): string {
  return `https://bsky.app/profile/${did}/post/${recordKey}`
}
