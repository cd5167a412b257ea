import { describe, expect, it } from 'vitest'
import { onRoute, refusedWith } from '../../../../dev/emulators/gdrive/faults.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { parsePhotoName } from '../../../../src/ports/photo.ts'
import { describeError } from '../../../../src/runtime/telemetry/log.ts'
import { canaries, credentialSource, ofPerson, startDrive } from '../../../support/fixtures/gdrive.ts'

describe('access to Google Drive', () => {
  it('asks for one token when many calls begin at once, and keeps it', async () => {
    const drive = await startDrive()
    const store = drive.store()
    await Promise.all(Array.from({ length: 5 }, () => store.list('root')))
    await store.list('root')
    expect(drive.count('token')).toBe(1)
  })

  it('renews the token five minutes before its end', async () => {
    const drive = await startDrive()
    let now = Date.now()
    const store = drive.store({ now: () => now })
    await store.list('root')
    now += (3599 - 301) * 1000
    await store.list('root')
    expect(drive.count('token')).toBe(1)
    now += 2000
    await store.list('root')
    expect(drive.count('token')).toBe(2)
  })

  it('renews a token that Google no longer accepts, once', async () => {
    const drive = await startDrive()
    const store = drive.store()
    await store.list('root')
    drive.account.expireAccessTokens()
    await store.list('root')
    expect(drive.count('token')).toBe(2)
    drive.emulator.interfere(
      onRoute('files.list', refusedWith(401, 'authError', 'Invalid Credentials'), { times: 9 }),
    )
    await expect(store.list('root')).rejects.toMatchObject({ code: 'credentials_rejected' })
  })

  it('says to connect again when the photographer has disconnected the app', async () => {
    const drive = await startDrive()
    const { source, rejected } = credentialSource(ofPerson('canary-revoked'))
    const listing = drive.store({ credentials: source }).list('root')
    await expect(listing).rejects.toMatchObject({
      code: 'credentials_rejected',
      message: expect.stringContaining(
        "again. While the Google app is in 'Testing', access ends after 7 days",
      ),
    })
    expect(rejected).toHaveLength(1)
  })

  it('goes on with new credentials after a rejection', async () => {
    const drive = await startDrive()
    const { source } = credentialSource(ofPerson('canary-revoked'), ofPerson())
    expect((await drive.store({ credentials: source }).list('root')).photos).toEqual([])
  })

  it('says that the operator must act when Google refuses the app, or when there is none', async () => {
    const drive = await startDrive()
    const wrong = drive.store({ app: { id: 'google-client-id', secret: new Secret('canary-wrong') } })
    await expect(wrong.list('root')).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('operator'),
    })
    await expect(drive.store({ app: undefined }).list('root')).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('GOOGLE_CLIENT_ID'),
    })
  })

  it('names no secret in errors', async () => {
    const drive = await startDrive()
    const quoting: typeof fetch = async (input, init) => {
      const body = init?.body instanceof URLSearchParams ? init.body.toString() : ''
      throw new TypeError(`failed: ${String(input)} ${JSON.stringify(init?.headers)} ${body}`)
    }
    const error = await drive
      .store({ fetch: quoting })
      .list('root')
      .catch((caught: unknown) => caught)
    expect(JSON.stringify(describeError(error))).not.toContain('canary')
    expect(canaries.refreshToken).toContain('canary')
  })
})

