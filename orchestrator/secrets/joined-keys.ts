/** Joins sources of key-encryption keys, so that `rotate-keys` can move data keys between them. */
import { SecretsUnavailable } from '../contract/ports.ts'
import type { KeySource } from './key-source.ts'

/** Joins sources. The first wraps, all unwrap. */
export function joinKeys(first: KeySource, ...others: readonly KeySource[]): KeySource {
  const all = [first, ...others]
  return {
    currentKid: first.currentKid,
    kids: () => all.flatMap((source) => source.kids()),
    wrap: first.wrap,
    async unwrap(wrapped, context) {
      const source = all.find((candidate) => candidate.kids().includes(wrapped.kid))
      if (!source) throw new SecretsUnavailable(`The key-encryption key ${wrapped.kid} is not configured.`)
      return source.unwrap(wrapped, context)
    },
  }
}
