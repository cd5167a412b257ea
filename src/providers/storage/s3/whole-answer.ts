/** Answers that are small by nature, read while they can still be asked for again. */
import { RetryableError } from '../../../retry.ts'
import { storageUnavailable, withoutUrl } from './errors.ts'

/** A page of 1,000 keys of 1,024 percent-encoded bytes has less. Bytes. */
const maxBytes = 8 * 2 ** 20

/** The answer with its body in memory. Throws `RetryableError` where it breaks off, `storage_unavailable` where it is far too large. */
export async function readWhole(response: Response): Promise<Response> {
  if (!response.body) return response
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  try {
    for await (const chunk of response.body) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new RetryableError('An answer of the S3 server broke off.', { cause: withoutUrl(cause) })
  }
  if (size > maxBytes) throw storageUnavailable(new Error('An answer of the S3 server is far too large.'))
  return new Response(new Blob(chunks), { status: response.status, headers: response.headers })
}
