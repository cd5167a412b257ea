/** Resolves an account: handle to permanent identifier, and identifier to server (atproto.com, "Handle" and "DID"). */
import { z } from 'zod'
import { assertPublicEndpoint } from '../../../../src/base/endpoint-guard.ts'
import { withoutSlashAtEnd } from '../../../../src/base/text-edges.ts'
import { VendorRefused, type VendorTools } from '../../vendor.ts'
import { notPublic } from '../../vendor-fetch.ts'
import { callServer } from './call.ts'

/** Addresses that the operator configured. */
export interface BlueskyAddresses {
  /** Server that resolves handles and signs in the accounts of Bluesky itself. */
  entry: string
  /** Directory of the identifiers `did:plc`. */
  directory: string
}

export interface Identity {
  did: string
  handle: string
  /** The account's own server, without a slash at the end. */
  service: string
}

export const didSchema = z.string().regex(/^did:(?:plc:[a-z2-7]{24}|web:[a-z\d.-]{1,253}(?:%3A\d{1,5})?)$/)

/** Form of a handle (atproto.com, "Handle", "Handle Identifier Syntax"). */
const handlePattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Handle as people write it: in any case, with or without `@`. */
export const handleSchema = z
  .string()
  .max(260)
  .transform((text) => text.trim().replace(/^@/, '').toLowerCase())
  .pipe(z.string().max(253).regex(handlePattern, 'must be a handle, such as alice.bsky.social'))

const resolvedSchema = z.object({ did: didSchema })

const documentSchema = z.object({
  id: z.string(),
  alsoKnownAs: z.array(z.string()).catch([]),
  service: z.array(z.object({ id: z.string(), type: z.string(), serviceEndpoint: z.unknown() })).catch([]),
})

/**
 * Resolves a handle, and checks that the account names the handle too. Throws `invalid` for an unknown handle, `bad_address` for a server
 * that is not public, and the refusals of {@link callServer}.
 */
export async function resolveHandle(
  tools: VendorTools,
  addresses: BlueskyAddresses,
  handle: string,
): Promise<Identity> {
  const query = new URLSearchParams({ handle })
  const url = `${addresses.entry}/xrpc/com.atproto.identity.resolveHandle?${query}`
  const answer = await callServer(tools.fetch, url)
  const resolved = resolvedSchema.safeParse(answer.body)
  if (answer.status !== 200 || !resolved.success)
    throw new VendorRefused(
      'invalid',
      answer.status === 200 ? 'Unable to resolve handle' : answer.words,
      answer.error,
    )
  const identity = await resolveDid(tools, addresses, resolved.data.did)
  if (identity.handle !== handle)
    throw new VendorRefused('invalid', 'The account does not name this handle as its own.')
  return identity
}

/** Resolves an identifier. Throws as {@link resolveHandle} does. */
export async function resolveDid(
  tools: VendorTools,
  { directory }: BlueskyAddresses,
  did: string,
): Promise<Identity> {
  const answer = did.startsWith('did:plc:')
    ? await callServer(tools.fetch, `${directory}/${did}`)
    : await callServer(tools.guardedFetch, `https://${hostOf(did)}/.well-known/did.json`)
  const document = documentSchema.safeParse(answer.body)
  if (answer.status !== 200 || !document.success || document.data.id !== did)
    throw new VendorRefused('invalid', 'The account has no identity document.')
  const { alsoKnownAs, service } = document.data
  const own = service.find(
    ({ id, type }) => id.endsWith('#atproto_pds') && type === 'AtprotoPersonalDataServer',
  )
  const [handle] = alsoKnownAs.filter((name) => name.startsWith('at://')).map((name) => name.slice(5))
  return { did, handle: handle?.toLowerCase() ?? did, service: serverAddress(tools, own?.serviceEndpoint) }
}

/** Checks the address of a server that an account or a person names. Throws `bad_address`. */
export function serverAddress({ allowPrivate }: VendorTools, address: unknown): string {
  if (typeof address !== 'string' || address.length > 500)
    throw new VendorRefused('bad_address', 'The account names no server.')
  try {
    const { origin, pathname, search } = assertPublicEndpoint(address, { allowPrivate })
    if (withoutSlashAtEnd(pathname) !== '' || search !== '')
      throw new VendorRefused('bad_address', 'The address of the server must not have a path.')
    return origin
  } catch (error) {
    if (error instanceof VendorRefused) throw error
    throw new VendorRefused('bad_address', notPublic)
  }
}

function hostOf(did: string): string {
  return decodeURIComponent(did.slice('did:web:'.length))
}
