/** Which photos of a listing have a sidecar beside them. */
import { type PhotoName, sidecarName } from './photo.ts'
import type { PhotoEntry, PhotoListing } from './storage.ts'

/** `has` tells if the folder has a file of this name. */
export function sidecarsAmong(
  photos: readonly PhotoEntry[],
  has: (file: string) => boolean,
): Required<Pick<PhotoListing, 'withSidecar' | 'withFullName'>> {
  const names = photos.map(({ name }) => name)
  const withFullName = new Set(names.filter((name) => has(sidecarName(name, 'full'))))
  const isBesideSidecar = (name: PhotoName) => withFullName.has(name) || has(sidecarName(name))
  return { withSidecar: new Set(names.filter(isBesideSidecar)), withFullName }
}
