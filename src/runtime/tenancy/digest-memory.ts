/** Sealed cache of originals' SHA-256 in the key-value store, so that a view need not read the original again. */
import { base64url } from 'jose'
import { toHex } from '../../base/hex.ts'
import type { DigestMemory } from '../../workflow/content-digest.ts'
import type { SealedStore } from '../sealing/sealed-store.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import type { TenantRuntime } from './tenant-runtime.ts'

/**
 * Lifetime of a digest. Digests of unviewed photos soon leave a small store (docs/operations/heroku.md), and an original is reread at most
 * weekly.
 */
const ttlSeconds = 7 * 24 * 3600
/** Half of a SHA-256, which is enough to tell a tenant's own photos apart. */
const keyBytes = 16
const digestBytes = 32

/**
 * Creates one tenant's memory. If the store fails, the caller only has to read the original. Remembers nothing for a storage that tells the
 * digests itself.
 */
export function createDigestMemory(
  sealed: SealedStore,
  { host, tenant, config }: Pick<TenantRuntime, 'host' | 'tenant' | 'config'>,
  log: Logger,
): DigestMemory {
  const failed = (error: unknown) => log.warn('shared store failed', { tenant, error: describeError(error) })

  /** Hashes the key, because names and roots may exceed the longest key (512 bytes in Cloudflare KV). */
  async function keyOf(name: string, contentHash: string): Promise<string> {
    const { provider, paths } = config.storage
    const identity = JSON.stringify([tenant, provider, paths.root, name, contentHash])
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(identity))
    return `sha256:${tenant}:${base64url.encode(new Uint8Array(hash, 0, keyBytes))}`
  }

  return {
    async get({ name, contentHash, sha256 }) {
      if (sha256 !== undefined) return sha256
      const value = await sealed.get(host, await keyOf(name, contentHash)).catch(failed)
      return value ? hexOf(value) : null
    },
    async put({ name, contentHash, sha256: told }, sha256) {
      if (told !== undefined) return
      const value = base64url.encode(bytesOf(sha256))
      await sealed.put(host, await keyOf(name, contentHash), value, { ttlSeconds }).catch(failed)
    },
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Returns `null` for a value that is not a digest. */
function hexOf(value: string): string | null {
  if (!/^[\w-]{43}$/.test(value)) return null
  const bytes = base64url.decode(value)
  if (bytes.length !== digestBytes) return null
  return toHex(bytes)
}
