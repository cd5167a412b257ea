/**
 * A secret that cannot be printed: string conversion, JSON, `console.log` and object spread all give `[redacted]`
 * or nothing. The value comes out only by {@link Secret.reveal}, which is easy to find in a review.
 */

const redacted = '[redacted]'
const inspect = Symbol.for('nodejs.util.inspect.custom')

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The plain value. Call it where the vendor's protocol needs it, and nowhere else. */
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
