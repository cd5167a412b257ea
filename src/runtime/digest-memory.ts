/** Remembers the SHA-256 of originals in the key-value store, so that an original is read once for it and not per view. */
import type { DigestMemory } from '../workflow/content-digest.ts'
import { describeError, type Logger } from './log.ts'
import type { KeyValueStore } from './ports/kv.ts'
import type { TenantRuntime } from './tenant-runtime.ts'

const ttlSeconds = 30 * 24 * 3600
const sha256Hex = /^[0-9a-f]{64}$/

/** Makes one tenant's memory. A store that fails costs a reading of the original, nothing else. */
export function createDigestMemory(kv: KeyValueStore, runtime: TenantRuntime, log: Logger): DigestMemory {
  const { tenant, config } = runtime
  const failed = (error: unknown) => log.warn('shared store failed', { tenant, error: describeError(error) })

  /** Hashed, since names and roots may be longer than a key may be (Cloudflare KV: 512 bytes). */
  async function keyOf(name: string, contentHash: string): Promise<string> {
    const { provider, paths } = config.storage
    const identity = JSON.stringify([tenant, provider, paths.root, name, contentHash])
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(identity))
    return `sha256:${tenant}:${Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }

  return {
    async get({ name, contentHash }) {
      const value = await kv.get(await keyOf(name, contentHash)).catch(failed)
      return value && sha256Hex.test(value) ? value : null
    },
    async put({ name, contentHash }, sha256) {
      await kv.put(await keyOf(name, contentHash), sha256, { ttlSeconds }).catch(failed)
    },
  }
}
