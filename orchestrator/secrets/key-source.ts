/** The port of key-encryption keys: they wrap data keys, which encrypt the values. */
import { SecretsUnavailable } from '../contract/ports.ts'

export interface KeySource {
  /** ID of the key that wraps new data keys. */
  currentKid(): string
  /** IDs of all keys that unwrap. */
  kids(): readonly string[]
  /** Wraps 32 bytes with the current key. Throws {@link KeysUnavailable} if the service that holds the key does not answer in time. */
  wrap(dataKey: Uint8Array, context: WrapContext): Promise<WrappedKey>
  /** Unwraps. Throws `SecretsUnavailable` if the key is unknown, or if the text belongs to another key or context. */
  unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Uint8Array<ArrayBuffer>>
}

/** Owner of a data key. A key that was wrapped for one owner does not unwrap for another. */
export interface WrapContext {
  tenant: string
  /** ID of the data key. */
  id: string
}

export interface WrappedKey {
  kid: string
  wrapped: string
}

/** Thrown if the service that holds the keys fails or refuses, so that no data key unwraps. */
export class KeysUnavailable extends SecretsUnavailable {}
