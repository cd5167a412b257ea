import { describe, expect, it } from 'vitest'
import { createMemoryKeyValueStore } from '../../../src/providers/kv/memory.ts'
import { describeKeyValueStore } from '../../support/contracts/key-value-store.ts'

describeKeyValueStore('the memory store', async (now) => ({
  store: createMemoryKeyValueStore({ now }),
  close: async () => undefined,
}))

describe('the memory store', () => {
  it('evicts the least recently used entries beyond its size', async () => {
    const store = createMemoryKeyValueStore({ maxCharacters: 1000 })
    for (let index = 0; index < 100; index++)
      await store.put(`key-${index}`, 'x'.repeat(36), { ttlSeconds: 60 })
    expect(await store.get('key-0')).toBeNull()
    expect(await store.get('key-99')).not.toBeNull()
  })
})
