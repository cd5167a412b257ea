/** S3 as a vendor of connections, against Cloudflare's R2 on this machine and a server with scripted faults. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type R2Server, startR2 } from '../../../dev/emulators/r2.ts'
import type { Connected } from '../../../orchestrator/connections/vendor.ts'
import { createS3 } from '../../../orchestrator/connections/vendors/s3.ts'
import { describeVendor, noisyWordsWith, refusal } from '../../support/contracts/vendor.ts'
import {
  always,
  answering,
  canaries,
  type Fault,
  onCall,
  refusal as refusalOf,
  refusingConditions,
  startScriptedS3,
} from '../../support/fakes/scripted-s3.ts'
import { putObject, startS3rver } from '../../support/fixtures/s3-servers.ts'
import { vendorTools } from '../../support/fixtures/vendor-tools.ts'

const vendor = createS3(vendorTools())

const valuesOf = (endpoint: string) => ({
  endpoint_url: endpoint,
  bucket: 'photos',
  region: 'auto',
  access_key_id: canaries.accessKeyId,
  secret_access_key: canaries.secretAccessKey,
})

const valuesOfServer = (server: Omit<R2Server, 'close'>) => ({
  endpoint_url: server.endpoint,
  bucket: server.bucket,
  access_key_id: server.accessKeyId,
  secret_access_key: server.secretAccessKey,
})

async function accept(values: unknown): Promise<Connected> {
  if (!vendor.pasted) throw new Error('The vendor takes no values.')
  return vendor.pasted.accept(vendor.pasted.values.parse(values))
}

describeVendor('S3', { way: 'pasted' }, async () => {
  const { endpoint, script, heal } = await startScriptedS3()
  const unknownKey = refusalOf(403, 'InvalidAccessKeyId')
  script(({ accessKeyId }) => (accessKeyId === canaries.accessKeyId ? undefined : unknownKey))
  const inject = (fault: Fault) => () => {
    script(always(fault))
    return heal
  }
  const noisy = `<Error><Code>InvalidRequest</Code><Message>${noisyWordsWith(canaries.secretAccessKey)}</Message></Error>`
  return {
    vendor,
    account: `photos (${new URL(endpoint).host})`,
    pasted: { good: valuesOf(endpoint), bad: { ...valuesOf(endpoint), access_key_id: 'unknown' } },
    revokeAtVendor: () => script(always(unknownKey)),
    troubles: {
      held: inject({ kind: 'silence' }),
      error: inject({ kind: 'answer', status: 500, body: 'Internal Server Error' }),
      reset: inject({ kind: 'reset' }),
      noisy: inject({ kind: 'answer', status: 400, body: noisy }),
    },
    close: async () => undefined,
  }
})

describe('a real S3 server', () => {
  let server: R2Server
  beforeAll(async () => {
    server = await startR2()
  })
  afterAll(() => server.close())

  const wrong = async (change: object) => refusal(accept({ ...valuesOfServer(server), ...change }))

  it('accepts keys that may write, and leaves no probe behind', async () => {
    const connected = await accept(valuesOfServer(server))
    expect(connected).toEqual({
      credentials: { provider: 's3', region: 'auto', ...valuesOfServer(server) },
      account: `photos (${new URL(server.endpoint).host})`,
      accountId: expect.stringMatching(/\/photos$/),
      expiresAt: null,
      settings: {},
    })
    expect(await vendor.folders?.(connected.credentials, '.publisher/claimants')).toEqual([])
    expect(await vendor.folders?.(connected.credentials, '')).toEqual([])
  })

  it('refuses a wrong secret, a wrong key and a wrong bucket, each in words', async () => {
    expect(await wrong({ secret_access_key: 'canary-wrong' })).toMatchObject({
      reason: 'invalid',
      code: 'SignatureDoesNotMatch',
    })
    expect((await wrong({ access_key_id: 'unknown' })).reason).toBe('invalid')
    expect((await wrong({ bucket: 'another' })).reason).toBe('unsuitable')
  })

  it('refuses as revoked when the stored keys do not work any more', async () => {
    const { credentials } = await accept(valuesOfServer(server))
    const replaced = { ...credentials, secret_access_key: 'canary-replaced' }
    expect((await refusal(vendor.check(replaced, null))).reason).toBe('revoked')
  })

  it('lists folders by their names below a path', async () => {
    const { credentials } = await accept(valuesOfServer(server))
    for (const key of [
      'Photos/a b+c/1.jpg',
      'Photos/a b+c/2.jpg',
      'Photos/Ä/1.jpg',
      'Photos/1.jpg',
      'Other/1.jpg',
    ])
      await putObject(server, key, new Uint8Array(1))
    expect(await vendor.folders?.(credentials, '')).toEqual([
      { name: 'Other', path: 'Other' },
      { name: 'Photos', path: 'Photos' },
    ])
    const below = [
      { name: 'Ä', path: 'Photos/Ä' },
      { name: 'a b+c', path: 'Photos/a b+c' },
    ]
    expect(await vendor.folders?.(credentials, '/Photos/')).toEqual(below)
    expect(await vendor.folders?.(credentials, 'gone')).toEqual([])
  })
})

describe('the trial of pasted keys', () => {
  const acceptAt = (endpoint: string) => accept(valuesOf(endpoint))

  it('tells that photos cannot be published when the storage has no conditional writes', async () => {
    const s3rver = await startS3rver()
    const { hint } = await accept(valuesOfServer(s3rver)).finally(s3rver.close)
    expect(hint).toContain('conditional writes')
  })

  it.each([
    [501, 'NotImplemented'],
    [400, 'InvalidArgument'],
  ])('tells the same when the storage refuses conditional writes (%i)', async (status, code) => {
    const { endpoint, script, calls } = await startScriptedS3()
    script(refusingConditions(status, code))
    expect((await acceptAt(endpoint)).hint).toContain('conditional writes')
    expect(calls.at(-1)?.operation).toBe('delete')
  })

  it.each<['list' | 'put' | 'delete']>([['list'], ['put'], ['delete']])(
    'refuses keys that lack the permission to %s',
    async (operation) => {
      const { endpoint, script } = await startScriptedS3()
      script(onCall(operation, refusalOf(403, 'AccessDenied')))
      const refused = await refusal(acceptAt(endpoint))
      expect(refused).toMatchObject({ reason: 'missing_permission', code: 'AccessDenied' })
    },
  )

  it('deletes the probe when the second write gets no answer', async () => {
    const { endpoint, script, calls } = await startScriptedS3()
    script(onCall('put', { kind: 'reset' }, { nth: 2 }))
    expect((await refusal(acceptAt(endpoint))).reason).toBe('unavailable')
    expect(calls.map(({ operation }) => operation)).toEqual(['list', 'put', 'put', 'delete'])
    expect(calls.at(-1)?.key).toMatch(/^\.publisher\/claimants\/probe\.[\da-f-]{36}$/)
  })

  it.each<[string, Fault, string]>([
    ['rate_limited', refusalOf(503, 'SlowDown'), 'SlowDown'],
    ['unavailable', refusalOf(403, 'RequestTimeTooSkewed'), 'RequestTimeTooSkewed'],
    ['unavailable', refusalOf(503, 'ServiceUnavailable'), 'ServiceUnavailable'],
    ['unsuitable', refusalOf(404, 'NoSuchBucket'), 'NoSuchBucket'],
    ['bad_address', answering('<!doctype html><p>Hello'), ''],
    ['bad_address', { kind: 'answer', status: 404, body: 'Not Found' }, ''],
    ['bad_address', { kind: 'answer', status: 302, headers: { location: 'http://169.254.169.254/' } }, ''],
    ['invalid', { kind: 'answer', status: 403, body: '' }, ''],
  ])('refuses as %s when the server answers so (case %#)', async (reason, fault, code) => {
    const { endpoint, script, calls } = await startScriptedS3()
    script(always(fault))
    expect(await refusal(acceptAt(endpoint))).toMatchObject({ reason, code })
    expect(calls).toHaveLength(1)
  })

  it('names the right region when the server tells it', async () => {
    const { endpoint, script } = await startScriptedS3()
    const body = '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-central-1</Region></Error>'
    script(always({ kind: 'answer', status: 400, body }))
    const refused = await refusal(acceptAt(endpoint))
    expect(refused).toMatchObject({
      reason: 'unsuitable',
      message: 'The bucket is in the region eu-central-1.',
    })
  })

  it('refuses as unavailable when no server listens at the address', async () => {
    // Port 1 of this machine has no server.
    expect((await refusal(acceptAt('http://127.0.0.1:1'))).reason).toBe('unavailable')
  })
})

describe('stored keys', () => {
  it.each([
    { provider: 's3' },
    { provider: 's3', ...valuesOf('no address') },
    { provider: 's3', ...valuesOf('https://s3.example.com'), secret_access_key: 1 },
  ])(
    'asks to connect again when an operator has imported keys that cannot work (case %#)',
    async (stored) => {
      expect((await refusal(vendor.check(stored, null))).reason).toBe('revoked')
    },
  )
})

describe('addresses of tenants', () => {
  const guarded = createS3(vendorTools({ allowPrivate: false }))

  it.each([
    'http://s3.example.com',
    'https://127.0.0.1:9000',
    'https://169.254.169.254',
    'https://[::1]:9000',
    'https://localhost',
    'https://minio',
    'https://user:pass@s3.example.com',
    'https://metadata.google.internal',
  ])('refuses %s as a bad address, in the trial, the check and the folders', async (endpoint) => {
    const values = valuesOf(endpoint)
    const refusals = [
      guarded.pasted?.accept(guarded.pasted.values.parse(values)),
      guarded.check({ provider: 's3', ...values }, null),
      guarded.folders?.({ provider: 's3', ...values }, ''),
    ]
    const reasons = refusals.map(async (refused) => (await refusal(refused ?? Promise.resolve())).reason)
    expect(await Promise.all(reasons)).toEqual(['bad_address', 'bad_address', 'bad_address'])
  })

  it.each([
    { endpoint_url: 'ftp://s3.example.com' },
    { endpoint_url: 'no address' },
    { endpoint_url: `https://s3.example.com/${'x'.repeat(600)}` },
    { bucket: '..' },
    { bucket: 'a/../../b' },
    { bucket: '' },
    { region: 'eu central' },
    { secret_access_key: 'x'.repeat(1100) },
    { session_token: 'x' },
  ])('refuses values out of bounds before any call: %j', (change) => {
    const values = { ...valuesOf('https://s3.example.com'), ...change }
    expect(guarded.pasted?.values.safeParse(values).success).toBe(false)
  })

  it('stays in the bucket when the path of a folder points elsewhere', async () => {
    const { endpoint, calls } = await startScriptedS3()
    const { credentials } = await accept(valuesOf(endpoint))
    await vendor.folders?.(credentials, '../../other?list-type=1&x=')
    expect(calls.at(-1)?.query.get('prefix')).toBe('../../other?list-type=1&x=/')
    expect(calls.at(-1)?.key).toBe('')
  })

  it('bounds the pages of an endless listing', async () => {
    const { endpoint, script, calls } = await startScriptedS3()
    const { credentials } = await accept(valuesOf(endpoint))
    const before = calls.length
    const endless = '<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>'
    script(always(answering(`<ListBucketResult>${endless}</ListBucketResult>`)))
    expect(await vendor.folders?.(credentials, '')).toEqual([])
    expect(calls.length - before).toBe(5)
  })
})
