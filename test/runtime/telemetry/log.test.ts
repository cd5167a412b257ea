import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import { createLogger, describeError, pathForLog } from '../../../src/runtime/telemetry/log.ts'

function capture(level: 'debug' | 'info' = 'info') {
  const lines: string[] = []
  return { lines, log: createLogger({ level, write: (line) => lines.push(line), now: () => 0 }) }
}

describe('the logger', () => {
  it('writes one JSON object with time, level and message first', () => {
    const { lines, log } = capture()
    log.with({ tenant: 'alice' }).info('hello\nworld', { status: 200 })
    expect(lines).toEqual([
      '{"time":"1970-01-01T00:00:00.000Z","level":"info","msg":"hello\\nworld","tenant":"alice","status":200}',
    ])
  })

  it('skips a line below the level', () => {
    const { lines, log } = capture()
    log.debug('whisper')
    expect(lines).toEqual([])
  })

  it.each([
    ['a bearer token', 'authorization: Bearer canary-token'],
    ['a JWT', 'got eyJhbGciOiJIUzI1NiJ9.canaryeyJzdWIi.canarysignature'],
    ['a JWT behind another word', 'token-eyJhbGciOiJIUzI1NiJ9.canarycanary.canary'],
    ['a JWT behind a part that looks like one', 'eyJhb.x.eyJhbGciOiJIUzI1NiJ9.canarycanary'],
    ['a bot token in a URL', 'https://api.telegram.org/bot12345678:canary_AAAAAAAAAAAAAAAAAAAA/sendPhoto'],
    ['a presigned URL', 'https://s3/x?X-Amz-Credential=canary&X-Amz-Signature=canary'],
    ['an OpenAI key', 'Incorrect API key: sk-canaryAAAAAAAAAAAAAAAAAA'],
    ['user info in a URL', 'https://canary:canary@example.test/'],
    ['a refresh token', 'refresh_token=canary'],
  ])('redacts %s that a vendor quoted', (_title, message) => {
    const { lines, log } = capture()
    log.warn('vendor failed', { error: describeError(new Error(message)) })
    expect(lines.join()).toContain('[redacted]')
    expect(lines.join()).not.toContain('canary')
  })

  it('cuts a line with long values', () => {
    const { lines, log } = capture()
    const long = 'x'.repeat(100_000)
    log.info('request', { path: pathForLog(`/${long}`) })
    log.warn('refused', {
      error: describeError(new Error(long, { cause: Object.assign(new Error(long), { code: long }) })),
    })
    log.warn('forgotten', { request_id: 'r', text: long, list: Array.from({ length: 1000 }, () => long) })
    log.warn('wide', Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, 'x'])))
    expect(lines.map(({ length }) => length).every((length) => length <= 16_384)).toBe(true)
    expect(lines[0]?.length).toBeLessThan(1200)
    const [, , forgotten, wide] = lines.map((line) => JSON.parse(line))
    expect(forgotten).toMatchObject({ msg: 'forgotten', request_id: 'r', cut: true })
    expect(wide).toEqual({ time: expect.any(String), level: 'warn', msg: 'wide', cut: true })
  })

  it('describes an error by its chain of causes, without stack or properties', () => {
    const cause = Object.assign(new Error('connect refused'), {
      code: 'ECONNREFUSED',
      request: { token: 'canary' },
    })
    expect(describeError(new PublisherError('storage_unavailable', 'No answer.', { cause }))).toEqual({
      name: 'PublisherError',
      code: 'storage_unavailable',
      message: 'No answer.',
      cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect refused' },
    })
  })
})

describe('a secret', () => {
  const secret = new Secret('canary')

  it.each([
    ['a template', () => `${secret}`],
    ['concatenation', () => `token ${String(secret)}`],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspection', () => inspect({ secret }, { depth: null, showHidden: true })],
    ['spread', () => JSON.stringify({ ...secret })],
    ['an error cause', () => inspect(new Error('x', { cause: secret }))],
    ['its keys', () => Reflect.ownKeys(secret).map(String).join()],
  ])('hides a secret in %s', (_title, print) => {
    expect(print()).not.toContain('canary')
  })

  it('reveals a secret on request', () => {
    expect(secret.reveal()).toBe('canary')
  })
})
