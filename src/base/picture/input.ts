/**
 * Input for parsers that are written as generators. A parser yields `undefined` to ask for input, and its driver then
 * pushes the next chunk or ends the input. The same parser runs over a stream and over bytes in memory.
 */

/** A parser's step: a piece of output, or `undefined` to ask for the next chunk. */
export type Step = Uint8Array | undefined

/** A parser without output: every yield asks for more input. */
export type Reading<T> = Generator<undefined, T>

export interface Input {
  /** Adds the next chunk of the file. The input keeps a reference until the bytes are consumed. */
  push(chunk: Uint8Array): void
  /** Marks the end of the file. */
  end(): void
  /** Returns at least `count` bytes without consuming them; fewer only at the end of the file. */
  peek(count: number): Reading<Uint8Array>
  /** Consumes `count` bytes that {@link Input.peek} has returned. */
  consume(count: number): void
  /** Bytes consumed so far. */
  readonly position: number
}

const nothing = new Uint8Array(0)

/** Creates an empty input. Copies each byte at most a constant number of times, even for tiny chunks. */
export function createInput(): Input {
  let current: Uint8Array = nothing
  let pending: Uint8Array[] = []
  let available = 0
  let hasEnded = false
  let position = 0

  function gather(): void {
    if (pending.length === 0) return
    if (current.length === 0 && pending.length === 1) current = pending[0] ?? nothing
    else current = joined([current, ...pending], available)
    pending = []
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return
      pending.push(chunk)
      available += chunk.length
    },
    end() {
      hasEnded = true
    },
    *peek(count) {
      while (available < count && !hasEnded) yield
      if (current.length < count) gather()
      return current
    },
    consume(count) {
      current = current.subarray(count)
      available -= count
      position += count
    },
    get position() {
      return position
    },
  }
}

/** Skips `count` bytes without holding them. Returns false if the file ends first. */
export function* skip(input: Input, count: number): Reading<boolean> {
  let left = count
  while (left > 0) {
    const bytes = yield* input.peek(1)
    if (bytes.length === 0) return false
    const part = Math.min(left, bytes.length)
    input.consume(part)
    left -= part
  }
  return true
}

/** Runs a parser over bytes in memory. Returns its value and the pieces of its output. */
export function runOver<T>(
  bytes: Uint8Array,
  parser: (input: Input) => Generator<Step, T>,
): { value: T; output: Uint8Array[] } {
  const input = createInput()
  input.push(bytes)
  input.end()
  const running = parser(input)
  const output: Uint8Array[] = []
  for (;;) {
    const step = running.next()
    if (step.done) return { value: step.value, output }
    if (step.value) output.push(step.value)
  }
}

/** Concatenates the pieces. */
export function joined(
  pieces: readonly Uint8Array[],
  length = pieces.reduce((sum, { length }) => sum + length, 0),
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let filled = 0
  for (const piece of pieces) {
    whole.set(piece, filled)
    filled += piece.length
  }
  return whole
}
