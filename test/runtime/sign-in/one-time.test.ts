import { describe, expect, it } from 'vitest'
import type { KeyValueStore } from '../../../src/ports/kv.ts'
import { createMemoryKeyValueStore } from '../../../src/providers/kv/memory.ts'
import { createClaim } from '../../../src/runtime/sign-in/one-time.ts'
import { createLogger } from '../../../src/runtime/telemetry/log.ts'

function processWith(kv: KeyValueStore) {
  const lines: string[] = []
  const log = createLogger({ level: 'info', write: (line) => lines.push(line) })
  return { claim: createClaim({ kv, log }), lines }
}

const broken: KeyValueStore = {
  get: (key) => Promise.reject(new Error(`cannot read ${key}`)),
  put: (key) => Promise.reject(new Error(`cannot write ${key}`)),
  delete: () => Promise.resolve(),
  claim: (key) => Promise.reject(new Error(`cannot claim ${key}`)),
}

describe('a claim', () => {
  it('grants a claim once to concurrent callers', async () => {
    const { claim } = processWith(createMemoryKeyValueStore())
    const answers = await Promise.all(Array.from({ length: 10 }, () => claim('x', 60)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await claim('y', 60)).toBe(true)
  })

  it('keeps a claim in all processes that share the store until it expires', async () => {
    const clock = { time: 0 }
    const kv = createMemoryKeyValueStore({ now: () => clock.time })
    const answers = await Promise.all([1, 2, 3].map(() => processWith(kv).claim('x', 60)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await processWith(kv).claim('x', 60)).toBe(false)
    clock.time = 60_000
    expect(await processWith(kv).claim('x', 60)).toBe(true)
  })

  it('grants a claim once per process when the store fails, without logging the claimed id', async () => {
    const { claim, lines } = processWith(broken)
    expect(await claim('canary', 60)).toBe(true)
    expect(await claim('canary', 60)).toBe(false)
    expect(lines).toHaveLength(1)
    expect(lines.join()).not.toContain('canary')
  })
})
