/**
 * A secret that cannot be printed: string conversion, JSON, `console.log` and object spread yield `[redacted]` or
 * nothing. Only {@link Secret.reveal} returns the value, and calls of it are easy to find in a review.
 */

const redacted = '[redacted]'
const inspect = Symbol.for('nodejs.util.inspect.custom')

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the plain value. Call it only where the vendor's protocol needs the value. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [Symbol.toPrimitive](): string {
    return redacted
  }

  [inspect](): string {
    return redacted
  }
}
