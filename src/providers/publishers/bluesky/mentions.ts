/** Resolves mentions to accounts. A mention that cannot be resolved stays plain text. */
import { z } from 'zod'
import { type Facet, inOrder, type Mention } from './facets.ts'
import { callXrpc, type XrpcServer } from './xrpc.ts'

const accountSchema = z.object({ did: z.string().regex(/^did:[a-z]+:[\w.:%-]{1,2000}$/) })

/** Upper bound on the lookups for one post. Further mentions stay plain text. */
const maxLookups = 10
const lookupMs = 5000

/** Adds the mentions whose accounts the server knows to the facets. Rejects only for a server that is not public. */
export async function withMentions(
  server: XrpcServer,
  facets: readonly Facet[],
  mentions: readonly Mention[],
  signal: AbortSignal,
): Promise<Facet[]> {
  const handles = [...new Set(mentions.map(({ handle }) => handle.toLowerCase()))].slice(0, maxLookups)
  const found = await Promise.all(
    handles.map(async (handle) => [handle, await accountOf(server, handle, signal)] as const),
  )
  const accounts = new Map(found)
  const resolved = mentions.flatMap(({ handle, index }): Facet[] => {
    const did = accounts.get(handle.toLowerCase())
    return did === undefined ? [] : [{ index, features: [{ $type: 'app.bsky.richtext.facet#mention', did }] }]
  })
  return inOrder([...facets, ...resolved])
}

async function accountOf(
  server: XrpcServer,
  handle: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(lookupMs)])
  const call = { method: 'com.atproto.identity.resolveHandle', query: { handle } }
  // The post matters more than a link to a profile.
  const answer = await callXrpc(server, call, limited).catch(() => undefined)
  return accountSchema.safeParse(answer?.body).data?.did
}
