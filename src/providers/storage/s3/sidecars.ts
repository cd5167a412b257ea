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
/** Type of a sidecar that another program wrote in an encoding of its own. */
const foreignSidecarType = 'text/plain'

/** Makes the store's functions for sidecars. */
export function createSidecarFiles({ objects, keys, verdicts }: SidecarFilesOptions): SidecarFiles {
  const readAt = async (key: string) => sidecarIn(await objects.getAtMost(key, maxSidecarBytes))

  /** False where a condition was not met. A server that refuses conditions is asked to write without them. */
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
        // A server that ignores conditions is at least asked what it has.
        const current = (await objects.head(key))?.etag ?? null
        if (current !== ifRevision) throw sidecarChanged()
      }
      const contentType = ifRevision === revisionBefore ? sidecarType : foreignSidecarType
      if (await putConditionally(key, bytes, { contentType, ...conditionFor(ifRevision) })) return
      // Refused may mean that an earlier attempt of this very call went through and its answer was lost.
      const there = await readAt(key)
      if (there === null || there === 'unreadable' || there.text !== text) throw sidecarChanged()
    },
  }
}

function conditionFor(ifRevision: string | null | undefined): Pick<PutOptions, 'ifAbsent' | 'ifEtag'> {
  if (ifRevision === undefined) return {}
  return ifRevision === null ? { ifAbsent: true } : { ifEtag: ifRevision }
}
