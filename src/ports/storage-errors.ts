/** Errors that all stores share. */
import { PublisherError } from '../base/errors.ts'

/** Creates the error for a missing photo. */
export function photoNotFound(): PublisherError {
  return new PublisherError('photo_not_found', 'Photo not found.')
}

/** Creates the error for a name whose numbered forms all exist. */
export function tooManyOfThisName(): PublisherError {
  return new PublisherError('storage_unavailable', 'There are too many photos with this name.')
}

/** Creates the error for a sidecar that changed since its editor read the file. */
export function sidecarChanged(): PublisherError {
  return new PublisherError(
    'sidecar_changed',
    'The caption has changed since you loaded it. Load it again, then repeat your edit.',
  )
}
