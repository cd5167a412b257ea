import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { onCall, rateLimited, serverError } from '../../../../dev/emulators/dropbox/faults.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { canaries, credentialSource, quickRetry, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo } from '../../../support/fixtures/stored-photos.ts'

describe('the access token of a Dropbox store', () => {
  it('requests a single grant for ten concurrent first calls', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const store = dropbox.store()
    const stats = await Promise.all(Array.from({ length: 10 }, () => store.stat('root', photo('a.jpg'))))
    expect(stats.every((entry) => entry?.name === 'a.jpg')).toBe(true)
    expect(dropbox.count('oauth2/token')).toBe(1)
  })

  it('keeps secrets out of all URLs', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const store = dropbox.store()
    await store.list('root')
    await store.temporaryLink('root', photo('a.jpg'))
    const content = await store.read('root', photo('a.jpg'))
    await content.body.cancel()
    const urls = dropbox.emulator.calls.map((call) => call.url).join('\n')
    expect(dropbox.count('oauth2/token')).toBe(1)
    for (const secret of Object.values(canaries)) expect(urls).not.toContain(secret)
    expect(urls).not.toContain('?')
  })

  it('renews an access token shortly before it expires, without a failed call', async () => {
    let time = Date.now()
    const now = () => time
    const dropbox = await startDropbox({ now, accessTokenSeconds: 14_400 })
    const store = dropbox.store({ now })
    await store.list('root')
    time += (14_400 - 290) * 1000
    await store.list('root')
    expect(dropbox.count('oauth2/token')).toBe(2)
    expect(dropbox.emulator.calls.every((call) => call.status === 200 || call.status === 409)).toBe(true)
  })

  it('uses an access token as long as the grant allows, even for a minute', async () => {
    let time = Date.now()
    const now = () => time
    const dropbox = await startDropbox({ now, accessTokenSeconds: 60 })
    const store = dropbox.store({ now })
    await store.list('root')
    time += 30_000
    await store.list('root')
    expect(dropbox.count('oauth2/token')).toBe(1)
    time += 25_000
    await store.list('root')
    expect(dropbox.count('oauth2/token')).toBe(2)
  })

  it('renews the access token once for all concurrent calls when Dropbox reports that it has expired', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    await store.list('root')
    dropbox.account.expireAccessTokens()
    const stats = await Promise.all(Array.from({ length: 10 }, () => store.stat('root', photo('a.jpg'))))
    expect(stats.every((entry) => entry !== null)).toBe(true)
    expect(dropbox.count('oauth2/token')).toBe(2)
  })

  it('renews the access token for a download, too', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    await dropbox.account.seed('/Photos/a.jpg', 'picture')
    await store.list('root')
    dropbox.account.expireAccessTokens()
    const { body } = await store.read('root', photo('a.jpg'))
    expect(await new Response(body).text()).toBe('picture')
  })

  it('survives a rate limit and an outage of the token endpoint', async () => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(onCall('oauth2/token', rateLimited(0)))
    dropbox.emulator.interfere(onCall('oauth2/token', serverError(503), { nth: 2 }))
    dropbox.emulator.interfere(onCall('oauth2/token', { kind: 'reset' }, { nth: 3 }))
    await dropbox.store().list('root')
    expect(dropbox.count('oauth2/token')).toBe(4)
  })

  it.each([
    ['text that is not JSON', 'nonsense'],
    ['JSON without a token', '{"token_type":"bearer"}'],
    [
      'a token with characters that are illegal in a header',
      '{"access_token":"canary\\nsplit","expires_in":60}',
    ],
  ])('refuses a grant that is %s', async (_, body) => {
    const dropbox = await startDropbox()
    const fault = { kind: 'answer', status: 200, body } as const
    dropbox.emulator.interfere(onCall('oauth2/token', fault, { times: 9 }))
    const error = await rejection(dropbox.store().list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(inspect(error, { depth: null })).not.toContain('canary')
    expect(dropbox.count('files/list_folder')).toBe(0)
  })

  it('requests a new grant after the timeout when a shared grant hangs', async () => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(onCall('oauth2/token', { kind: 'hold', until: new Promise(() => {}) }))
    const retry = { ...quickRetry, attemptTimeoutMs: 2500 }
    const store = dropbox.store({ retry })
    await Promise.all([store.list('root'), store.list('archive')])
    expect(dropbox.count('oauth2/token')).toBe(2)
  })
})

