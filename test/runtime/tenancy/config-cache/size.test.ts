import { describe, expect, it } from 'vitest'
import { Secret } from '../../../../src/base/secret.ts'
import { parseHost } from '../../../../src/contract/host.ts'
import { type ConfigSource, toLookup } from '../../../../src/ports/config-source.ts'
import { createMemoryKeyValueStore } from '../../../../src/providers/kv/memory.ts'
import { parseSettings } from '../../../../src/runtime/settings/settings.ts'
import { createLogger } from '../../../../src/runtime/telemetry/log.ts'
import { sizeOf } from '../../../../src/runtime/tenancy/config-cache/entries.ts'
import { createConfigCache } from '../../../../src/runtime/tenancy/config-cache.ts'

const context = {
  requestId: 'r',
  waitUntil: () => undefined,
  countUnknownHost: () => () => undefined,
}

/** Returns a configuration whose JSON has 9,000 characters. */
function longAnswer(tenant: string): unknown {
  const answer = {
    schema_version: 2,
    tenant,
    app_type: 'publisher_v2',
    config_version: 'v1',
    ttl_seconds: 3600,
    config: {
      storage: { provider: 'dropbox', credentials_ref: 'r', paths: { root: `/${tenant}` } },
      ai: { system_prompt: '' },
    },
  }
  answer.config.ai.system_prompt = 'x'.repeat(9000 - JSON.stringify(answer).length)
  return answer
}

describe('the memory of configurations', () => {
  it('holds 1,000 tenants with 9 kB each, so that a second round asks the orchestrator nothing', async () => {
    let calls = 0
    const unused = () => Promise.reject(new Error('not used'))
    const source: ConfigSource = {
      kind: 'orchestrator',
      lookup: async (host) => {
        calls++
        return toLookup(longAnswer(host))
      },
      resolveCredentials: unused,
      reportUsage: unused,
      check: unused,
      acceptsToken: () => false,
    }
    const { maxConfigBytes } = parseSettings({
      CONFIG_FILE: 'site.json',
      WEB_SESSION_SECRET: 'x'.repeat(32),
    })
    const cache = createConfigCache({
      source,
      kv: createMemoryKeyValueStore(),
      secrets: [new Secret('a-secret-of-the-tests-32-characters')],
      derive: ({ tenant }) => tenant,
      log: createLogger({ level: 'error', write: () => undefined }),
      now: () => 0,
      maxBytes: maxConfigBytes,
    })
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 1000; index++) {
        const host = parseHost(`tenant-${index}.shibari.test`, 'shibari.test') ?? expect.unreachable()
        expect(await cache.load(host, context)).toBe(host.host)
      }
    }
    expect(calls).toBe(1000)
    expect(cache.sizes.configurations).toBe(1000)
  })

  it('counts text beyond Latin-1 with two bytes per character', () => {
    const empty = sizeOf('')
    expect(sizeOf('ü'.repeat(1000)) - empty).toBe(1000)
    expect(sizeOf('縛'.repeat(1000)) - empty).toBe(2000)
    expect(sizeOf(`${'x'.repeat(999)}縛`) - empty).toBe(2000)
  })
})
