/** Access tokens for the key file of a service account (https://developers.google.com/identity/protocols/oauth2/service-account). */
import { importPKCS8, SignJWT } from 'jose'
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { type RefusalReason, VendorRefused } from '../../vendor.ts'
import type { VendorFetch } from '../../vendor-fetch.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'

/** Members of the key file that are used. Its `token_uri` is not: a pasted address could be any server. */
const keySchema = z.object({
  type: z.literal('service_account').optional(),
  client_email: z.string().min(3).max(320),
  private_key: z.string().min(100).max(10_000),
  private_key_id: z.string().max(200).optional(),
  /** Person to act for, by domain-wide delegation. Google's own files lack this member. */
  subject: z.string().min(3).max(320).optional(),
})
export type ServiceAccountKey = z.output<typeof keySchema>

/** Schema of a key file as an object or as its text, whose output is the object. */
export const keyFileSchema = z
  .union([z.string().max(20_000), z.record(z.string(), z.unknown())])
  .transform((file) => (typeof file === 'string' ? parseJson(file) : file))
  .pipe(keySchema)

const answerSchema = z.object({ access_token: z.string().min(1) })
const failureSchema = z.object({ error: z.string(), error_description: z.string().catch('') })
/** Google's real address, also if another address answers. */
const audience = 'https://oauth2.googleapis.com/token'
const assertionSeconds = 3600

export interface AssertionOptions {
  fetch: VendorFetch
  tokenUrl: string
  scope: string
  now(): number
  /** Reason of a refusal for a key that Google does not know. */
  unknownKey: RefusalReason
}

/** Returns an access token. Throws {@link VendorRefused}. */
export async function serviceAccountToken(
  { fetch, tokenUrl, scope, now, unknownKey }: AssertionOptions,
  key: ServiceAccountKey,
): Promise<string> {
  const assertion = await assertionOf(key, scope, now())
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const response = await fetch(tokenUrl, { method: 'POST', body })
  const answer = parseJson(await response.text())
  const granted = answerSchema.safeParse(answer).data
  if (response.status === 200 && granted) return granted.access_token
  const { error = '', error_description = '' } = failureSchema.safeParse(answer).data ?? {}
  const secrets = [assertion, key.private_key]
  const words = vendorWords(error_description, secrets) || `Google answered ${response.status}.`
  throw new VendorRefused(reasonOf(response.status, error, unknownKey), words, vendorCode(error, secrets))
}

function reasonOf(status: number, error: string, unknownKey: RefusalReason): RefusalReason {
  if (error === 'invalid_grant') return unknownKey
  if (error === 'unauthorized_client' || error === 'invalid_scope') return 'missing_permission'
  return status === 429 ? 'rate_limited' : 'unavailable'
}

async function assertionOf(key: ServiceAccountKey, scope: string, now: number): Promise<string> {
  // The error of `importPKCS8` might quote the key.
  const privateKey = await importPKCS8(key.private_key, 'RS256').catch(() => null)
  if (privateKey === null)
    throw new VendorRefused('invalid', 'The key file is not usable. Create another key, and paste it whole.')
  const issuedAt = Math.floor(now / 1000)
  const { private_key_id: kid, subject } = key
  const jwt = new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid !== undefined && { kid }) })
    .setIssuer(key.client_email)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionSeconds)
  return (subject === undefined ? jwt : jwt.setSubject(subject)).sign(privateKey)
}
