/** Redis with a self-signed certificate, like Heroku's Redis, or like an attacker in between. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { examine } from '../../../src/node/doctor/examine.ts'
import type { KeyValueTools, RedisServerSettings } from '../../../src/ports/kv-driver.ts'
import { keyValueStores } from '../../../src/providers/kv-stores.ts'
import { baseDomain, https, markedConfig, startFleet } from '../../support/fixtures/fleet.ts'
import { nodeHost, patience } from '../../support/fixtures/hosts.ts'
import { type RedisServer, startRedisServer } from '../../support/fixtures/redis-server.ts'
import { cert, key } from '../../support/fixtures/test-certificate.ts'

let folder: string
let server: RedisServer
let url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-tls-'))
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key)
  const files = ['--tls-cert-file', join(folder, 'cert.pem'), '--tls-key-file', join(folder, 'key.pem')]
  server = await startRedisServer((port) => [
    ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...files,
  ])
  url = server.url.replace('redis:', 'rediss:')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const alice = `alice.${baseDomain}`

describe('a Redis with a self-signed certificate', () => {
  it('refuses a self-signed Redis by default, and keeps serving without Redis', async () => {
    await using fleet = await startFleet(nodeHost, { REDIS_URL: url })
    await vi.waitFor(() => expect(fleet.host.lines.join('\n')).toContain('redis down'), patience)
    expect(fleet.host.lines.join('\n')).toMatch(/self-signed certificate|SELF_SIGNED/)
    expect(fleet.host.lines.join('\n')).not.toContain('redis up')
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    const response = await fleet.host.request(alice, '/api/config/features', { headers: https })
    expect(response.status).toBe(200)
  })

  it('uses a self-signed Redis when the operator turns off verification', async () => {
    await using fleet = await startFleet(nodeHost, { REDIS_URL: url, REDIS_TLS_VERIFY: 'false' })
    await vi.waitFor(() => expect(fleet.host.lines.join('\n')).toContain('redis up'), patience)
  })

  it('names the variable for verification in the doctor’s report', async () => {
    const findings = await examine({
      host: alice,
      variables: {
        ORCHESTRATOR_BASE_URL: 'http://127.0.0.1:9',
        ORCHESTRATOR_SERVICE_TOKEN: 'token',
        ORCHESTRATOR_BASE_DOMAIN: baseDomain,
        WEB_SESSION_SECRET: 'test-session-secret-of-32-characters',
        FORCE_HTTPS: 'false',
        REDIS_URL: url,
      },
    })
    const redis = findings.find(({ id }) => id === 'redis')
    expect(redis).toMatchObject({
      outcome: 'failed',
      todo: expect.stringContaining('REDIS_TLS_VERIFY=false'),
    })
    expect(JSON.stringify(findings)).not.toContain('canary')
  })

  it.each([
    [undefined, true],
    ['true', true],
    ['false', false],
  ])('opens with REDIS_TLS_VERIFY=%s as verifyTls %s', (REDIS_TLS_VERIFY, verifyTls) => {
    const servers: RedisServerSettings[] = []
    const openRedis: KeyValueTools['openRedis'] = (server) => {
      servers.push(server)
      throw new Error('opened')
    }
    const open = () =>
      keyValueStores.redis.open({ now: Date.now, openRedis }, { REDIS_URL: url, REDIS_TLS_VERIFY })
    expect(open).toThrow('opened')
    expect(servers).toMatchObject([{ verifyTls }])
  })
})
