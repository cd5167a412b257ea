/** Texts of answers that follow from the configuration alone. */
import { LRUCache } from 'lru-cache'

/** Upper bound on different texts per route. Tenants with the same answer share its text. */
const maxTexts = 1000

/**
 * Creates a function that returns the answer for a tenant's runtime as JSON. It calls `answerOf` once per runtime, which belongs to one
 * configuration version. Equal texts are kept once: that saves memory, and fewer bytes are in use while many tenants are busy.
 */
export function createAnswerTexts<R extends object>(
  answerOf: (runtime: R) => unknown,
): (runtime: R) => string {
  const texts = new WeakMap<R, string>()
  const shared = new LRUCache<string, string>({ max: maxTexts })

  function make(runtime: R): string {
    const made = JSON.stringify(answerOf(runtime))
    const text = shared.get(made) ?? made
    shared.set(text, text)
    texts.set(runtime, text)
    return text
  }

  return (runtime) => texts.get(runtime) ?? make(runtime)
}
