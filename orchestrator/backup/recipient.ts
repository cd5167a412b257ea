/** Values for one recipient: JWE (RFC 7516) for a key in JWK form (RFC 7517). */
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { SealedPlace } from '../secrets/envelope.ts'

const algorithms = ['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const
type Algorithm = (typeof algorithms)[number]

export interface Recipient {
  /** Encrypts text for the recipient. The header names tenant, reference and provider. */
  seal(place: SealedPlace, text: string): Promise<string>
}

export interface RecipientKey {
  /** Decrypts. Throws {@link Refused} if the value is for another key, or was sealed for another place. */
  open(place: SealedPlace, jwe: string): Promise<string>
}

const base = { kid: z.string().exactOptional() }
const jwkSchema = z.discriminatedUnion('kty', [
  z.object({
    ...base,
    kty: z.literal('EC'),
    crv: z.string(),
    x: z.string(),
    y: z.string(),
    d: z.string().exactOptional(),
  }),
  z.object({
    ...base,
    kty: z.literal('OKP'),
    crv: z.literal('X25519'),
    x: z.string(),
    d: z.string().exactOptional(),
  }),
  z.looseObject({
    ...base,
    kty: z.literal('RSA'),
    n: z.string(),
    e: z.string(),
    d: z.string().exactOptional(),
  }),
])

/** Parses the public key of a recipient. Throws {@link Refused} for any other text, also for a private key. */
export async function parseRecipient(text: string): Promise<Recipient> {
  const jwk = parseJwk(text)
  if (jwk.d !== undefined)
    throw new Refused(
      'The recipient file has a private key. Pass the public key alone, and keep the private key.',
    )
  const { alg, key } = await imported(jwk)
  return {
    seal: ({ tenant, ref, provider }, plain) =>
      new CompactEncrypt(new TextEncoder().encode(plain))
        .setProtectedHeader({
          alg,
          enc: 'A256GCM',
          ...(jwk.kid !== undefined && { kid: jwk.kid }),
          tenant,
          ref,
          provider,
        })
        .encrypt(key),
  }
}

/** Parses the private key of the recipient. Throws {@link Refused} for any other text. */
export async function parseRecipientKey(text: string): Promise<RecipientKey> {
  const jwk = parseJwk(text)
  if (jwk.d === undefined) throw new Refused('The key file has no private key.')
  const { key } = await imported(jwk)
  return {
    async open({ tenant, ref, provider }, jwe) {
      const { plaintext, protectedHeader: of } = await compactDecrypt(jwe, key, {
        keyManagementAlgorithms: [...algorithms],
        contentEncryptionAlgorithms: ['A256GCM'],
      }).catch(() => {
        throw new Refused('The credentials of the file do not open with this key.')
      })
      if (of.tenant !== tenant || of.ref !== ref || of.provider !== provider)
        throw new Refused('Credentials of the file belong to another place.')
      return new TextDecoder().decode(plaintext)
    },
  }
}

function parseJwk(text: string): z.output<typeof jwkSchema> {
  const parsed = jwkSchema.safeParse(parseJson(text))
  if (!parsed.success)
    throw new Refused('The key file must hold one JWK (RFC 7517) of type EC, OKP with X25519, or RSA.')
  return parsed.data
}

async function imported(jwk: JWK & { kty: string }) {
  const alg: Algorithm = jwk.kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'
  const key = await importJWK(jwk, alg).catch(() => {
    throw new Refused('The key of the file is not valid.')
  })
  return { alg, key }
}
