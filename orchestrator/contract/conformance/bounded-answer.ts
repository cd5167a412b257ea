/** Limits the size of answers, so that an orchestrator that never stops sending cannot fill the suite's memory. */

/** Returns the same answer. Reading its body fails beyond `maxBytes`. */
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
