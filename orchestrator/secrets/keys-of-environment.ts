/** Key-encryption keys of the environment: `ORCHESTRATOR_KEYS`, AWS KMS, or the key file of a development machine. Node only. */
import { join } from 'node:path'
import { type ConfiguredKey, createConfiguredKeys, parseKeys } from './configured-keys.ts'
import { joinKeys } from './joined-keys.ts'
import { keyFile, readExistingKeyFile, readKeyFile } from './key-file.ts'
import type { KeySource } from './key-source.ts'
import { createKmsCall } from './kms-call.ts'
import { createKmsKeys } from './kms-keys.ts'

/** Variables of the environment, after its checks. */
export interface KeyVariables {
  ORCHESTRATOR_DATA_DIR: string
  ORCHESTRATOR_KEYS?: string | undefined
  ORCHESTRATOR_KMS_KEY_ID?: readonly string[] | undefined
  ORCHESTRATOR_KMS_DECRYPT_ONLY: boolean
  ORCHESTRATOR_KMS_URL?: string | undefined
  AWS_REGION?: string | undefined
  AWS_ACCESS_KEY_ID?: string | undefined
  AWS_SECRET_ACCESS_KEY?: string | undefined
  AWS_SESSION_TOKEN?: string | undefined
}

/** Returns the keys. Without any variable, a development machine gets a key file, about which `say` tells people. */
export function keysOf(env: KeyVariables, say: (text: string) => void): KeySource {
  return joinedKeys(env, () => keyFileOf(env, say))
}

/** Returns the keys that exist already, or `undefined` if there are none. Makes no key. */
export function existingKeysOf(env: KeyVariables): KeySource | undefined {
  const file = readExistingKeyFile(env.ORCHESTRATOR_DATA_DIR)
  const isSet = env.ORCHESTRATOR_KEYS !== undefined || env.ORCHESTRATOR_KMS_KEY_ID !== undefined
  return isSet || file !== undefined ? joinedKeys(env, () => file ?? '') : undefined
}

function joinedKeys(env: KeyVariables, fileText: () => string): KeySource {
  const kms = kmsKeysOf(env)
  if (kms && env.ORCHESTRATOR_KEYS === undefined) return kms
  const configured = createConfiguredKeys(keysIn(env, fileText))
  if (!kms) return configured
  return env.ORCHESTRATOR_KMS_DECRYPT_ONLY ? joinKeys(configured, kms) : joinKeys(kms, configured)
}

function keysIn(env: KeyVariables, fileText: () => string): ConfiguredKey[] {
  return env.ORCHESTRATOR_KEYS === undefined
    ? parseKeys(fileText(), `The file ${join(env.ORCHESTRATOR_DATA_DIR, keyFile)}`)
    : parseKeys(env.ORCHESTRATOR_KEYS)
}

function kmsKeysOf(env: KeyVariables): KeySource | undefined {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (env.ORCHESTRATOR_KMS_KEY_ID === undefined || !region || !accessKeyId || !secretAccessKey)
    return undefined
  const call = createKmsCall({
    region,
    accessKeyId,
    secretAccessKey,
    sessionToken: env.AWS_SESSION_TOKEN,
    url: env.ORCHESTRATOR_KMS_URL,
  })
  return createKmsKeys(env.ORCHESTRATOR_KMS_KEY_ID, call)
}

function keyFileOf({ ORCHESTRATOR_DATA_DIR }: KeyVariables, say: (text: string) => void): string {
  return readKeyFile(ORCHESTRATOR_DATA_DIR, (path) =>
    say(
      `ORCHESTRATOR_KEYS is not set. A key for this machine was made in ${path}. Back it up with the database.`,
    ),
  )
}
