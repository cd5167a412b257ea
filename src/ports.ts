/** The ports: what a provider of one's own has to fulfil. */

export type { Assets } from './ports/assets.ts'
export type { CredentialSource } from './ports/credentials.ts'
export type { StreamDigest } from './ports/digest.ts'
export type * from './ports/images.ts'
export type { InvalidationListener, Invalidations } from './ports/invalidations.ts'
export type { KeyValueStore } from './ports/kv.ts'
export type * from './ports/metrics.ts'
export type { Folder, PhotoName } from './ports/photo.ts'
export type { RateCounter, RateDecision } from './ports/rate-counter.ts'
export type * from './ports/storage.ts'
