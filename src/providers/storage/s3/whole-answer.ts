/** Reads small answers whole within the attempt, so that a broken answer can be retried. */
import { RetryableError } from '../../../base/retry.ts'
import { AnswerTooLarge, withoutUrl } from './errors.ts'

/** Upper bound on a page of a listing. A page with 1,000 keys of 1,024 percent-encoded bytes is smaller. */
const maxPageBytes = 8 * 2 ** 20

/**
 * Returns the answer with its body in memory. Throws `RetryableError` if the body breaks off, and {@link AnswerTooLarge} beyond `maxBytes`:
 * immediately if the announced length is larger.
 */
export async function readWhole(response: Response, maxBytes = maxPageBytes): Promise<Response> {
  if (!response.body) return response
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body.cancel().catch(() => undefined)
    throw new AnswerTooLarge()
  }
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
  if (size > maxBytes) throw new AnswerTooLarge()
  return new Response(new Blob(chunks), { status: response.status, headers: response.headers })
}
