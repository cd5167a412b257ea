/**
 * Ports: the types that providers implement, with their limits and the errors to throw. Holds types only and loads no code.
 *
 * @example
 * ```ts
 * import type { KeyValueStore } from 'shibari-publisher/ports'
 *
 * const values = new Map<string, { value: string; endsAt: number }>()
 * const current = (key: string) => {
 *   const entry = values.get(key)
 *   return entry && entry.endsAt > Date.now() ? entry.value : null
 * }
 * const put = (key: string, value: string, ttlSeconds: number) =>
 *   values.set(key, { value, endsAt: Date.now() + ttlSeconds * 1000 })
 * export const store: KeyValueStore = {
 *   get: async (key) => current(key),
 *   async put(key, value, { ttlSeconds }) {
 *     put(key, value, ttlSeconds)
 *     return true
 *   },
 *   async delete(key) {
 *     values.delete(key)
 *   },
 *   async claim(key, { ttlSeconds }) {
 *     if (current(key) !== null) return false
 *     put(key, '', ttlSeconds)
 *     return true
 *   },
 * }
 * console.log(await store.claim('code', { ttlSeconds: 60 }), await store.claim('code', { ttlSeconds: 60 }))
 * ```
 */
export type { Assets } from './ports/assets.ts'
export type { CredentialKind, CredentialSource } from './ports/credentials.ts'
export type { StreamDigest } from './ports/digest.ts'
export type * from './ports/driver.ts'
export type * from './ports/images.ts'
export type { InvalidationListener, Invalidations } from './ports/invalidations.ts'
export type { KeyValueStore } from './ports/kv.ts'
export type * from './ports/language-model.ts'
export type * from './ports/mail.ts'
export type * from './ports/metrics.ts'
export type * from './ports/model-driver.ts'
export type { Folder, PhotoName } from './ports/photo.ts'
export type * from './ports/picture-cache.ts'
export type * from './ports/publisher.ts'
export type * from './ports/publisher-driver.ts'
export type { RateCounter, RateDecision } from './ports/rate-counter.ts'
export type * from './ports/storage.ts'
export type * from './ports/storage-driver.ts'
export type * from './ports/storage-requests.ts'
