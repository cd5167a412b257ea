/** Reads and writes the words of a photo's own sidecar, whichever form its name has. */
import { isPublisherError } from '../../base/errors.ts'
import { fitsFullName } from '../../ports/photo.ts'
import { sidecarUnreadable } from '../../ports/sidecar-file.ts'
import type { PhotoStore } from '../../ports/storage.ts'
import { findSidecar } from './find.ts'
import type { Inquiry } from './inquiry.ts'
import type { ListedStems } from './listed-stems.ts'

/** Marks the revision of a sidecar that has its photo's full name. */
const fullNameMark = 'full-name '

/** Gives the two methods of a store that concern words. `looking` asks for people who only look. */
export function sidecarAccess(
  store: Pick<PhotoStore, 'writeSidecar'>,
  looking: Inquiry,
  stems: Pick<ListedStems, 'add'>,
): Pick<PhotoStore, 'readSidecar' | 'writeSidecar'> {
  return {
    async readSidecar(folder, name) {
      const { form, reading } = await findSidecar(looking, folder, name)
      if (form !== 'full' || reading === null || reading === 'unreadable') return reading
      return { ...reading, revision: fullNameMark + reading.revision }
    },

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
