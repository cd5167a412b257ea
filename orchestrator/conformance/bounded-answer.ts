/** Limit on the answers of a subject: an orchestrator that never stops sending must not fill the memory of the suite. */

/** Gives the same answer with a body that fails, when read, beyond `maxBytes`. */
export function boundedAnswer(response: Response, maxBytes: number): Response {
  if (!response.body) return response
  let size = 0
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length
      if (size > maxBytes) controller.error(new Error(`the answer is larger than ${maxBytes} bytes`))
      else controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(counted), { status, statusText, headers })
}
