/** Metrics of the Node host only: its shared store, and requests that never reach the program. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { startNodeHost } from '../../src/node.ts'
import {
  baseDomain,
  type Fleet,
  https,
  markedConfig,
  sessionSecret,
  startFleet,
} from '../support/fixtures/fleet.ts'
import { nodeHost, patience } from '../support/fixtures/hosts.ts'
import { metricsToken, sampleOf, samples, scrape } from '../support/fixtures/prometheus-text.ts'
import { startRedisServer } from '../support/fixtures/redis-server.ts'

const alice = `alice.${baseDomain}`

function startWith(variables: Record<string, string>): Promise<Fleet> {
  // The long timeout keeps a busy machine from counting as a slow Redis.
  return startFleet(nodeHost, { METRICS_TOKEN: metricsToken, REDIS_TIMEOUT_MS: '5000', ...variables })
}

/** Returns the Redis metrics of the page. Series without samples are absent. */
async function redisOf(fleet: Fleet) {
  const page = await scrape(fleet)
  const failures = samples(page).filter(({ name }) => name === 'publisher_redis_failures_total')
  return {
    up: samples(page)
      .filter(({ name }) => name === 'publisher_redis_up')
      .map(({ value }) => value),
    ...Object.fromEntries(failures.map(({ labels, value }) => [labels.kind, value])),
  }
}

describe('the metrics of a shared Redis', () => {
  it('reports when Redis goes down and comes back', async () => {
    await using redis = await startRedisServer()
    await using fleet = await startWith({ REDIS_URL: redis.url })
    const none = { down: 0, slow: 0, refused: 0 }
    await vi.waitFor(async () => expect(await redisOf(fleet)).toEqual({ up: [1], ...none }), patience)
    await redis.kill()
    await vi.waitFor(
      async () => expect(await redisOf(fleet)).toMatchObject({ up: [0], refused: 0 }),
      patience,
    )
    expect(await redisOf(fleet)).toMatchObject({ down: expect.toSatisfy((times: number) => times > 0) })
    await redis.restart()
    await vi.waitFor(async () => expect(await redisOf(fleet)).toMatchObject({ up: [1] }), patience)
  }, 60_000)

  it('counts refused commands while Redis is up', async () => {
    await using redis = await startRedisServer(['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    await using fleet = await startWith({ REDIS_URL: redis.url })
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    await vi.waitFor(async () => expect(await redisOf(fleet)).toMatchObject({ up: [1] }), patience)
    expect((await fleet.host.request(alice, '/api/config/features', { headers: https })).status).toBe(200)
    // Two commands: the count of unknown hosts, and the configuration.
    await vi.waitFor(
      async () => expect(await redisOf(fleet)).toMatchObject({ up: [1], down: 0, refused: 2 }),
      patience,
    )
  }, 60_000)

  it('reports nothing about Redis when none is configured', async () => {
    await using fleet = await startWith({})
    expect(await redisOf(fleet)).toEqual({ up: [], down: 0, slow: 0, refused: 0 })
  })
})

describe('the metrics of the Node host', () => {
  it('counts requests that Node refuses before the program sees them', async () => {
    await using fleet = await startWith({})
    const socket = connect(fleet.host.port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nhost: ${alice}\r\nhost: bob.${baseDomain}\r\n\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /)
    const page = await scrape(fleet)
    expect(sampleOf(page, 'publisher_http_requests_total', { route: 'none', status: '400' })).toBe(1)
    expect(sampleOf(page, 'publisher_problems_total', { code: 'host_mismatch' })).toBe(1)
  })

  it('counts every kind of error outside of requests, starting at 0', async () => {
    const variables = {
      PORT: '0',
      METRICS_TOKEN: metricsToken,
      CONFIG_FILE: '/dev/null',
      WEB_SESSION_SECRET: sessionSecret,
    }
    const host = await startNodeHost({ variables, write: () => undefined })
    const counted = async () => {
      const page = await host.services.metrics.expose?.()
      return samples(page?.text ?? '')
        .filter(({ name }) => name === 'publisher_uncaught_errors_total')
        .map(({ labels, value }) => [labels.kind, value])
    }
    const kinds = ['exception', 'rejection', 'background', 'adapter']
    expect(await counted()).toEqual(kinds.map((kind) => [kind, 0]))
    for (const kind of [
      'uncaught exception',
      'unhandled rejection',
      'background work failed',
      'the adapter failed',
    ] as const) {
      host.faults.report(kind, new Error('a defect'))
    }
    expect(await counted()).toEqual(kinds.map((kind) => [kind, 1]))
    await host.close(0)
  })

  it('identifies each start, because two dynos may share a name', async () => {
    const processes = await Promise.all(
      [0, 1].map(async () => {
        await using fleet = await startWith({ DYNO: 'web.1' })
        return new Set(samples(await scrape(fleet)).map(({ labels }) => labels.process))
      }),
    )
    const names = processes.flatMap((all) => [...all])
    expect(names).toEqual([expect.stringMatching(/^web\.1:\w{8}$/), expect.stringMatching(/^web\.1:\w{8}$/)])
    expect(new Set(names).size).toBe(2)
  })
})
