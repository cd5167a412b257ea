/** Errors that every store throws in the same words. */
import { PublisherError } from '../base/errors.ts'

/** Error for a name that no photo of the folder has. */
export function photoNotFound(): PublisherError {
  return new PublisherError('photo_not_found', 'There is no photo of this name.')
}

/** Error for a name of which all numbered forms are taken. */
export function tooManyOfThisName(): PublisherError {
  return new PublisherError('storage_unavailable', 'There are too many photos of this name.')
}

/** Error for a sidecar that is no longer at the revision that its editor had read. */
export function sidecarChanged(): PublisherError {
  return new PublisherError('sidecar_changed', 'The caption was changed in the meantime. Load it again.')
}
