/** A single attempt to upload a photo. */
import type { ApiProblem } from '../../problem.ts'
import { stemOf } from './find-file.ts'
import { type FileFault, faultOf } from './photo-file.ts'
import { type Existing, type SendOptions, sendFile } from './send-file.ts'
import type { Upload } from './upload.ts'

export type Outcome =
  | { storedAs: string }
  | { fault: FileFault }
  | { existing: Existing }
  | { problem: ApiProblem }

export interface AttemptOptions extends Omit<SendOptions, 'keepsDuplicate'> {
  maxMegabytes: number
  /** Looks for this file in the library. Returns its name there, or `null` if the library does not have it. */
  find: (file: File) => Promise<{ name: string | null } | { problem: ApiProblem }>
}

/** Checks and uploads the file. After a lost attempt, first looks for the file in the library. Returns `null` after `signal` aborts. */
export async function attemptUpload(upload: Upload, options: AttemptOptions): Promise<Outcome | null> {
  const { file, mayBeThere, keepsDuplicate } = upload
  const { maxMegabytes, find, signal } = options
  const fault = await faultOf(file, maxMegabytes)
  if (signal.aborted) return null
  if (fault) return { fault }
  const found = mayBeThere ? await find(file) : { name: null }
  if (signal.aborted) return null
  if ('problem' in found) return found
  if (found.name !== null) return { storedAs: found.name }
  const sent = await sendFile(file, { ...options, keepsDuplicate })
  if (signal.aborted) return null
  if ('key' in sent) return { storedAs: sent.key }
  if ('problem' in sent) return sent
  const { existing } = sent
  const isOwn = mayBeThere && existing.folder === 'root' && existing.name.startsWith(stemOf(file.name))
  return isOwn ? { storedAs: existing.name } : { existing }
}
