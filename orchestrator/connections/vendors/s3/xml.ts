/** The two XML documents of S3 that a connection needs: listings and errors. */
import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { vendorCode } from '../../vendor-words.ts'

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  isArray: (name) => name === 'CommonPrefixes',
})

const listSchema = z.object({
  ListBucketResult: z.object({
    EncodingType: z.string().optional(),
    IsTruncated: z.string().optional(),
    NextContinuationToken: z.string().min(1).optional(),
    CommonPrefixes: z.array(z.object({ Prefix: z.string() })).default([]),
  }),
})
const emptyListSchema = z.object({ ListBucketResult: z.literal('') })
const errorSchema = z.object({
  Error: z.object({ Code: z.string(), Region: z.string().optional() }),
})

export interface FolderPage {
  /** Prefixes of the folders, with their last slash. */
  prefixes: string[]
  /** Token of the next page; `undefined` after the last page. */
  next: string | undefined
}

/** Parses a page of ListObjectsV2. Returns `null` for any other document. */
export function parseFolderPage(xml: string): FolderPage | null {
  const document = parsed(xml)
  if (emptyListSchema.safeParse(document).success) return { prefixes: [], next: undefined }
  const list = listSchema.safeParse(document).data?.ListBucketResult
  if (!list) return null
  const isEncoded = list.EncodingType === 'url'
  const prefixes = list.CommonPrefixes.map(({ Prefix }) => (isEncoded ? decoded(Prefix) : Prefix))
  return { prefixes, next: list.IsTruncated === 'true' ? list.NextContinuationToken : undefined }
}

/** Returns code and region of an error document. Both are empty without a document. */
export function parseS3Error(xml: string): { code: string; region: string } {
  const { Code = '', Region = '' } = errorSchema.safeParse(parsed(xml)).data?.Error ?? {}
  return { code: vendorCode(Code), region: /^[a-z0-9-]{1,40}$/.test(Region) ? Region : '' }
}

function parsed(xml: string): unknown {
  try {
    return parser.parse(xml)
  } catch {
    return undefined
  }
}

/** Decodes a key. AWS encodes a space as `+` here. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return key
  }
}
