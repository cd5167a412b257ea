import { expect, it } from 'vitest'
import { createIndexCache } from '../../../src/runtime/tenancy/tenant-previews.ts'
import type { KnownPhoto } from '../../../src/workflow/previews/index-document.ts'

const known: KnownPhoto = { day: 1, facts: null, placeholder: null, sha256: null, words: null, files: [] }

it('keeps even an index that is larger than the cache', () => {
  const cache = createIndexCache()
  const photos = new Map(Array.from({ length: 50_000 }, (_, at) => [String(at), known]))
  cache.set('alice', { photos, sweptDay: 1, readAt: 1, triedAt: 1, isComplete: true })
  expect(cache.has('alice')).toBe(true)
})
