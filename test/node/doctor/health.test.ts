import { Resolver } from 'node:dns/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { createExamination, type Finding, solid } from '../../../src/node/doctor/examination.ts'
import { createRedaction } from '../../../src/node/doctor/redaction.ts'
import { startNameServer } from '../../support/fakes/name-server.ts'
import { openSlowLine } from '../../support/fakes/slow-connection.ts'
import { healthy, outcomesOf, roundOf } from '../../support/fixtures/doctor-faults.ts'
import { onS3, openPractice, type Practice } from '../../support/fixtures/doctor-tenant.ts'
import { everythingIn } from '../../support/fixtures/redis-client.ts'
import { startRedisServer } from '../../support/fixtures/redis-server.ts'
import { startS3rver } from '../../support/fixtures/s3-servers.ts'

let practice: Practice
beforeEach(async () => {
  practice = await openPractice()
})
afterEach(() => practice.close())

describe('the doctor’s examination of a healthy tenant', () => {
  it('passes every check without publishing, mailing or leaving anything', async () => {
    expect(outcomesOf(await roundOf(practice))).toEqual(healthy)
    expect(practice.telegram.posts).toEqual([])
    expect(practice.mail.mails).toEqual([])
    expect(practice.openai.calls).toEqual([])
    const written = practice.dropbox.calls.filter(({ route }) => route === 'files/upload')
    const deleted = practice.dropbox.calls.filter(({ route }) => route === 'files/delete_v2')
    expect(written.flatMap(({ paths }) => paths).every((path) => path.includes('/.publisher/doctor/'))).toBe(
      true,
    )
    expect(deleted.flatMap(({ paths }) => paths)).toEqual([written[0]?.paths[0]])
  })

  it('passes with photos on S3', async () => {
    onS3(practice)
    expect(outcomesOf(await roundOf(practice))).toEqual({
      ...healthy,
      'storage.list': 'warning',
      'storage.link': 'skipped',
    })
  })

  it('fails the write check on an S3 server without atomic creation', async () => {
    const server = await startS3rver()
    try {
      onS3(practice, {
        endpoint_url: server.endpoint,
        access_key_id: server.accessKeyId,
        secret_access_key: server.secretAccessKey,
      })
      const findings = await roundOf(practice)
      const record = findings.find(({ id }) => id === 'storage.records')
      expect(record?.outcome).toBe('failed')
      expect(record?.said).toMatch(/cannot create a file atomically.*ignores conditional writes/)
    } finally {
      await server.close()
    }
  })

  it.each([0, 50])('passes with a Redis latency of %i ms', async (lagMs) => {
    await using redis = await startRedisServer()
    await using line = await openSlowLine(redis.url, lagMs)
    practice.variables.REDIS_URL = line.url
    const findings = await roundOf(practice)
    expect(findings.find(({ id }) => id === 'redis')).toMatchObject({
      outcome: 'ok',
      said: expect.stringMatching(/^one process reads what another writes; [\d.]+ MB used, without a limit$/),
    })
    expect(await everythingIn(redis)).not.toContain('doctor')
  })

  it.each([
    ['volatile-lru', 'ok', /of 100.0 MB used, volatile-lru$/],
    ['noeviction', 'warning', /once full, it refuses new values$/],
  ])('reports Redis with the eviction policy %s as %s', async (policy, outcome, says) => {
    await using redis = await startRedisServer(['--maxmemory', '100000000', '--maxmemory-policy', policy])
    practice.variables.REDIS_URL = redis.url
    const findings = await roundOf(practice)
    expect(findings.find(({ id }) => id === 'redis')).toMatchObject({
      outcome,
      said: expect.stringMatching(says),
    })
  })

  it('fails the Redis check when Redis is full', async () => {
    await using redis = await startRedisServer(['--maxmemory', '1', '--maxmemory-policy', 'noeviction'])
    practice.variables.REDIS_URL = redis.url
    const findings = await roundOf(practice)
    expect(findings.find(({ id }) => id === 'redis')).toMatchObject({
      outcome: 'failed',
      said: expect.stringMatching(/answers, but keeps no values/),
    })
  })

  it('queries real name servers', async () => {
    const server = await startNameServer({
      'photos.example': { a: '127.0.0.1' },
      'app.example': { a: '127.0.0.1' },
    })
    const names = new Resolver({ timeout: 2000, tries: 2 })
    names.setServers([server.address])
    Object.assign(practice.options, { names })
    const findings = await roundOf(practice)
    server.close()
    expect(outcomesOf(findings)).toEqual({ ...healthy, dns: 'warning' })
    expect(findings.find(({ id }) => id === 'dns')?.said).toBe(
      'photos.example leads to 127.0.0.1; there is no wildcard *.example, so every tenant needs a record',
    )
  })

  it('skips the checks of a deployment in development', async () => {
    practice.variables.FORCE_HTTPS = 'false'
    expect(outcomesOf(await roundOf(practice))).toEqual({
      ...healthy,
      ...{ dns: 'skipped', 'dns.callback': 'skipped', certificate: 'skipped', site: 'skipped' },
    })
  })
})

describe('the doctor’s redaction', () => {
  it('removes resolved secrets, references and mail addresses, and nothing else', () => {
    const redaction = createRedaction()
    redaction.addSecrets({ provider: 'telegram', nested: [{ bot_token: new Secret('1001:canary') }] })
    redaction.addSecrets([new Secret('1001:canary-longer')])
    redaction.add('alice-telegram')
    redaction.add('dropbox')
    expect(
      redaction.clean(
        'bot1001:canary-longer, 1001:canary and alice-telegram of “a.b@mail.example.org”: dropbox; @photos_bot may post.',
      ),
    ).toBe('bot[redacted], [redacted] and [redacted] of “[address]”: dropbox; @photos_bot may post.')
  })
})

describe('an examination of the doctor', () => {
  it('continues after a check that never ends and after a check that throws', async () => {
    const heard: Finding[] = []
    const { check } = createExamination({
      limitMs: 20,
      redact: (text) => text,
      onFinding: (finding) => heard.push(finding),
    })
    const endless = await check(
      { id: 'a', title: 'Endless' },
      solid,
      () => new Promise<never>(() => undefined),
    )
    await check({ id: 'b', title: 'Broken' }, solid, async () => {
      throw new TypeError('odd', { cause: new Error('very odd') })
    })
    await check({ id: 'c', title: 'Above' }, endless, async () => ({ value: 1, said: 'never' }))
    await check({ id: 'd', title: 'Sound' }, solid, async () => ({ value: 1, said: 'fine' }))
    expect(heard.map(({ outcome, said }) => `${outcome}: ${said}`)).toEqual([
      'failed: no answer within 0.02 s',
      'failed: odd (very odd)',
      'skipped: not checked, since “Endless” did not pass',
      'ok: fine',
    ])
  })
})
