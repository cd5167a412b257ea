/** One photo on its way into the library. */
import type { ApiProblem } from '../../problem.ts'
import type { FileFault } from './photo-file.ts'
import type { Existing } from './send-file.ts'

export interface Upload {
  id: number
  file: File
  /** `lost`: all of it has left, and its arrival is unknown. `failed` with `existing`: a person decides. */
  status: 'waiting' | 'sending' | 'storing' | 'done' | 'failed' | 'lost' | 'cancelled'
  /** Share of the bytes that has left, 0 to 1. */
  share: number
  fault: FileFault | null
  problem: ApiProblem | null
  /** An attempt before broke off: the photo is looked for before it is sent again. */
  mayBeThere: boolean
  /** The photo that has the same bytes. */
  existing: Existing | null
  keepsDuplicate: boolean
  /** The name that the photo got. */
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

/** True when another attempt may end differently. A fault of the file itself stays. */
export function canRetry({ status, fault, existing }: Upload): boolean {
  return (
    (status === 'failed' || status === 'cancelled') && !existing && (fault === null || fault === 'unreadable')
  )
}

export function isUnderWay({ status }: Upload): boolean {
  return status === 'waiting' || status === 'sending' || status === 'storing'
}
