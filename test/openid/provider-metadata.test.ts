import { describe, expect, it, vi } from 'vitest'
import { createProviderMetadata } from '../../src/openid/provider-metadata.ts'
import { type ScriptedIssuer, startScriptedIssuer } from '../support/fakes/scripted-issuer.ts'

const hour = 3600_000

function metadataOf({ issuer }: ScriptedIssuer) {
  const clock = { time: 0 }
  const onUnreachable = vi.fn()
  return {
    metadata: createProviderMetadata({ issuer, onUnreachable, now: () => clock.time }),
    clock,
    onUnreachable,
  }
}

describe('the metadata of the identity provider', () => {
  it('caches the metadata for an hour', async () => {
    await using issuer = await startScriptedIssuer()
    const { metadata, clock } = metadataOf(issuer)
    await metadata()
    clock.time = hour - 1
    await metadata()
    expect(issuer.requests).toHaveLength(1)
    issuer.metadata = { ...issuer.metadata, token_endpoint: `${issuer.issuer}/new` }
    clock.time = hour
    expect(await metadata()).toMatchObject({ token_endpoint: `${issuer.issuer}/new` })
    expect(issuer.requests).toHaveLength(2)
  })

  it('keeps the old metadata while the provider is unavailable, and retries once a minute', async () => {
    await using issuer = await startScriptedIssuer()
    const { metadata, clock, onUnreachable } = metadataOf(issuer)
    const before = await metadata()
    issuer.isDown = true
    clock.time = hour
    expect(await metadata()).toEqual(before)
    clock.time += 59_999
    expect(await metadata()).toEqual(before)
    expect(issuer.requests).toHaveLength(2)
    issuer.isDown = false
    clock.time += 1
    await metadata()
    expect(issuer.requests).toHaveLength(3)
    expect(onUnreachable).toHaveBeenCalledTimes(1)
  })

  it('keeps the old metadata when the provider names another issuer', async () => {
    await using issuer = await startScriptedIssuer()
    const { metadata, clock } = metadataOf(issuer)
    const before = await metadata()
    issuer.metadata = {
      ...issuer.metadata,
      issuer: 'https://evil.example',
      token_endpoint: 'https://evil.example/token',
    }
    clock.time = hour
    expect(await metadata()).toEqual(before)
  })

  it('shares one request, and its error, among concurrent callers', async () => {
    await using issuer = await startScriptedIssuer()
    issuer.isDown = true
    const { metadata } = metadataOf(issuer)
    const answers = await Promise.allSettled(Array.from({ length: 50 }, metadata))
    expect(issuer.requests).toHaveLength(1)
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: { code: 'sign_in_unavailable', retryAfterMs: 30_000 },
      })
    }
    issuer.isDown = false
    expect(await metadata()).toMatchObject({ issuer: issuer.issuer })
  })
})