describe('a rejected refresh token of a Dropbox store', () => {
  it('resolves a rejected refresh token again, once, and uses the fresh token', async () => {
    const dropbox = await startDropbox()
    const { source, rejected } = credentialSource(canaries.refreshToken, canaries.freshRefreshToken)
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    dropbox.account.disconnect()
    dropbox.account.connect(canaries.freshRefreshToken)
    const listing = await dropbox.store({ credentials: source }).list('root')
    expect(listing.photos.map((entry) => entry.name)).toEqual(['a.jpg'])
    expect(rejected.map((credentials) => credentials.refresh_token.reveal())).toEqual([canaries.refreshToken])
  })

  it('resolves the refresh token again when the owner reconnects between calls', async () => {
    const dropbox = await startDropbox()
    const { source, rejected } = credentialSource(canaries.refreshToken, canaries.freshRefreshToken)
    const store = dropbox.store({ credentials: source })
    await store.list('root')
    dropbox.account.disconnect()
    dropbox.account.connect(canaries.freshRefreshToken)
    await store.list('root')
    expect(rejected).toHaveLength(1)
  })

  it('reports a clear error without secrets when the fresh token is rejected too', async () => {
    const dropbox = await startDropbox()
    const { source, rejected } = credentialSource(canaries.refreshToken, canaries.freshRefreshToken)
    dropbox.account.disconnect()
    const error = await rejection(dropbox.store({ credentials: source }).list('root'))
    expect(error).toMatchObject({
      code: 'credentials_rejected',
      message: expect.stringMatching(/connect the dropbox account again/i),
    })
    expect(rejected).toHaveLength(1)
    expect(dropbox.count('oauth2/token')).toBe(2)
    expect(inspect(error, { depth: null })).not.toContain('canary')
  })

  it('works again once the owner has reconnected with the same token', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    dropbox.account.disconnect()
    await expect(store.list('root')).rejects.toMatchObject({ code: 'credentials_rejected' })
    dropbox.account.connect(canaries.refreshToken)
    await expect(store.list('root')).resolves.toMatchObject({ photos: [] })
  })

  it('keeps the refresh token when the app secret is wrong', async () => {
    const dropbox = await startDropbox()
    const { source, rejected } = credentialSource(canaries.refreshToken)
    const store = dropbox.store({
      credentials: source,
      app: { key: 'app-key', secret: new Secret('canary-wrong') },
    })
    const error = await rejection(store.list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable', message: expect.stringMatching(/operator/) })
    expect(rejected).toEqual([])
    expect(inspect(error, { depth: null })).not.toContain('canary')
  })

  it('reports rejected credentials when the app lacks a permission', async () => {
    const dropbox = await startDropbox({ scopes: ['files.metadata.read'] })
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const store = dropbox.store()
    await store.list('root')
    const error = await rejection(store.read('root', photo('a.jpg')))
    expect(error).toMatchObject({ code: 'credentials_rejected' })
  })
})

describe('the Dropbox store of a tenant', () => {
  it('never reads another tenant’s photo of the same name at the same time', async () => {
    const dropbox = await startDropbox()
    const bob = dropbox.emulator.addAccount('bob', 'canary-bob')
    await dropbox.account.seed('/Photos/a.jpg', 'of alice')
    await bob.seed('/Photos/a.jpg', 'of bob')
    const stores = [dropbox.store(), dropbox.store({ credentials: credentialSource('canary-bob').source })]
    const texts = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const content = await stores[index % 2]?.read('root', photo('a.jpg'))
        return new Response(content?.body).text()
      }),
    )
    expect(texts).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 ? 'of bob' : 'of alice')))
  })
})
