/** Metadata of an object, which travels in headers of the prefix `x-amz-meta-`. */

const prefix = 'x-amz-meta-'

/** Metadata of the owner's and of ours, by names without the prefix. */
export type Metadata = Readonly<Record<string, string>>

/** Reads the metadata in an answer's headers. */
export function metadataOf(headers: Headers): Metadata {
  return Object.fromEntries(
    [...headers].flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  )
}

/** Writes the headers that give an object this metadata. */
export function metadataHeaders(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [prefix + name, value]))
}
