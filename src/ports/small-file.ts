/** A small file in a storage, read whole. */

/** A file with all its bytes. */
export interface SmallFile {
  bytes: Uint8Array
  /** Changes with the bytes. */
  revision: string
  /** Version that a listing tells. Default: the revision. */
  version?: string
}
