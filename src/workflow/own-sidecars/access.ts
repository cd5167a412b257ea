/** Reads and writes a photo's own sidecar, whether it is named after the stem or the full name. */
import { isPublisherError } from '../../base/errors.ts'
import { fitsFullName } from '../../ports/photo.ts'
import { sidecarUnreadable } from '../../ports/sidecar-file.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { findSidecar } from './find.ts'
import type { Inquiry } from './inquiry.ts'
import type { ListedStems } from './listed-stems.ts'

/** Prefix of the revision of a sidecar that is named after its photo's full name. */
const fullNameMark = 'full-name '

/** Returns the function that reads a photo's own sidecar. */
export function ownSidecarReader(looking: Inquiry): PhotoStore['readSidecar'] {
  return async (folder, name) => {
    const { form, reading } = await findSidecar(looking, folder, name)
    if (form !== 'full' || reading === null || reading === 'unreadable') return reading
    return { ...reading, revision: fullNameMark + reading.revision }
  }
}

/** Returns the store's two methods for sidecars. `looking` is the inquiry for viewers. */
export function sidecarAccess(
  store: Pick<PhotoStore, 'writeSidecar'>,
  looking: Inquiry,
  stems: Pick<ListedStems, 'add'>,
): Pick<PhotoStore, 'readSidecar' | 'writeSidecar'> {
  return {
    readSidecar: ownSidecarReader(looking),

    async writeSidecar(folder, name, text, ifRevision) {
      if (ifRevision?.startsWith(fullNameMark)) {
        const revision = ifRevision.slice(fullNameMark.length)
        return store.writeSidecar(folder, name, text, revision, 'full')
      }
      try {
        if (ifRevision !== undefined) return await store.writeSidecar(folder, name, text, ifRevision)
      } catch (error) {
        if (ifRevision !== null || !isPublisherError(error, 'sidecar_changed')) throw error
      }
      const { form, reading } = await findSidecar(looking, folder, name)
      if (form === null && (reading === 'unreadable' || !fitsFullName(name))) throw sidecarUnreadable()
      await store.writeSidecar(folder, name, text, ifRevision, form ?? 'full')
      if (form !== 'stem') stems.add(folder, name, 'full')
    },
  }
}
