/** The ports: what a provider of one's own has to fulfil. */
export type { CredentialSource } from './credentials.ts'
export type { Assets } from './runtime/ports/assets.ts'
export type { KeyValueStore } from './runtime/ports/kv.ts'
export type * from './runtime/ports/metrics.ts'
export type { Folder, PhotoName } from './workflow/photo.ts'
export type { StreamDigest } from './workflow/ports/digest.ts'
export type * from './workflow/ports/images.ts'
export type * from './workflow/ports/storage.ts'
