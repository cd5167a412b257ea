import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOfPeer } from '../../../src/runtime/limits/client-address.ts'
import { createRequestLimits } from '../../../src/runtime/limits/request-limits.ts'
import { inRedis, openRedis, prefix } from '../../support/fixtures/redis-client.ts'
import { type RedisServer, startRedisServer } from '../../support/fixtures/redis-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const here = clientOfPeer(() => undefined, '192.0.2.1')

describe('the rate counter in Redis', () => {
  it('allows as many concurrent requests to two processes as to a single process', async () => {
    using first = openRedis(server)
    using second = openRedis(server)
    await Promise.all([first.reached('up'), second.reached('up')])
    const processes = [first, second].map(({ counter }) => createRequestLimits({ counter, now: Date.now }))
    const asked = processes.flatMap((limits) => Array.from({ length: 290 }, () => limits.signIn(here)))
    const allowed = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled')
    // The allowance grows by a request per second, and each process alone would have allowed 290.
    expect(allowed.length).toBeGreaterThanOrEqual(300)
    expect(allowed.length).toBeLessThan(400)
  })

  it('reports when to retry, and lets its keys expire', async () => {
    using redis = openRedis(server)
    await redis.reached('up')
    const rate = { limit: 2, windowSeconds: 600 }
    expect(await redis.counter.take('rate:test:a', rate)).toEqual({ allowed: true, remaining: 1 })
    expect(await redis.counter.take('rate:test:a', rate)).toEqual({ allowed: true, remaining: 0 })
    const refused = await redis.counter.take('rate:test:a', rate)
    expect(refused).toEqual({ allowed: false, retryAfterMs: expect.any(Number) })
    expect(await redis.counter.take('rate:test:b', rate)).toEqual({ allowed: true, remaining: 1 })
    const lives = await inRedis(server, (client) => client.pTTL(`${prefix}rate:test:a`))
    expect(lives).toBeGreaterThan(0)
    expect(lives).toBeLessThanOrEqual(600_000)
  })

  it('takes all of several requests or none of them', async () => {
    using redis = openRedis(server)
    await redis.reached('up')
    const rate = { limit: 3, windowSeconds: 600 }
    expect(await redis.counter.take('rate:test:c', rate, 2)).toEqual({ allowed: true, remaining: 1 })
    expect(await redis.counter.take('rate:test:c', rate, 2)).toMatchObject({ allowed: false })
    expect(await redis.counter.take('rate:test:c', rate)).toEqual({ allowed: true, remaining: 0 })
    expect(await redis.counter.take('rate:test:d', rate, 9)).toEqual({ allowed: true, remaining: 0 })
  })

  it('locks a client out for at most a window when its key holds an absurd value', async () => {
    using redis = openRedis(server)
    await redis.reached('up')
    await inRedis(server, (client) => client.set(`${prefix}rate:test:locked`, '9e300'))
    const refused = await redis.counter.take('rate:test:locked', { limit: 60, windowSeconds: 60 })
    expect(refused).toEqual({ allowed: false, retryAfterMs: 1000 })
  })
})

describe('a claim in Redis', () => {
  it('grants a claim to exactly one of several concurrent processes until it expires', async () => {
    using first = openRedis(server)
    using second = openRedis(server)
    await Promise.all([first.reached('up'), second.reached('up')])
    for (let round = 0; round < 20; round++) {
      const asked = [first, second, first, second].map(({ kv }) =>
        kv.claim(`used:${round}`, { ttlSeconds: 300 }),
      )
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1)
    }
    const lives = await inRedis(server, (client) => client.pTTL(`${prefix}used:0`))
    expect(lives).toBeGreaterThan(0)
    expect(lives).toBeLessThanOrEqual(300_000)
  })

  it('grants a claim once per process while Redis is away', async () => {
    await using own = await startRedisServer()
    await own.kill()
    using first = openRedis(own)
    using second = openRedis(own)
    const asked = [first, first, second].map(({ kv }) => kv.claim('used:x', { ttlSeconds: 300 }))
    expect(await Promise.all(asked)).toEqual([true, false, true])
  })
})

