import { describe, expect, it } from 'vitest'
import { onCall, rateLimited, serverError } from '../../../../dev/emulators/dropbox/faults.ts'
import { canaries, paths, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo, streamOf } from '../../../support/fixtures/stored-photos.ts'

const asked = 'users/get_current_account'

async function startTeam(options: Parameters<typeof startDropbox>[0] = {}) {
  const dropbox = await startDropbox(options)
  dropbox.account.disconnect()
  const account = dropbox.emulator.addAccount('member', canaries.refreshToken, { hasTeamSpace: true })
  const { team } = account
  if (!team) throw new Error('the account has no team space')
  return { ...dropbox, account, team }
}

const names = (listing: { photos: readonly { name: string }[] }) => listing.photos.map(({ name }) => name)

describe('the Dropbox store of a team member', () => {
  it('works in the team space when only the team space has the root folder', async () => {
    const { team, account, store } = await startTeam()
    await team.seed('/Photos/a.jpg', 'picture')
    const photos = store()
    expect(names(await photos.list('root'))).toEqual(['a.jpg'])
    const { body } = await photos.read('root', photo('a.jpg'))
    expect(await new Response(body).text()).toBe('picture')
    await photos.upload('root', photo('b.jpg'), streamOf('more'), 4)
    await photos.move(photo('a.jpg'), 'root', 'archive')
    await photos.writeSidecar('root', photo('b.jpg'), 'A rope.\n')
    expect(await photos.createRecord(['x.json'], '{}')).toBe(true)
    const link = await photos.temporaryLink('root', photo('b.jpg'))
    expect(await (await fetch(link.url)).text()).toBe('more')
    expect(team.paths()).toEqual([
      '/Photos/.publisher/x.json',
      '/Photos/archive/a.jpg',
      '/Photos/b.jpg',
      '/Photos/b.txt',
    ])
    expect(account.paths()).toEqual([])
  })

  it('prefers the home folder when both have the root folder', async () => {
    const { team, account, store } = await startTeam()
    await account.seed('/Photos/home.jpg', 'x')
    await team.seed('/Photos/team.jpg', 'x')
    expect(names(await store().list('root'))).toEqual(['home.jpg'])
  })

  it('stays in the home folder when the root is the root of the Dropbox', async () => {
    const { team, account, store, count } = await startTeam()
    await account.seed('/home.jpg', 'x')
    await team.seed('/team.jpg', 'x')
    expect(names(await store({ paths: { ...paths, root: '/' } }).list('root'))).toEqual(['home.jpg'])
    expect(count(asked)).toBe(0)
  })

  it('finds the photos once the root folder was created in the team space', async () => {
    let time = Date.now()
    const now = () => time
    const { team, store } = await startTeam({ now })
    const photos = store({ now })
    expect(names(await photos.list('root'))).toEqual([])
    await team.seed('/Photos/a.jpg', 'x')
    time += 14_400_000
    expect(names(await photos.list('root'))).toEqual(['a.jpg'])
  })

  it('finds the photos again when the member has changed the team', async () => {
    const { account, store } = await startTeam()
    await account.team?.seed('/Photos/old.jpg', 'x')
    const photos = store()
    await photos.list('root')
    account.changeTeam()
    await account.team?.seed('/Photos/new.jpg', 'x')
    expect(names(await photos.list('root'))).toEqual(['new.jpg'])
    const { body } = await photos.read('root', photo('new.jpg'))
    expect(await new Response(body).text()).toBe('x')
  })
})

