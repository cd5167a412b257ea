/** Finds the server that signs an account in (RFC 9728, RFC 8414; atproto.com, "OAuth", "Authorization Servers"). */
import {
  discoveryRequest,
  processDiscoveryResponse,
  processResourceDiscoveryResponse,
  resourceDiscoveryRequest,
} from 'oauth4webapi'
import { z } from 'zod'
import { VendorRefused } from '../../vendor.ts'
import { serverAddress } from './identity.ts'
import { callOptions, type OAuthTools } from './oauth-calls.ts'

const serverSchema = z.object({
  issuer: z.string().max(500),
  authorization_endpoint: z.url({ protocol: /^https?$/ }).max(1000),
  token_endpoint: z.url().max(1000),
  pushed_authorization_request_endpoint: z.url().max(1000),
  revocation_endpoint: z.url().max(1000).exactOptional(),
})

/** Members of the server's document that a sign-in needs. */
export type SignInServer = z.output<typeof serverSchema>

/** Returns the issuer that signs in the accounts of a server. A server without a document of its own signs them in itself. */
export async function issuerOf(tools: OAuthTools, service: string): Promise<string> {
  const url = new URL(service)
  const response = await resourceDiscoveryRequest(url, callOptions(tools))
  if (response.status === 404) return service
  const { authorization_servers: [issuer] = [] } = await processResourceDiscoveryResponse(url, response)
  return serverAddress(tools, issuer)
}

/** Reads the document of an issuer. Throws `bad_address` if the issuer lacks what Bluesky's protocol requires. */
export async function signInServer(tools: OAuthTools, issuer: string): Promise<SignInServer> {
  const url = new URL(issuer)
  const response = await discoveryRequest(url, { algorithm: 'oauth2', ...callOptions(tools) })
  const parsed = serverSchema.safeParse(await processDiscoveryResponse(url, response))
  if (!parsed.success) throw new VendorRefused('bad_address', 'The server does not speak Bluesky’s protocol.')
  serverAddress(tools, new URL(parsed.data.authorization_endpoint).origin)
  return parsed.data
}