describe('a folder that another person shares', () => {
  it('moves words that only their owner may delete, and leaves no copy behind', async () => {
    const drive = await startDrive()
    const bob = drive.emulator.addAccount('bob', 'other-token')
    bob.folder('From Bob/keep')
    bob.seed('From Bob/a.jpg', 'bytes')
    const words = bob.seed('From Bob/a.txt', 'words')
    bob.share(bob.folder('From Bob'), drive.account.email, 'writer')
    const root = 'From Bob'
    const paths = { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` }
    expect(await drive.store({ paths }).move(parsePhotoName('a.jpg'), 'root', 'keep')).toBe('a.jpg')
    expect(bob.paths()).toEqual(['/From Bob/keep/a.jpg', '/From Bob/keep/a.txt'])
    expect(bob.item(words)?.parent).toBe(bob.folder('From Bob/keep'))
  })
})

describe('a Google service account', () => {
  it('reads a folder that a person shares with it, and says that it has no storage space', async () => {
    const drive = await startDrive()
    const robot = await drive.emulator.addServiceAccount('robot')
    const folder = drive.account.folder('Photos')
    drive.account.seed('Photos/a.jpg', 'bytes')
    drive.account.share(folder, robot.email, 'writer')
    const key = { service_account: new Secret(JSON.stringify(robot.key)) }
    const store = drive.store({ credentials: credentialSource(key).source })
    expect((await store.list('root')).photos.map(({ name }) => name)).toEqual(['a.jpg'])
    await expect(store.replaceRecord(['x.json'], '{}')).rejects.toMatchObject({
      code: 'storage_full',
      message: expect.stringContaining('service account has no storage space'),
    })
  })

  it('moves photo and words of a shared folder without creating a file', async () => {
    const drive = await startDrive()
    const robot = await drive.emulator.addServiceAccount('robot')
    const folder = drive.account.folder('Photos')
    drive.account.folder('Photos/keep')
    drive.account.seed('Photos/a.jpg', 'bytes')
    drive.account.seed('Photos/a.txt', 'words')
    drive.account.share(folder, robot.email, 'writer')
    const key = { service_account: new Secret(JSON.stringify(robot.key)) }
    const store = drive.store({ credentials: credentialSource(key).source })
    const [{ name } = { name: undefined }] = (await store.list('root')).photos
    if (name === undefined) throw new TypeError('no photo')
    await store.move(name, 'root', 'keep')
    expect(drive.account.paths()).toEqual(['/Photos/keep/a.jpg', '/Photos/keep/a.txt'])
  })

  it('finishes a move that stopped after the words had moved, under the same name', async () => {
    const drive = await startDrive()
    const robot = await drive.emulator.addServiceAccount('robot')
    const folder = drive.account.folder('Photos')
    drive.account.folder('Photos/keep')
    const photo = drive.account.seed('Photos/a.jpg', 'bytes')
    drive.account.seed('Photos/a.txt', 'words')
    drive.account.share(folder, robot.email, 'writer')
    const key = { service_account: new Secret(JSON.stringify(robot.key)) }
    const away: typeof fetch = async (input, init) => {
      if (init?.method === 'PATCH' && String(input).includes(photo)) throw new TypeError('fetch failed')
      return fetch(input, init)
    }
    const { source } = credentialSource(key)
    const name = parsePhotoName('a.jpg')
    const stopped = drive.store({ credentials: source, fetch: away }).move(name, 'root', 'keep')
    await expect(stopped).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(drive.account.paths()).toEqual(['/Photos/a.jpg', '/Photos/keep/a.txt'])
    expect(await drive.store({ credentials: source }).move(name, 'root', 'keep')).toBe('a.jpg')
    expect(drive.account.paths()).toEqual(['/Photos/keep/a.jpg', '/Photos/keep/a.txt'])
  })

  it('keeps records on a shared drive', async () => {
    const drive = await startDrive()
    const robot = await drive.emulator.addServiceAccount('robot')
    drive.emulator.addSharedDrive('Photos', { [robot.email]: 'organizer' })
    const key = { service_account: new Secret(JSON.stringify(robot.key)) }
    const store = drive.store({ credentials: credentialSource(key).source, app: undefined })
    await store.replaceRecord(['ledger', 'x.json'], '{}')
    expect((await store.readRecord(['ledger', 'x.json']))?.text).toBe('{}')
  })

  it('acts for the person that the key file names as its subject', async () => {
    const drive = await startDrive()
    const robot = await drive.emulator.addServiceAccount('robot')
    robot.delegate(drive.account.email)
    const key = { ...robot.key, subject: drive.account.email }
    const store = drive.store({
      credentials: credentialSource({ service_account: new Secret(JSON.stringify(key)) }).source,
    })
    await store.replaceRecord(['x.json'], '{}')
    expect(drive.account.paths()).toEqual(['/Photos/.publisher/x.json'])
  })

  it.each(['{}', 'no JSON', '{"client_email":"a@b","private_key":"canary"}'])(
    'refuses the key file %s',
    async (text) => {
      const drive = await startDrive()
      const { source } = credentialSource({ service_account: new Secret(text) })
      await expect(drive.store({ credentials: source }).list('root')).rejects.toMatchObject({
        code: 'credentials_rejected',
        message: expect.not.stringContaining('canary'),
      })
    },
  )
})
