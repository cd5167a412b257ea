import { expect, it } from 'vitest'
import { parseHost } from '../../../src/contract/host.ts'
import { createPublicOrigins } from '../../../src/runtime/tenancy/public-origins.ts'

const alice = parseHost('alice.shibari.test', 'shibari.test')?.host
if (!alice) throw new TypeError('Not a host.')

it('always names HTTPS without a port in production', () => {
  const origins = createPublicOrigins({ forceHttps: true, port: 8080 })
  origins.learn('alice.shibari.test:9999')
  expect(origins.of(alice)).toBe('https://alice.shibari.test')
})

it('names the port of the last request in development, and PORT before any request', () => {
  const origins = createPublicOrigins({ forceHttps: false, port: 8080 })
  expect(origins.of(alice)).toBe('http://alice.shibari.test:8080')
  origins.learn('bob.shibari.test:9999')
  expect(origins.of(alice)).toBe('http://alice.shibari.test:9999')
  origins.learn(null)
  expect(origins.of(alice)).toBe('http://alice.shibari.test:9999')
  origins.learn('bob.shibari.test')
  expect(origins.of(alice)).toBe('http://alice.shibari.test')
})
