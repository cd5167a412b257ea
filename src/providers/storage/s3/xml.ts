/** Parses the few XML documents of S3 that the store needs. */
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  // Decodes numeric entities too: MinIO writes the quotes of an entity tag as &#34;.
  htmlEntities: true,
  isArray: (name) => name === 'Contents' || name === 'CommonPrefixes',
})

const text = z.coerce.string()

const listSchema = z.object({
  ListBucketResult: z.object({
    EncodingType: z.string().optional(),
    IsTruncated: z.string().optional(),
    NextContinuationToken: z.string().min(1).optional(),
    Contents: z
      .array(
        z.object({
          Key: text,
          Size: z.coerce.number().int().nonnegative(),
          LastModified: z.coerce.date(),
          ETag: text,
        }),
      )
      .default([]),
    CommonPrefixes: z.array(z.object({ Prefix: text })).default([]),
  }),
})

export interface ListedObject {
  key: string
  size: number
  modifiedAt: Date
  /** Entity tag without its quotes. */
  etag: string
}

export interface ListPage {
  objects: ListedObject[]
  /** Prefixes of the folders, with their last slash. */
  prefixes: string[]
  /** Token of the next page; `undefined` after the last page. */
  next: string | undefined
}

/** Parses a page of ListObjectsV2. Throws for any other document, and for a truncated page without a continuation token. */
export function parseListPage(xml: string): ListPage {
  const { EncodingType, IsTruncated, NextContinuationToken, Contents, CommonPrefixes } = listSchema.parse(
    parser.parse(xml),
  ).ListBucketResult
  const decode = EncodingType === 'url' ? decodeKey : (key: string) => key
  return {
    objects: Contents.map(({ Key, Size, LastModified, ETag }) => ({
      key: decode(Key),
      size: Size,
      modifiedAt: LastModified,
      etag: unquote(ETag),
    })),
    prefixes: CommonPrefixes.map(({ Prefix }) => decode(Prefix)),
    next: IsTruncated === 'true' ? z.string().parse(NextContinuationToken) : undefined,
  }
}

/** Decodes a key. AWS encodes a space as `+` here. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '))
}

/** Checks if a CopyObject succeeded. AWS may answer 200 and put the error into the body. */
export function isCopied(xml: string): boolean {
  return copySchema.safeParse(safelyParsed(xml)).success
}

const copySchema = z.object({ CopyObjectResult: z.object({ ETag: text }) })

/** Returns the error code of a body, or '' without a code. Codes are logged, so their length is bounded: signatures are longer. */
export function errorCodeOf(xml: string): string {
  const parsed = errorSchema.safeParse(safelyParsed(xml))
  return parsed.success ? parsed.data.Error.Code : ''
}

const errorSchema = z.object({ Error: z.object({ Code: z.string().regex(/^[A-Za-z0-9]{1,60}$/) }) })

function safelyParsed(xml: string): unknown {
  try {
    return parser.parse(xml)
  } catch {
    return undefined
  }
}

/** Removes the quotes of an entity tag, which XML may contain as entities. */
export function unquote(etag: string): string {
  return etag.replaceAll('&quot;', '"').replace(/^(W\/)?"(.*)"$/, '$2')
}
