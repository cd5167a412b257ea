/** Texts of answers that follow from the configuration alone. */
import { LRUCache } from 'lru-cache'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'

/** Upper bound on different texts per route. Tenants with the same answer share its text. */
const maxTexts = 1000

/**
 * Creates a function that returns the answer for a tenant as JSON. It calls `answerOf` once per configuration version. Equal texts are
 * kept once, which saves memory, and keeps the text in the cache of the processor when many tenants are busy.
 */
export function createAnswerTexts(answerOf: (runtime: TenantRuntime) => unknown): (runtime: TenantRuntime) => string {
  const texts = new WeakMap<TenantRuntime, string>()
  const shared = new LRUCache<string, string>({ max: maxTexts })

  function make(runtime: TenantRuntime): string {
    const made = JSON.stringify(answerOf(runtime))
    const text = shared.get(made) ?? made
    shared.set(text, text)
    texts.set(runtime, text)
    return text
  }

  return (runtime) => texts.get(runtime) ?? make(runtime)
}
