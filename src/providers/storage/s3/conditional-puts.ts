/** Replaces small objects that other programs may change at the same time. */
import { haveSameBytes } from '../../../base/same-bytes.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import type { Verdicts } from './conditions.ts'
import type { PutOptions } from './object-writes.ts'
import type { S3Objects } from './objects.ts'

export interface ConditionalPut {
  key: string
  bytes: Uint8Array<ArrayBuffer>
  contentType: string
  /** Entity tag that the object must have. With `null`, no object may exist. With `undefined`, there is no condition. */
  ifRevision: string | null | undefined
}

export interface ConditionalPutTools {
  objects: S3Objects
  verdicts: Verdicts
}

/** Writes the object. Throws `sidecar_changed` if the object has another revision. */
export async function putAtRevision(
  { objects, verdicts }: ConditionalPutTools,
  { key, bytes, contentType, ifRevision }: ConditionalPut,
): Promise<void> {
  if (ifRevision !== undefined) {
    // Checks the revision here too, for servers that ignore conditions.
    const current = (await objects.head(key))?.etag ?? null
    if (current !== ifRevision) throw sidecarChanged()
  }
  const plain = { contentType }
  const refuses = (await verdicts.peek())?.conditions === 'refused'
  const outcome = await objects.put(key, bytes, refuses ? plain : { ...plain, ...conditionFor(ifRevision) })
  if (outcome === 'written') return
  if (outcome === 'unsupported') {
    await objects.put(key, bytes, plain)
    return
  }
  // The condition also fails if an earlier attempt of this call succeeded and its answer was lost.
  const there = await objects.getAtMost(key, bytes.length)
  if (there === null || there === 'too_large' || !haveSameBytes(there.bytes, bytes)) throw sidecarChanged()
}

function conditionFor(ifRevision: string | null | undefined): Pick<PutOptions, 'ifAbsent' | 'ifEtag'> {
  if (ifRevision === undefined) return {}
  return ifRevision === null ? { ifAbsent: true } : { ifEtag: ifRevision }
}