describe('the invalidations through Redis', () => {
  it('delivers an invalidation to every other process of the fleet, and to no other fleet', async () => {
    using first = openRedis(server)
    using second = openRedis(server)
    const heard: string[] = []
    const come = Promise.withResolvers<void>()
    first.invalidations.listen({ invalidated: (host) => heard.push(`first ${host}`), ...silent })
    second.invalidations.listen({
      invalidated(host) {
        heard.push(`second ${host}`)
        come.resolve()
      },
      ...silent,
    })
    await Promise.all([first.reached('up'), second.reached('up')])
    await inRedis(server, async (client) => {
      await client.publish('publisher:other.test:invalidations', '{"from":"x","host":"bob.other.test"}')
      await client.publish(`${prefix}invalidations`, 'nonsense')
    })
    expect(await first.invalidations.announce('alice.shibari.test')).toBe(true)
    await come.promise
    expect(heard).toEqual(['second alice.shibari.test'])
  })

  it('delivers queued invalidations once Redis is back', async () => {
    await using own = await startRedisServer()
    using first = openRedis(own, 100)
    using second = openRedis(own)
    const come = Promise.withResolvers<void>()
    second.invalidations.listen({
      invalidated: (host) => host === 'alice.shibari.test' && come.resolve(),
      ...silent,
    })
    await Promise.all([first.reached('up'), second.reached('up')])
    own.hang()
    expect(await first.invalidations.announce('bob.shibari.test')).toBe(false)
    // Commands are paused now, so this invalidation does not even reach a socket.
    expect(await first.invalidations.announce('alice.shibari.test')).toBe(false)
    own.goOn()
    await come.promise
  })

  it('delivers an invalidation later when Redis could not delete the configuration', async () => {
    await using own = await startRedisServer()
    using first = openRedis(own)
    using second = openRedis(own)
    const come = Promise.withResolvers<void>()
    second.invalidations.listen({ invalidated: () => come.resolve(), ...silent })
    await Promise.all([first.reached('up'), second.reached('up')])
    await first.kv.put('config:alice.shibari.test', 'old', { ttlSeconds: 600 })
    // Like a replica or a server that cannot save: refuses writes and accepts other commands.
    await inRedis(own, (client) => client.sendCommand(['ACL', 'SETUSER', 'default', '-del']))
    await first.kv.delete('config:alice.shibari.test')
    expect(await first.invalidations.announce('alice.shibari.test')).toBe(false)
    await inRedis(own, (client) => client.sendCommand(['ACL', 'SETUSER', 'default', '+del']))
    await come.promise
    expect(await inRedis(own, (client) => client.get(`${prefix}config:alice.shibari.test`))).toBeNull()
  })

  it('tells its listener when messages may have been missed', async () => {
    await using own = await startRedisServer()
    using redis = openRedis(own)
    const told: string[] = []
    redis.invalidations.listen({
      invalidated: () => undefined,
      photosChanged: () => undefined,
      lost: () => told.push('lost'),
      restored: () => told.push('restored'),
    })
    await redis.reached('up')
    await own.restart()
    await redis.reached('up', 2)
    expect(told).toEqual(['lost', 'restored', 'lost', 'restored'])
  })
})

describe('a process without Redis', () => {
  it('keeps its own values, and counts rates on its own', async () => {
    await using own = await startRedisServer()
    await own.kill()
    using redis = openRedis(own)
    await redis.kv.put('key', 'value', { ttlSeconds: 60 })
    expect(await redis.kv.get('key')).toBe('value')
    await redis.kv.delete('key')
    expect(await redis.kv.get('key')).toBeNull()
    expect(await redis.counter.take('rate:x', { limit: 1, windowSeconds: 1 })).toBeNull()
    const limits = createRequestLimits({ counter: redis.counter, now: () => 0 })
    for (let turn = 0; turn < 300; turn++) await limits.signIn(here)
    await expect(limits.signIn(here)).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('reports the outage once for many failed commands, and uses Redis again when it is back', async () => {
    await using own = await startRedisServer()
    using redis = openRedis(own)
    await redis.reached('up')
    await own.kill()
    for (let turn = 0; turn < 500; turn++) await redis.kv.get('key')
    await redis.reached('down')
    expect(redis.states).toEqual(['up', 'down'])
    await own.restart()
    await redis.reached('up', 2)
    await redis.kv.put('key', 'value', { ttlSeconds: 60 })
    expect(await inRedis(own, (client) => client.get(`${prefix}key`))).toBe('value')
  })

  it('pauses all commands after a timeout, so that nothing queues up while Redis hangs', async () => {
    await using own = await startRedisServer()
    using redis = openRedis(own, 100)
    await redis.reached('up')
    own.hang()
    const keys = Array.from({ length: 5000 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => redis.kv.put(key, 'value', { ttlSeconds: 60 })))
    await redis.reached('slow')
    expect(await redis.kv.get('key-0')).toBe('value')
    expect(await redis.kv.get('key-4999')).toBe('value')
    await redis.reached('down')
    own.goOn()
    await redis.reached('up', 2)
    expect(await redis.kv.get('unknown')).toBeNull()
  })

  it('reports the reason while Redis is unreachable, and recovers', async () => {
    await using own = await startRedisServer()
    await own.kill()
    using redis = openRedis(own)
    await expect(redis.ready(10_000)).rejects.toMatchObject({
      name: 'RedisAway',
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }),
    })
    await own.restart()
    await redis.reached('up')
    await redis.ready(10_000)
    expect(await redis.memory()).toMatchObject({ limitBytes: 0, policy: 'noeviction' })
  })

  it('does not report a refusal when too many commands are unanswered', async () => {
    using redis = openRedis(server)
    await redis.reached('up')
    const keys = Array.from({ length: 5000 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => redis.kv.put(key, 'value', { ttlSeconds: 60 })))
    expect(redis.refusals).toEqual([])
    expect(new Set(redis.failures)).toEqual(new Set(['slow']))
    expect(await redis.kv.get('key-0')).toBe('value')
  })

  it('reports a full Redis once, and keeps refused values itself', async () => {
    await using own = await startRedisServer(['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    using redis = openRedis(own)
    await redis.reached('up')
    for (let turn = 0; turn < 10; turn++) await redis.kv.put('key', 'value', { ttlSeconds: 60 })
    expect(redis.refusals).toHaveLength(1)
    expect(redis.failures).toHaveLength(10)
    expect(new Set(redis.failures)).toEqual(new Set(['refused']))
    expect(redis.states).toEqual(['up'])
  })
})

const silent = { photosChanged: () => undefined, lost: () => undefined, restored: () => undefined }
