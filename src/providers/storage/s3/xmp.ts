/** XMP files of one store as objects beside its photos. */
import { maxXmpBytes, type XmpFiles } from '../../../ports/storage.ts'
import { sidecarChanged } from '../../../ports/storage-errors.ts'
import { type ConditionalPutTools, putAtRevision } from './conditional-puts.ts'
import type { Keys } from './keys.ts'

export interface XmpFilesOptions extends ConditionalPutTools {
  keys: Keys
}

const contentType = 'application/rdf+xml'

/** Creates the store's functions for XMP files. */
export function createXmpFiles(options: XmpFilesOptions): XmpFiles {
  const { objects, keys } = options
  return {
    async readXmp(folder, name, form) {
      const [usual, capital] = keys.xmp(folder, name, form)
      return (await objects.getAtMost(usual, maxXmpBytes)) ?? objects.getAtMost(capital, maxXmpBytes)
    },

    async writeXmp(folder, name, form, bytes, ifRevision) {
      const [usual, capital] = keys.xmp(folder, name, form)
      const inCapitals = (await objects.head(usual)) ? null : await objects.head(capital)
      if (inCapitals && ifRevision === null) throw sidecarChanged()
      await putAtRevision(options, { key: inCapitals ? capital : usual, bytes, contentType, ifRevision })
    },
  }
}
