import { describe, expect, it } from 'vitest'
import { parseHost } from '../../../src/contract/host.ts'
import { createFileConfigSource } from '../../../src/runtime/tenancy/file-config-source.ts'

const host = parseHost('alice.shibari.test', 'shibari.test')?.host
const config = 'config: { storage: { provider: local, paths: { root: photos } } }'

describe('a configuration file with odd optional fields', () => {
  it.each([
    ['no credentials under their name', `tenant: alice\ncredentials:\n${config}`],
    ['credentials of another type', `tenant: alice\ncredentials: 7\n${config}`],
    ['a blank host', `tenant: alice\nhost: " "\n${config}`],
    ['no host under its name', `tenant: alice\nhost:\n${config}`],
    ['a host in capitals with blanks', `tenant: alice\nhost: " ALICE.shibari.test "\n${config}`],
    ['no app type under its name', `tenant: alice\napp_type:\n${config}`],
    ['a blank app type', `tenant: alice\napp_type: " "\n${config}`],
    ['an empty version', `tenant: alice\nconfig_version:\n${config}`],
    ['a schema version of 0', `tenant: alice\nschema_version: 0\n${config}`],
    ['a TTL as text', `tenant: " alice "\nttl_seconds: "60"\n${config}`],
  ])('serves the tenant when it has %s', async (_title, text) => {
    const source = createFileConfigSource({ read: async () => text, baseDomain: 'shibari.test' })
    if (!host) throw new TypeError('unreachable')
    expect(await source.lookup(host, undefined, 'r')).toMatchObject({ status: 'found' })
    expect(await source.check()).toEqual({ ready: true })
  })

  it('serves a tenant whose name is a number', async () => {
    const source = createFileConfigSource({
      read: async () => `tenant: 7\n${config}`,
      baseDomain: 'shibari.test',
    })
    expect(await source.hosts?.()).toEqual(['7.shibari.test'])
    const seven = parseHost('7.shibari.test', 'shibari.test')?.host
    if (!seven) throw new TypeError('unreachable')
    const found = await source.lookup(seven, undefined, 'r')
    expect(found).toMatchObject({ status: 'found', answer: { tenant: '7', faults: [] } })
  })

  it('reports an unusable field in its answer', async () => {
    const text = `tenant: alice\nttl_seconds: soon\n${config}`
    const source = createFileConfigSource({ read: async () => text, baseDomain: 'shibari.test' })
    if (!host) throw new TypeError('unreachable')
    expect(await source.lookup(host, undefined, 'r')).toMatchObject({
      answer: { ttlSeconds: 600, faults: [{ path: 'ttl_seconds' }] },
    })
  })
})
