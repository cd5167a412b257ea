/** Key-encryption keys from `ORCHESTRATOR_KEYS`: `kid:base64url`, separated by commas. The first encrypts, all decrypt. */
import { base64url, CompactEncrypt, compactDecrypt } from 'jose'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { KeySource, WrapContext } from './key-source.ts'

export interface ConfiguredKey {
  kid: string
  /** 32 bytes. */
  key: Uint8Array
}

const keyBytes = 32

/** Parses the variable, or a file of its form that `source` names. Throws an `Error` without any key. */
export function parseKeys(text: string, source = 'ORCHESTRATOR_KEYS'): ConfiguredKey[] {
  const keys = text.split(',').map((part) => {
    const [, kid, encoded] = /^([\w.-]{1,64}):([\w-]{43}=?)$/.exec(part.trim()) ?? []
    if (kid === undefined || encoded === undefined)
      throw new Error(`${source} must hold kid:base64url of 32 bytes`)
    const key = base64url.decode(encoded)
    if (key.length !== keyBytes) throw new Error(`${source} must hold kid:base64url of 32 bytes`)
    return { kid, key }
  })
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length)
    throw new Error(`${source} names a key ID twice`)
  return keys
}

/**
 * Creates the source. A wrapped key is a JWE (RFC 7516) with `A256KW` and `A256GCM`. Its header names tenant and data key, so that a row
 * copied to another tenant does not open.
 */
export function createConfiguredKeys(keys: readonly ConfiguredKey[]): KeySource {
  const [current] = keys
  if (!current) throw new Error('ORCHESTRATOR_KEYS is empty')
  const byKid = new Map(keys.map(({ kid, key }) => [kid, key]))
  return {
    currentKid: () => current.kid,
    kids: () => [...byKid.keys()],
    async wrap(dataKey, { tenant, id }) {
      const header = { alg: 'A256KW', enc: 'A256GCM', kid: current.kid, tenant, id }
      const wrapped = await new CompactEncrypt(dataKey).setProtectedHeader(header).encrypt(current.key)
      return { kid: current.kid, wrapped }
    },
    async unwrap({ kid, wrapped }, context) {
      const key = byKid.get(kid)
      if (!key) throw new SecretsUnavailable(`The key-encryption key ${kid} is not configured.`)
      return open(wrapped, key, context)
    },
  }
}

async function open(
  wrapped: string,
  key: Uint8Array,
  { tenant, id }: WrapContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const opened = await compactDecrypt(wrapped, key, {
    keyManagementAlgorithms: ['A256KW'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => {
    throw new SecretsUnavailable('A data key does not open with its key-encryption key.')
  })
  const { tenant: ofTenant, id: ofId } = opened.protectedHeader
  if (ofTenant !== tenant || ofId !== id)
    throw new SecretsUnavailable('A data key belongs to another tenant.')
  return new Uint8Array(opened.plaintext)
}
