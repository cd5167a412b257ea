import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedisInvalidations } from '../../../src/providers/kv/redis-invalidations.ts'

function listening() {
  const heard: string[] = []
  const changed: string[] = []
  const said: string[] = []
  const invalidations = createRedisInvalidations({
    publish: async () => true,
    say: async (message) => said.push(message),
    heard: (host) => heard.push(host),
    heardChange: (host) => changed.push(host),
  })
  return { heard, changed, said, ...invalidations }
}

describe('a message on the channel of invalidations', () => {
  it('invalidates a host when the message has the right shape', () => {
    const { heard, receive } = listening()
    receive('{"from":"another","host":"alice.shibari.test"}')
    expect(heard).toEqual(['alice.shibari.test'])
  })

  it('reports changed photos of a host, and invalidates no configuration for them', async () => {
    const [here, there] = [listening(), listening()]
    await here.announceChange('alice.shibari.test')
    for (const { receive } of [here, there]) here.said.forEach(receive)
    expect([here.changed, here.heard]).toEqual([[], []])
    expect([there.changed, there.heard]).toEqual([['alice.shibari.test'], []])
  })

  it('ignores a message that is longer than any valid message', () => {
    const { heard, receive } = listening()
    receive(JSON.stringify({ from: 'another', host: 'a', more: 'x'.repeat(10_000_000) }))
    receive(JSON.stringify({ from: 'another', host: 'a'.repeat(1000) }))
    expect(heard).toEqual([])
  })

  it('does nothing but invalidate hosts for a message of any content', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('{"from":1,"host":[]}')), (message) => {
        const { heard, receive } = listening()
        receive(message)
        for (const host of heard) expect(typeof host).toBe('string')
      }),
    )
  })
})
