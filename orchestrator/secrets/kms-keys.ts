/** Key-encryption keys in AWS KMS. The encryption context names tenant and data key, so a row copied to another tenant does not open. */
import { z } from 'zod'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { KeySource, WrapContext } from './key-source.ts'
import type { KmsCall } from './kms-call.ts'

/** Prefix of the key IDs in the database. */
const prefix = 'kms:'

const base64Schema = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
const encryptedSchema = z.object({ CiphertextBlob: z.base64().min(1) })
const decryptedSchema = z.object({ Plaintext: base64Schema })

/** Creates the source over KMS keys, by ID, ARN or alias. The first encrypts, all decrypt. Both keys must be in the region of the calls. */
export function createKmsKeys(keyIds: readonly string[], call: KmsCall): KeySource {
  const [current] = keyIds
  if (current === undefined) throw new Error('ORCHESTRATOR_KMS_KEY_ID is empty')
  return {
    currentKid: () => prefix + current,
    kids: () => keyIds.map((id) => prefix + id),

    async wrap(dataKey, context) {
      const input = {
        KeyId: current,
        Plaintext: Buffer.from(dataKey).toString('base64'),
        EncryptionContext: contextOf(context),
      }
      const { CiphertextBlob: wrapped } = await call('Encrypt', input, encryptedSchema)
      return { kid: prefix + current, wrapped }
    },

    async unwrap({ kid, wrapped }, context) {
      const keyId = keyIds.find((id) => prefix + id === kid)
      if (keyId === undefined) throw new SecretsUnavailable(`The KMS key ${kid} is not configured.`)
      const input = { KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: contextOf(context) }
      return (await call('Decrypt', input, decryptedSchema)).Plaintext
    },
  }
}

/** Returns the context, which AWS CloudTrail logs in clear text. */
function contextOf({ tenant, id }: WrapContext): Readonly<Record<string, string>> {
  return { tenant, id }
}
