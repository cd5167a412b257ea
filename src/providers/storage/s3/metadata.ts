/** Metadata of an object, in headers with the prefix `x-amz-meta-`. */

const prefix = 'x-amz-meta-'

/** Metadata by name without the prefix, both the owner's and this program's. */
export type Metadata = Readonly<Record<string, string>>

/** Reads the metadata from the headers of an answer. */
export function metadataOf(headers: Headers): Metadata {
  return Object.fromEntries(
    [...headers].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  )
}

/** Builds the headers that set an object's metadata. */
export function metadataHeaders(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [prefix + name, value]))
}
