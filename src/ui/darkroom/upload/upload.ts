/** Upload of a single photo. */
import type { ApiProblem } from '../../problem.ts'
import type { FileFault } from './photo-file.ts'
import type { Existing } from './send-file.ts'

export interface Upload {
  id: number
  file: File
  /** `lost`: all bytes were sent, and the outcome is unknown. `failed` with `existing`: the admin decides about the duplicate. */
  status: 'waiting' | 'sending' | 'storing' | 'done' | 'failed' | 'lost' | 'cancelled'
  /** Share of the bytes sent so far, 0 to 1. */
  share: number
  fault: FileFault | null
  problem: ApiProblem | null
  /** True after an interrupted attempt. The next attempt first looks for the photo in the library. */
  mayBeThere: boolean
  /** Photo in the gallery with the same bytes. */
  existing: Existing | null
  keepsDuplicate: boolean
  /** Name under which the server stored the photo. */
  storedAs: string | null
}

export function newUpload(id: number, file: File): Upload {
  return {
    id,
    file,
    status: 'waiting',
    share: 0,
    fault: null,
    problem: null,
    mayBeThere: false,
    existing: null,
    keepsDuplicate: false,
    storedAs: null,
  }
}

/** True if another attempt may succeed. A fault of the file itself is permanent. */
export function canRetry({ status, fault, existing }: Upload): boolean {
  return (
    (status === 'failed' || status === 'cancelled') && !existing && (fault === null || fault === 'unreadable')
  )
}

export function isUnderWay({ status }: Upload): boolean {
  return status === 'waiting' || status === 'sending' || status === 'storing'
}
