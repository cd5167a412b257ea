/** Reads the posts of the Bluesky server's accounts, for the page. */
import { z } from 'zod'
import type { PdsAccount } from './account.ts'

const facetSchema = z.object({
  index: z.object({ byteStart: z.int(), byteEnd: z.int() }),
  features: z.array(
    z.looseObject({
      $type: z.string(),
      uri: z.string().optional(),
      tag: z.string().optional(),
      did: z.string().optional(),
    }),
  ),
})

const imageSchema = z.object({
  alt: z.string(),
  image: z.object({ ref: z.object({ $link: z.string() }), mimeType: z.string(), size: z.int() }),
  aspectRatio: z.object({ width: z.int(), height: z.int() }).optional(),
})

const recordSchema = z.object({
  text: z.string(),
  createdAt: z.string(),
  langs: z.array(z.string()).default([]),
  facets: z.array(facetSchema).default([]),
  labels: z.object({ values: z.array(z.object({ val: z.string() })) }).optional(),
  embed: z.object({ images: z.array(imageSchema).default([]) }).optional(),
})

const listSchema = z.object({ records: z.array(z.object({ uri: z.string(), value: recordSchema })) })

export type Facet = z.output<typeof facetSchema>
export type PostedImage = z.output<typeof imageSchema>

export interface PostOnPage extends z.output<typeof recordSchema> {
  account: PdsAccount
  uri: string
}

const collection = 'app.bsky.feed.post'

/** Lists the newest fifty posts of each account, newest first. */
export async function postsOf(server: string, accounts: readonly PdsAccount[]): Promise<PostOnPage[]> {
  const lists = accounts.map(async (account) => {
    const query = new URLSearchParams({ repo: account.did, collection, limit: '50' })
    const response = await fetch(`${server}/xrpc/com.atproto.repo.listRecords?${query}`)
    const { records } = listSchema.parse(await response.json())
    return records.map(({ uri, value }): PostOnPage => ({ ...value, account, uri }))
  })
  const posts = (await Promise.all(lists)).flat()
  return posts.sort((one, other) => other.createdAt.localeCompare(one.createdAt))
}
