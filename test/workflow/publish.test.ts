import { createHash } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../src/base/error-codes.ts'
import { PublisherError } from '../../src/base/errors.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { photoVersion } from '../../src/workflow/photo-version.ts'
import { firstChannel, fixedPost } from '../support/fixtures/publishing.ts'
import { failing, photo, scene, whereabouts } from '../support/fixtures/scripted-platforms.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'

const refusing = (code: ErrorCode) => ({ error: new PublisherError(code, `It is ${code}.`), arrives: false })
const losing = { error: new PublisherError('publish_outcome_unknown', 'Lost.'), arrives: true }

const publishedAt = new Date('2026-11-01T12:00:00Z')

const changes = fixedPost.changesOf()

describe('publishing', () => {
  it('publishes to all platforms and archives the photo with its sidecar', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    expect(await publish({ caption: 'Typed.' })).toEqual({
      name: photo,
      results: {
        telegram: { success: true, postId: 'telegram-1', publishedAt, changes },
        email: { success: true, postId: 'email-1', publishedAt, changes },
      },
      anySuccess: true,
      archived: true,
      warnings: [],
    })
    expect([telegram.posts[0]?.caption, email.posts[0]?.caption]).toEqual(['Typed.', 'Typed.'])
    expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
  })

  it('publishes to the default channels that are still enabled, unless a request names channels', async () => {
    await using open = await scene()
    const tools = { defaultPlatforms: ['telegram', 'bluesky'] }
    const usual = await open.publish({ dryRun: true }, tools)
    expect(Object.keys(usual.results)).toEqual(['telegram'])
    const named = await open.publish({ dryRun: true, platforms: ['email'] }, tools)
    expect(Object.keys(named.results)).toEqual(['email'])
    const none = { defaultPlatforms: ['bluesky'] }
    await expect(open.publish({}, none)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it.each([
    ['refuses', refusing('publish_refused')],
    ['does not respond', refusing('publish_unavailable')],
    ['limits the rate', refusing('rate_limited')],
    ['rejects the credentials', refusing('credentials_rejected')],
    ['has no available credentials', refusing('credentials_unavailable')],
  ])('continues when a platform %s, and retries only that platform', async (_title, trouble) => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    telegram.script.push(trouble)
    const first = await publish()
    expect(first).toMatchObject({ anySuccess: true, archived: true })
    expect(first.results.telegram).toEqual({
      success: false,
      error: expect.stringContaining('It is'),
      code: trouble.error.code,
    })
    const second = await publish()
    expect(second.results).toEqual({
      telegram: { success: true, postId: 'telegram-1', publishedAt, changes },
      email: { success: true, skipped: 'duplicate', postId: 'email-1', publishedAt, changes },
    })
    expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
    expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
  })

  it.each([
    ['an unknown outcome', losing],
    ['an internal error', { error: new TypeError('oops'), arrives: true }],
    ['a thrown value that is not an error', { error: 'oops', arrives: false }],
  ])('does not send again after %s until a person forces it', async (_title, trouble) => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    telegram.script.push(trouble)
    const only = { platforms: ['telegram'] as const }
    const lost = await publish(only)
    expect(lost).toMatchObject({ anySuccess: false, archived: false })
    expect(lost.results.telegram).toMatchObject({ success: false, code: 'publish_outcome_unknown' })
    const arrived = telegram.posts.length
    expect((await publish(only)).results.telegram).toMatchObject({ success: false, skipped: 'unknown' })
    expect(telegram.posts).toHaveLength(arrived)
    expect(await whereabouts(folder)).toEqual(['root/photo.jpg with sidecar'])
    expect((await publish({ ...only, force: true })).results.telegram).toMatchObject({ success: true })
    expect(telegram.posts).toHaveLength(arrived + 1)
  })

  it('recognises the same photo under another name', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    await publish()
    await writeFile(join(folder.root, 'copy.jpg'), 'the photo')
    const copy = await publish({ name: parsePhotoName('copy.jpg') })
    expect(copy.results.telegram).toMatchObject({ skipped: 'duplicate', postId: 'telegram-1' })
    expect(telegram.posts).toHaveLength(1)
  })

  it('adds a number to a name that the archive already has', async () => {
    await using open = await scene()
    const { publish, folder } = open
    await publish()
    await writeFile(join(folder.root, 'photo.jpg'), 'another photo')
    expect((await publish()).name).toBe('photo (2).jpg')
    expect(await whereabouts(folder)).toEqual(['archive/photo (2).jpg', 'archive/photo.jpg with sidecar'])
  })

  it('publishes the intended photo, and refuses another photo of its name', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    const sha256 = createHash('sha256').update('the photo').digest('hex')
    telegram.script.push(refusing('publish_unavailable'))
    await publish({ sha256 })
    await writeFile(join(folder.root, 'photo.jpg'), 'another photo')
    expect(await publish({ sha256 })).toMatchObject({ name: photo, archived: true })
    expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
    await writeFile(join(folder.root, 'photo.jpg'), 'another photo')
    await rm(join(folder.root, 'archive/photo.jpg'))
    for (const dryRun of [true, false]) {
      await expect(publish({ sha256, dryRun })).rejects.toMatchObject({ code: 'photo_changed' })
    }
    expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
    expect(await whereabouts(folder)).toContain('root/photo.jpg')
  })

  it('refuses another version of the photo before reading it, and publishes the intended version', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    const store = folder.open()
    const versionNow = async () => photoVersion((await store.stat('root', photo)) ?? { contentHash: 'none' })
    const version = await versionNow()
    await writeFile(join(folder.root, 'new.jpg'), 'another photo')
    await rename(join(folder.root, 'new.jpg'), join(folder.root, 'photo.jpg'))
    for (const dryRun of [true, false]) {
      const refused = publish({ version, dryRun }, { store: failing(store, 'read') })
      await expect(refused).rejects.toMatchObject({ code: 'photo_changed' })
    }
    expect(telegram.posts).toEqual([])
    expect(await publish({ version: await versionNow() })).toMatchObject({ archived: true })
  })

  it('repeats a photo in the archive with the version that the photo had in the root', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    const entry = await folder.open().stat('root', photo)
    const version = photoVersion(entry ?? { contentHash: 'none' })
    telegram.script.push(refusing('publish_unavailable'))
    await publish({ version })
    expect(await publish({ version })).toMatchObject({ name: photo, archived: true })
    expect(telegram.posts).toHaveLength(1)
  })

  it('ignores the version of a photo beside its hash', async () => {
    await using open = await scene()
    const sha256 = createHash('sha256').update('the photo').digest('hex')
    expect(await open.publish({ sha256, version: 'A'.repeat(11) })).toMatchObject({ archived: true })
  })

  it('records no failure when a dry run cannot read the ledger', async () => {
    await using open = await scene()
    const store = open.folder.open()
    const result = await open.publish({ dryRun: true }, { store: failing(store, 'readRecord') })
    expect(result.results.telegram).toMatchObject({ success: false, code: 'storage_unavailable' })
    expect(await ledgerOf(store)).toEqual([])
  })

  it('records a failure when this server cannot publish to a platform, but not in a dry run', async () => {
    await using studio = await scene()
    const records = () => ledgerOf(studio.folder.open())
    await studio.publish({ dryRun: true }, { unavailable: [firstChannel('bluesky')] })
    expect(await records()).toEqual([])
    const { results } = await studio.publish({}, { unavailable: [firstChannel('bluesky')] })
    expect(results).toMatchObject({ telegram: { success: true }, bluesky: { code: 'provider_unavailable' } })
    expect(await records()).toContain('bluesky.failed.json')
  })

  it('publishes later even when the storage did not save the failure', async () => {
    await using open = await scene()
    const store = failing(open.folder.open(), 'replaceRecord', 1)
    open.telegram.script.push(refusing('publish_refused'))
    const { results } = await open.publish({ platforms: ['telegram'] }, { store })
    expect(results.telegram).toMatchObject({ success: false, code: 'publish_refused' })
    expect(open.troubles).toHaveLength(2)
    expect((await open.publish({ platforms: ['telegram'] })).results.telegram?.success).toBe(true)
  })

  it('sends nothing and writes nothing in a dry run', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    const result = await publish({ dryRun: true, caption: 'Typed.' })
    expect(result.results.telegram).toEqual({
      success: false,
      skipped: 'dry_run',
      preview: 'telegram would get "Typed.".',
      caption: 'Typed.',
    })
    expect([telegram.posts, email.posts]).toEqual([[], []])
    expect((await readableSidecar(folder.open(), 'root', photo))?.text).not.toContain('Typed.')
    await publish({ platforms: ['telegram'] })
    expect((await publish({ dryRun: true })).results.telegram?.preview).toContain('it has been there since')
  })

  it.each([
    ['a platform that is not set up', { platforms: ['bluesky'] as const }, {}, 'invalid_request'],
    [
      'a platform that this server does not have',
      { platforms: ['mastodon'] as const },
      { unavailable: [firstChannel('mastodon')] },
      'provider_unavailable',
    ],
    ['a request without any platform', {}, { publishers: [] }, 'invalid_request'],
    [
      'a request with only unsupported platforms',
      {},
      { publishers: [], unavailable: [firstChannel('mastodon'), firstChannel('bluesky')] },
      'provider_unavailable',
    ],
    ['a photo that does not exist', { name: parsePhotoName('none.jpg') }, {}, 'photo_not_found'],
  ])('refuses %s before anything is sent', async (_title, request, tools, code) => {
    await using open = await scene()
    const { publish, telegram, email } = open
    await expect(publish(request, tools)).rejects.toMatchObject({ code })
    expect([telegram.posts, email.posts]).toEqual([[], []])
  })

  it('refuses a storage that cannot create atomically', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    const store: PhotoStore = { ...folder.open(), canCreateAtomically: async () => false }
    await expect(publish({}, { store })).rejects.toMatchObject({ code: 'storage_not_atomic' })
    expect(telegram.posts).toEqual([])
  })

  it('sends nothing when the photo is replaced meanwhile', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    const store = folder.open()
    const replaced: PhotoStore = {
      ...store,
      async readSidecar(place, name) {
        await writeFile(join(folder.root, 'photo.jpg'), 'quite another photo')
        return store.readSidecar(place, name)
      },
    }
    const { results } = await publish({}, { store: replaced })
    expect(results.telegram).toMatchObject({ success: false, code: 'photo_changed' })
    expect(telegram.posts).toEqual([])
  })

  it('prefers typed captions to the sidecar’s, and saves them even when all platforms fail', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    telegram.script.push(refusing('publish_refused'))
    email.script.push(refusing('publish_refused'))
    expect(await publish({ caption: 'For all.', captions: { email: 'For mail.' } })).toMatchObject({
      anySuccess: false,
      archived: false,
    })
    const sidecar = await readableSidecar(folder.open(), 'root', photo)
    expect(sidecar?.text).toContain('# mine: stays')
    await publish()
    expect([telegram.posts[0]?.caption, email.posts[0]?.caption]).toEqual(['For all.', 'For mail.'])
  })

  it('adds the tenant’s hashtags within the rules', async () => {
    await using open = await scene()
    const { publish, telegram } = open
    await publish({ caption: 'Dusk.' }, { hashtagString: '#rope #dusk' })
    expect(telegram.posts[0]?.caption).toBe('Dusk.\n\n#rope #dusk')
  })

  it('reports success when only archiving fails, and archives the photo later', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    const stuck = await publish({}, { store: failing(folder.open(), 'move') })
    expect(stuck).toMatchObject({
      anySuccess: true,
      archived: false,
      warnings: [expect.stringContaining('archive')],
    })
    expect(await publish()).toMatchObject({ archived: true, warnings: [] })
    expect(telegram.posts).toHaveLength(1)
    expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
  })

  it('retries saving a receipt, and warns when every attempt fails', async () => {
    await using open = await scene()
    const { publish, telegram, clock, folder } = open
    const shaken = await publish(
      { platforms: ['telegram'] },
      { store: failing(folder.open(), 'replaceRecord', 2) },
    )
    expect(shaken.results.telegram).toEqual({ success: true, postId: 'telegram-1', publishedAt, changes })
    const broken = await publish({ platforms: ['email'] }, { store: failing(folder.open(), 'replaceRecord') })
    expect(broken.results.email).toMatchObject({ success: true, warning: expect.stringContaining('receipt') })
    clock.time += 11 * 60_000
    expect((await publish()).results.email).toMatchObject({ success: false, skipped: 'unknown' })
    expect(telegram.posts).toHaveLength(1)
  })

  it.each([
    'stat',
    'read',
    'readSidecar',
    'writeSidecar',
    'canCreateAtomically',
    'readRecord',
    'createRecord',
  ] as const)(
    'sends nothing while the storage fails at %s, and everything once the storage is back',
    async (method) => {
      await using open = await scene()
      const { publish, telegram, email, folder } = open
      const away = await publish({ caption: 'Typed.' }, { store: failing(folder.open(), method) }).catch(
        (error: unknown) => error,
      )
      expect(JSON.stringify(away)).toContain('storage_unavailable')
      expect([telegram.posts, email.posts]).toEqual([[], []])
      expect(await whereabouts(folder)).toEqual(['root/photo.jpg with sidecar'])
      expect(await publish({ caption: 'Typed.' })).toMatchObject({ anySuccess: true, archived: true })
      expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
    },
  )

  it('sends once when many requests arrive at once', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    const results = await Promise.all(Array.from({ length: 20 }, () => publish()))
    expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
    expect(results.some(({ archived }) => archived)).toBe(true)
    expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
  })
})

function ledgerOf(store: PhotoStore): Promise<string[]> {
  return store.listRecords(['ledger', createHash('sha256').update('the photo').digest('hex')])
}