describe('the root of a Dropbox', () => {
  it('asks Dropbox for the root once per refresh token, for concurrent calls and after renewals', async () => {
    const { team, account, store, count } = await startTeam()
    await team.seed('/Photos/a.jpg', 'x')
    const photos = store()
    await Promise.all([photos.list('root'), photos.stat('root', photo('a.jpg')), photos.list('archive')])
    account.expireAccessTokens()
    expect(await photos.stat('root', photo('a.jpg'))).not.toBeNull()
    expect([count('oauth2/token'), count(asked)]).toEqual([2, 1])
  })

  it('asks Dropbox for the root once when the account has no team', async () => {
    const { account, store, count, emulator } = await startDropbox()
    await account.seed('/Photos/a.jpg', 'x')
    const photos = store()
    await photos.list('root')
    await photos.list('root')
    expect(count(asked)).toBe(1)
    expect(emulator.calls.map(({ route }) => route).slice(0, 3)).toEqual([
      'oauth2/token',
      asked,
      'files/list_folder',
    ])
  })

  it('lists the home folder without waiting for the root', async () => {
    const { account, store, count } = await startDropbox()
    await account.seed('/Photos/a.jpg', 'x')
    const listed = Promise.withResolvers<void>()
    const photos = store({
      fetch: async (input, init) => {
        if (String(input).endsWith('files/list_folder')) listed.resolve()
        // Without the listing, Dropbox never answers this call.
        if (String(input).endsWith(asked)) await listed.promise
        return fetch(input, init)
      },
    })
    expect(names(await photos.list('root'))).toEqual(['a.jpg'])
    expect([count('oauth2/token'), count(asked), count('files/list_folder')]).toEqual([1, 1, 1])
  })

  it('drops a listing of the home folder when the team space has the root', async () => {
    const { team, account, store, emulator } = await startTeam()
    await team.seed('/Photos/team.jpg', 'x')
    const listed = Promise.withResolvers<void>()
    const photos = store({
      fetch: async (input, init) => {
        const isListing = String(input).endsWith('files/list_folder')
        if (String(input).endsWith(asked)) {
          await listed.promise
          // The folder appears only for the early listing, and is gone when its place is decided.
          account.remove('/Photos/home.jpg')
          account.remove('/Photos')
        }
        const answer = await fetch(input, init)
        if (isListing) listed.resolve()
        return answer
      },
    })
    await account.seed('/Photos/home.jpg', 'x')
    expect(names(await photos.list('root'))).toEqual(['team.jpg'])
    expect(emulator.calls.filter(({ route }) => route === 'files/list_folder')).toHaveLength(2)
  })

  it('lists again when the early listing failed', async () => {
    const { account, store, emulator, count } = await startDropbox()
    await account.seed('/Photos/a.jpg', 'x')
    emulator.interfere(onCall('files/list_folder', serverError(500), { times: 1 }))
    expect(names(await store().list('root'))).toEqual(['a.jpg'])
    expect([count('oauth2/token'), count(asked), count('files/list_folder')]).toEqual([1, 1, 2])
  })

  it('uses the home folder when the app may not ask Dropbox for the root', async () => {
    const scopes = ['files.metadata.read', 'files.content.read', 'files.content.write']
    const { account, store, count } = await startTeam({ scopes })
    await account.seed('/Photos/home.jpg', 'x')
    const photos = store()
    expect(names(await photos.list('root'))).toEqual(['home.jpg'])
    account.expireAccessTokens()
    await photos.list('root')
    expect(count(asked)).toBe(1)
  })

  it.each([
    ['fails', serverError(500)],
    ['asks for a pause', rateLimited(0)],
    ['breaks off', { kind: 'reset' } as const],
  ])('uses a home folder that has the root folder when Dropbox %s', async (_, fault) => {
    const { account, store, emulator } = await startTeam()
    await account.seed('/Photos/home.jpg', 'x')
    emulator.interfere(onCall(asked, fault, { times: 9 }))
    expect(names(await store().list('root'))).toEqual(['home.jpg'])
  })

  it('blocks all writes until the root is known when Dropbox fails and the home folder lacks the root folder', async () => {
    const { team, account, store, emulator, count } = await startTeam()
    await team.seed('/Photos/a.jpg', 'x')
    const end = emulator.interfere(onCall(asked, serverError(500), { times: 99 }))
    const photos = store()
    const error = await rejection(photos.upload('root', photo('b.jpg'), streamOf('x'), 1))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(count('files/upload')).toBe(0)
    end()
    await photos.upload('root', photo('b.jpg'), streamOf('x'), 1)
    expect([team.paths(), account.paths()]).toEqual([['/Photos/a.jpg', '/Photos/b.jpg'], []])
  })

  it('refuses, in the emulator, a root that belongs to another account', async () => {
    const { account, url, emulator } = await startTeam()
    const other = emulator.addAccount('other', 'another-token')
    const token = await fetch(`${url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: 'another-token',
        client_id: 'app-key',
        client_secret: canaries.appSecret,
      }),
    })
    const { access_token } = await token.json()
    const list = (root: string) =>
      fetch(`${url}/2/files/list_folder`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${access_token}`,
          'content-type': 'application/json',
          'dropbox-api-path-root': root,
        },
        body: '{"path":""}',
      })
    expect([account.name, other.name]).toEqual(['member', 'other'])
    const refused = await list('{".tag":"root","root":"7"}')
    expect([refused.status, (await refused.json()).error]).toMatchObject([422, { '.tag': 'invalid_root' }])
    const foreign = await list('{".tag":"namespace_id","namespace_id":"7"}')
    expect([foreign.status, (await foreign.json()).error]).toEqual([422, { '.tag': 'no_permission' }])
    expect((await list('{".tag":"home"}')).status).toBe(200)
    expect((await list('team')).status).toBe(400)
  })
})
