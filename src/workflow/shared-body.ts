/** Shares the bytes of an original between its digest and the reducer, so that the storage sends them once. */
import type { StreamDigest } from '../ports/digest.ts'

export interface SharedBody {
  /** Stream for the reducer, which sets the pace. A cancelled stream is read on for the digest alone. */
  body: ReadableStream<Uint8Array>
  /** Settles after the last byte. Rejects with the error of the original. */
  sha256: Promise<string>
}

export interface SharedBodyOptions {
  digest: StreamDigest
  /** Opens the original again, for a reducer that begins too late to share. */
  again(): Promise<ReadableStream<Uint8Array>>
  /** Longest time that the digest waits until the reducer begins, in milliseconds. Afterwards the digest reads alone. */
  patienceMs: number
}

/** Splits the original. Holds at most one chunk, even if a reader is slow. */
export function shareBody(
  original: ReadableStream<Uint8Array>,
  { digest, again, patienceMs }: SharedBodyOptions,
): SharedBody {
  const reading = readForDigest(original, digest)
  let late: Promise<ReadableStreamDefaultReader<Uint8Array>> | undefined
  let isAlone = false
  const readAlone = () => {
    isAlone = true
    reading.toEnd()
  }
  const timer = setTimeout(readAlone, patienceMs)
  const nextLate = async () => {
    late ??= again().then((stream) => stream.getReader())
    return (await late).read()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer)
        const { done, value } = await (isAlone ? nextLate() : reading.next())
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel(reason) {
        clearTimeout(timer)
        if (!isAlone) readAlone()
        await (await late)?.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, sha256: reading.sha256 }
}

type Step = ReadableStreamReadResult<Uint8Array>

/** Reads a stream step by step, and passes each chunk to the digest. */
function readForDigest(original: ReadableStream<Uint8Array>, digest: StreamDigest) {
  const source = original.getReader()
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const copy = writable.getWriter()
  copy.closed.catch(() => undefined)
  const sha256 = digest(readable)
  sha256.catch(() => undefined)
  let isOver = false

  async function next(): Promise<Step> {
    try {
      const step = await source.read()
      if (!step.done) await copy.write(step.value)
      else if (!isOver) {
        isOver = true
        await copy.close()
      }
      return step
    } catch (error) {
      await copy.abort(error).catch(() => undefined)
      throw error
    }
  }

  async function readAll(): Promise<void> {
    for (let step = await next(); !step.done; step = await next());
  }

  return {
    sha256,
    next,
    /** Reads the rest for the digest alone. The digest reports errors. */
    toEnd: () => void readAll().catch(() => undefined),
  }
}
