/** The port of key-encryption keys: they wrap data keys, which encrypt the values. */

export interface KeySource {
  /** ID of the key that wraps new data keys. */
  currentKid(): string
  /** IDs of all keys that unwrap. */
  kids(): readonly string[]
  /** Wraps 32 bytes with the current key. */
  wrap(dataKey: Uint8Array, context: WrapContext): Promise<WrappedKey>
  /** Unwraps. Throws {@link SecretsUnavailable} if the key is unknown, or if the text belongs to another key or context. */
  unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Uint8Array>
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

/** Thrown if a stored value cannot be opened now. The message holds no value. */
export class SecretsUnavailable extends Error {
  override readonly name = 'SecretsUnavailable'
}
