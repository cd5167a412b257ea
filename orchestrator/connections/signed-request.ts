/** Signed requests of Meta ("Data Deletion Request Callback"): `<signature>.<payload>`, both as base64url, HMAC-SHA256. */
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'

const payloadSchema = z.object({
  algorithm: z.string().regex(/^HMAC-SHA256$/i),
  /** ID of the account for this app. */
  user_id: z.union([z.string().min(1).max(100), z.number().transform(String)]),
  /** Seconds since 1970. */
  issued_at: z.number().int().positive(),
})

export interface MetaRequest {
  accountId: string
  /** Milliseconds since 1970. */
  issuedAt: number
}

const maxLength = 4096

/** Checks the signature with the app's secret, and returns the request. Returns `undefined` for any other text. */
export async function verifiedRequest(signed: string, secret: string): Promise<MetaRequest | undefined> {
  if (signed.length > maxLength) return undefined
  const [signature = '', payload = '', ...others] = signed.split('.')
  if (others.length > 0 || !isBase64Url(signature) || !isBase64Url(payload)) return undefined
  const isGenuine = await crypto.subtle.verify(
    'HMAC',
    await keyOf(secret),
    Buffer.from(signature, 'base64url'),
    new TextEncoder().encode(payload),
  )
  if (!isGenuine) return undefined
  const parsed = payloadSchema.safeParse(parseJson(Buffer.from(payload, 'base64url').toString()))
  if (!parsed.success) return undefined
  const { user_id, issued_at } = parsed.data
  return { accountId: user_id, issuedAt: issued_at * 1000 }
}

/** Returns a code that only this orchestrator can make: the time of a deletion with a signature. */
export async function deletionCode(at: number, secret: string): Promise<string> {
  const time = at.toString(36)
  const bytes = new TextEncoder().encode(`deletion/${time}`)
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secret), bytes)
  return `${time}-${Buffer.from(signature).toString('base64url').slice(0, 22)}`
}

/** Returns the time of a deletion. Returns `undefined` for a code from elsewhere. */
export async function deletionTime(code: string, secret: string): Promise<number | undefined> {
  const [, time] = /^([a-z\d]{6,9})-[\w-]{22}$/.exec(code) ?? []
  if (time === undefined) return undefined
  const at = Number.parseInt(time, 36)
  return (await deletionCode(at, secret)) === code ? at : undefined
}

/** Meta leaves out the padding of base64url, and other writers may not. */
function isBase64Url(text: string): boolean {
  return /^[\w-]{1,4000}={0,2}$/.test(text)
}

function keyOf(secret: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, [
    'sign',
    'verify',
  ])
}
