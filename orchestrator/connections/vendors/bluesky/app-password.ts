/** Connects an account with an app password, which is tried by a sign-in (`com.atproto.server.createSession`). */
import { z } from 'zod'
import type { Fetch } from '../../../../src/base/endpoint-guard.ts'
import { type Connected, type PastedFlow, VendorRefused, type VendorTools } from '../../vendor.ts'
import { vendorCode } from '../../vendor-words.ts'
import { type Answer, callServer } from './call.ts'
import { type BlueskyAddresses, didSchema, handleSchema, resolveHandle, serverAddress } from './identity.ts'

/** Where people create app passwords, in Bluesky's own words. */
const appPasswordsPath = 'Settings > Privacy and security > App passwords'

const valuesSchema = z.strictObject({
  handle: handleSchema.meta({ description: 'Handle of the account.', examples: ['alice.bsky.social'] }),
  app_password: z
    .string()
    .trim()
    .min(1)
    .max(256)
    .meta({
      description: `App password, from ${appPasswordsPath} in Bluesky.`,
      examples: ['abcd-efgh-ijkl-mnop'],
    }),
  service: z.preprocess(
    (address) => (address === '' ? undefined : address),
    z
      .string()
      .trim()
      .max(500)
      .optional()
      .meta({
        description: "URL of the account's own server. Found by the handle if absent.",
        examples: ['https://pds.example.org'],
      }),
  ),
})

/** Stored credentials of this kind. */
export const appPasswordSchema = z.object({
  handle: z.string(),
  app_password: z.string(),
  service: z.string().optional(),
})

const sessionSchema = z.object({
  did: didSchema,
  active: z.boolean().optional().catch(undefined),
  status: z.string().max(100).optional().catch(undefined),
})

/** Creates the flow. The values are tried at the account's own server. */
export function createPastedFlow(tools: VendorTools, addresses: BlueskyAddresses): PastedFlow {
  return {
    values: valuesSchema,
    async accept(values): Promise<Connected> {
      const { handle, app_password, service: given } = parsedValues(values)
      const service = given
        ? serverAddress(tools, given)
        : (await resolveHandle(tools, addresses, handle)).service
      const did = await signIn(tools, addresses, { handle, app_password, service })
      return {
        credentials: {
          provider: 'bluesky',
          handle,
          app_password,
          ...(!isOfEntry(addresses, service) && { service }),
        },
        account: `@${handle}`,
        accountId: did,
        expiresAt: null,
        settings: {},
      }
    },
  }
}

function parsedValues(values: unknown) {
  const parsed = valuesSchema.safeParse(values)
  if (parsed.success) return parsed.data
  throw new VendorRefused('invalid', 'A handle and an app password are needed.')
}

/** Signs in once and returns the account's identifier. Throws `invalid` for wrong values and `unsuitable` for a blocked account. */
export async function signIn(
  tools: VendorTools,
  addresses: BlueskyAddresses,
  { handle, app_password, service = addresses.entry }: z.output<typeof appPasswordSchema>,
): Promise<string> {
  const url = `${service}/xrpc/com.atproto.server.createSession`
  const body = JSON.stringify({ identifier: handle, password: app_password })
  const headers = { 'content-type': 'application/json' }
  const answer = await callServer(
    fetchFor(tools, addresses, service),
    url,
    { method: 'POST', headers, body },
    [app_password],
  )
  const session = sessionSchema.safeParse(answer.body)
  if (answer.status !== 200) throw signInRefusal(answer)
  if (!session.success)
    throw new VendorRefused('bad_address', 'The server does not speak Bluesky’s protocol.')
  const { did, active, status } = session.data
  if (active === false)
    throw new VendorRefused('unsuitable', `The account is ${vendorCode(status) || 'deactivated'}.`)
  return did
}

function signInRefusal({ status, error, words }: Answer): VendorRefused {
  if (error === 'AccountTakedown') return new VendorRefused('unsuitable', words, error)
  if (error === 'AuthFactorTokenRequired') {
    const hint = `This is the account’s own password. Create an app password in Bluesky: ${appPasswordsPath}.`
    return new VendorRefused('invalid', hint, error)
  }
  if (status === 404 || error === '')
    return new VendorRefused('bad_address', 'The server does not speak Bluesky’s protocol.')
  return new VendorRefused('invalid', words, error)
}

/** Returns the `fetch` for a server: the operator's own address may be private. */
export function fetchFor(tools: VendorTools, { entry }: BlueskyAddresses, service: string): Fetch {
  return service === entry ? tools.fetch : tools.guardedFetch
}

/** Checks if the entry server signs the account in. `bsky.social` does so for all servers of Bluesky itself. */
function isOfEntry({ entry }: BlueskyAddresses, service: string): boolean {
  const isOfBluesky = new URL(service).hostname.endsWith('.host.bsky.network')
  return service === entry || (entry === defaultEntry && isOfBluesky)
}

export const defaultEntry = 'https://bsky.social'
