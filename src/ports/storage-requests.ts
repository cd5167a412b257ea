/** Requests to storages, in the price classes of S3 and R2. */
import { isPublisherError } from '../base/errors.ts'

/**
 * Price class of a request. `A` lists or writes, and costs most. `B` reads. `free` deletes, which S3 and R2 do not charge. Storages
 * without prices use the classes with the same meaning.
 */
export const requestClasses = ['A', 'B', 'free'] as const
export type RequestClass = (typeof requestClasses)[number]

/** Receives each request to a storage, retries included. Never throws. */
export type OnStorageRequest = (requestClass: RequestClass) => void

/** Returns the class of a request. `url` is absolute. */
type ClassOf = (request: { method: string; url: URL }) => RequestClass

/**
 * Wraps `fetch` to count each request when its answer arrives or its connection fails. A request that the program itself refuses, such
 * as a call to a private address, does not count.
 */
export function countingRequests(
  fetch: typeof globalThis.fetch,
  classOf: ClassOf,
  onRequest: OnStorageRequest,
): typeof globalThis.fetch {
  return async (input, init) => {
    const { method, url } = input instanceof Request ? input : { method: init?.method ?? 'GET', url: input }
    const requestClass = classOf({ method, url: new URL(url) })
    try {
      const response = await fetch(input, init)
      onRequest(requestClass)
      return response
    } catch (error) {
      if (!isPublisherError(error)) onRequest(requestClass)
      throw error
    }
  }
}
