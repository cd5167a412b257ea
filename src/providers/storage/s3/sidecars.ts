/** Sidecars of one store as objects beside its photos. */
import { maxSidecarBytes, sidecarBytes, sidecarIn } from '../../../ports/sidecar-file.ts'
import type { SidecarFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import type { Verdicts } from './conditions.ts'
import type { Keys } from './keys.ts'
import type { PutOptions } from './object-writes.ts'
import type { S3Objects } from './objects.ts'

export interface SidecarFilesOptions {
  objects: S3Objects
  keys: Keys
  verdicts: Verdicts
}

const sidecarType = 'text/plain; charset=utf-8'
/** Content type of a sidecar that another program wrote in its own encoding. */
const foreignSidecarType = 'text/plain'

/** Creates the store's functions for sidecars. */
export function createSidecarFiles({ objects, keys, verdicts }: SidecarFilesOptions): SidecarFiles {
  const readAt = async (key: string) => sidecarIn(await objects.getAtMost(key, maxSidecarBytes))

  /** Writes the sidecar. Returns false if the condition failed. Writes without a condition on a server that refuses conditions. */
  async function putConditionally(
    key: string,
    bytes: Uint8Array<ArrayBuffer>,
    { contentType, ...condition }: Pick<PutOptions, 'contentType' | 'ifAbsent' | 'ifEtag'>,
  ): Promise<boolean> {
    const plain = { contentType }
    const refuses = (await verdicts.peek())?.conditions === 'refused'
    const outcome = await objects.put(key, bytes, refuses ? plain : { ...plain, ...condition })
    if (outcome !== 'unsupported') return outcome === 'written'
    await objects.put(key, bytes, plain)
    return true
  }

  return {
    readSidecar: (folder, name, form) => readAt(keys.sidecar(folder, name, form)),

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      const key = keys.sidecar(folder, name, form)
      if (ifRevision !== undefined) {
        // Checks the revision here too, for servers that ignore conditions.
        const current = (await objects.head(key))?.etag ?? null
        if (current !== ifRevision) throw sidecarChanged()
      }
      const contentType = ifRevision === revisionBefore ? sidecarType : foreignSidecarType
      if (await putConditionally(key, bytes, { contentType, ...conditionFor(ifRevision) })) return
      // The condition also fails if an earlier attempt of this call succeeded and its answer was lost.
      const there = await readAt(key)
      if (there === null || there === 'unreadable' || there.text !== text) throw sidecarChanged()
    },
  }
}

function conditionFor(ifRevision: string | null | undefined): Pick<PutOptions, 'ifAbsent' | 'ifEtag'> {
  if (ifRevision === undefined) return {}
  return ifRevision === null ? { ifAbsent: true } : { ifEtag: ifRevision }
}
