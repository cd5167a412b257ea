/** Reads response bodies up to a limit, so that a vendor that never stops sending cannot fill this process's memory. */

/** Thrown when a body is longer than its limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'

  constructor() {
    super('The response body exceeds its size limit.')
  }
}

/** Reads the whole body. Cancels the body and throws {@link BodyTooLarge} beyond `maxBytes`. */
export async function bytesAtMost(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!body) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the body.
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw new BodyTooLarge()
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

/** Reads the body as UTF-8 and drops a byte order mark. Throws {@link BodyTooLarge} beyond `maxBytes`. */
export async function textAtMost({ body }: Pick<Response, 'body'>, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await bytesAtMost(body, maxBytes))
}

/** Wraps a response for a library that reads the body itself: the body errors with {@link BodyTooLarge} beyond `maxBytes`. */
export function boundedAnswer(response: Response, maxBytes: number): Response {
  if (!response.body) return response
  let size = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length
      if (size > maxBytes) controller.error(new BodyTooLarge())
      else controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers })
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size)
  let filled = 0
  for (const chunk of chunks) {
    all.set(chunk, filled)
    filled += chunk.length
  }
  return all
}
