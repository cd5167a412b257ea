/** Sidecars of one store as objects beside its photos. */
import { maxSidecarBytes, sidecarBytes, sidecarIn } from '../../../ports/sidecar-file.ts'
import type { SidecarFiles } from '../../../ports/storage.ts'
import { type ConditionalPutTools, putAtRevision } from './conditional-puts.ts'
import type { Keys } from './keys.ts'

export interface SidecarFilesOptions extends ConditionalPutTools {
  keys: Keys
}

const sidecarType = 'text/plain; charset=utf-8'
/** Content type of a sidecar that another program wrote in its own encoding. */
const foreignSidecarType = 'text/plain'

/** Creates the store's functions for sidecars. */
export function createSidecarFiles(options: SidecarFilesOptions): SidecarFiles {
  const { objects, keys } = options
  return {
    readSidecar: async (folder, name, form) =>
      sidecarIn(await objects.getAtMost(keys.sidecar(folder, name, form), maxSidecarBytes)),

    async writeSidecar(folder, name, text, revisionBefore, form) {
      const { bytes, ifRevision } = sidecarBytes(text, revisionBefore)
      const contentType = ifRevision === revisionBefore ? sidecarType : foreignSidecarType
      await putAtRevision(options, { key: keys.sidecar(folder, name, form), bytes, contentType, ifRevision })
    },
  }
}
