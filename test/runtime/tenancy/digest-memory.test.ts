import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { parseHost } from '../../../src/contract/host.ts'
import { parseRuntimeAnswer } from '../../../src/contract/runtime-answer.ts'
import type { KeyValueStore } from '../../../src/ports/kv.ts'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import { createSealedStore } from '../../../src/runtime/sealing/sealed-store.ts'
import { createLogger } from '../../../src/runtime/telemetry/log.ts'
import { createDigestMemory } from '../../../src/runtime/tenancy/digest-memory.ts'

const log = createLogger({ level: 'error', write: () => undefined })

/** Creates a store whose content a test can inspect. */
function openStore() {
  const held = new Map<string, { value: string; ttlSeconds: number }>()
  const kv: KeyValueStore = {
    get: async (key) => held.get(key)?.value ?? null,
    async put(key, value, { ttlSeconds }) {
      held.set(key, { value, ttlSeconds })
      return true
    },
    delete: async (key) => void held.delete(key),
    claim: () => Promise.reject(new Error('digests are not claimed')),
  }
  return { held, kv }
}

function memoryOf(kv: KeyValueStore, label: string, root = '/Photos') {
  const host = parseHost(`${label}.shibari.test`, 'shibari.test')
  if (!host) throw new TypeError('no host')
  const answer = parseRuntimeAnswer({
    schema_version: 2,
    tenant: label,
    app_type: 'publisher_v2',
    config_version: 'v1',
    config: { features: {}, storage: { provider: 'dropbox', credentials_ref: 'ref', paths: { root } } },
  })
  if (answer === 'other_app_type') throw new TypeError('another app type')
  const sealed = createSealedStore({
    kv,
    secrets: [new Secret('test-session-secret-of-32-characters')],
    purpose: 'digest',
    maxLength: 1000,
    now: Date.now,
  })
  return createDigestMemory(sealed, { ...host, config: answer.config }, log)
}

const entry = (contentHash = 'v1') => ({
  name: parsePhotoName('dusk.jpg'),
  size: 1,
  modifiedAt: new Date(0),
  contentHash,
})
const digest = createHash('sha256').update('a photo').digest('hex')

describe('the digest memory', () => {
  it('answers and remembers nothing for a storage that tells digests itself', async () => {
    const { kv, held } = openStore()
    const memory = memoryOf(kv, 'alice')
    const told = { ...entry(), sha256: digest }
    await memory.put(told, digest)
    expect(held.size).toBe(0)
    expect(await memory.get(told)).toBe(digest)
  })

  it('finds a digest only for the same bytes of the same tenant', async () => {
    const { kv } = openStore()
    await memoryOf(kv, 'alice').put(entry(), digest)
    expect(await memoryOf(kv, 'alice').get(entry())).toBe(digest)
    expect(await memoryOf(kv, 'alice').get(entry('v2'))).toBeNull()
    expect(await memoryOf(kv, 'alice', '/Other').get(entry())).toBeNull()
    expect(await memoryOf(kv, 'bob').get(entry())).toBeNull()
  })

  it('stores small values that expire after a week', async () => {
    const { held, kv } = openStore()
    await memoryOf(kv, 'alice', `/${'long/'.repeat(100)}`).put(entry(), digest)
    const [[key = '', { value = '', ttlSeconds = 0 } = {}] = []] = [...held]
    expect(key).toMatch(/^sha256:alice:[\w-]{22}$/)
    // docs/operations/heroku.md calculates with this size.
    expect(value.length).toBeLessThanOrEqual(350)
    expect(value).not.toContain(Buffer.from(digest, 'hex').toString('base64url'))
    expect(ttlSeconds).toBe(7 * 24 * 3600)
  })

  it('ignores the value of another photo or tenant under its key', async () => {
    const { held, kv } = openStore()
    await memoryOf(kv, 'alice').put(entry(), digest)
    await memoryOf(kv, 'alice').put(entry('v2'), digest.replace(/^../, '00'))
    await memoryOf(kv, 'bob').put(entry(), digest)
    const values = [...held.values()].map(({ value }) => value)
    for (const [index, known] of [...held.values()].entries()) known.value = values.at(index - 1) ?? ''
    expect(await memoryOf(kv, 'alice').get(entry())).toBeNull()
    expect(await memoryOf(kv, 'alice').get(entry('v2'))).toBeNull()
    expect(await memoryOf(kv, 'bob').get(entry())).toBeNull()
  })

  it.each(['', 'nonsense', digest, 'ä'.repeat(43)])('ignores the value “%s” in the store', async (value) => {
    const { held, kv } = openStore()
    await memoryOf(kv, 'alice').put(entry(), digest)
    for (const known of held.values()) known.value = value
    expect(await memoryOf(kv, 'alice').get(entry())).toBeNull()
  })
})
