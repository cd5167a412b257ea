/** Tests of the emulated files of Google Drive: bytes, uploads, moves, rights and space. */
import { describe, expect, it } from 'vitest'
import { onRoute } from '../../../dev/emulators/gdrive/faults.ts'
import {
  askByAssertion,
  connectedDrive,
  driveClient,
  namesIn,
  reasonOf,
  tokenOf,
} from '../../support/fixtures/google-drive.ts'
import { plain } from '../../support/fixtures/pictures.ts'

const files = '/drive/v3/files'

describe('the emulated files of Google Drive', () => {
  it('serves bytes and ranges, but no documents, and flagged files only to an owner who insists', async () => {
    const { account, client } = await connectedDrive()
    const id = account.put(account.root, 'a.txt', 'abcdef')
    const media = { alt: 'media' }
    expect(await (await client.get(`${files}/${id}`, media)).text()).toBe('abcdef')
    const part = await client.get(`${files}/${id}`, media, { range: 'bytes=2-3' })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      'cd',
      'bytes 2-3/6',
    ])
    expect((await client.get(`${files}/${id}`, media, { range: 'bytes=9-' })).status).toBe(416)
    const letter = account.putDocument(account.root, 'letter')
    expect(await reasonOf(await client.get(`${files}/${letter}`, media))).toEqual([
      403,
      'fileNotDownloadable',
    ])
    const bad = account.put(account.root, 'bad.jpg', 'x', { isAbusive: true })
    expect(await reasonOf(await client.get(`${files}/${bad}`, media))).toEqual([
      403,
      'cannotDownloadAbusiveFile',
    ])
    expect((await client.get(`${files}/${bad}`, { ...media, acknowledgeAbuse: 'true' })).status).toBe(200)
  })

  it('creates with generated IDs once, and refuses other IDs', async () => {
    const { account, client } = await connectedDrive()
    const [id = ''] = await client.ids()
    expect((await client.create({ id, name: 'a' }, 'first')).status).toBe(200)
    expect(await reasonOf(await client.create({ id, name: 'a' }, 'second'))).toEqual([409, 'fileIdInUse'])
    expect(await reasonOf(await client.create({ id: 'made-up' }, 'x'))).toEqual([400, 'invalid'])
    expect(await account.text('a')).toBe('first')
    expect(await reasonOf(await client.create({ size: '3' }, 'x'))).toEqual([403, 'fieldNotWritable'])
    expect(await reasonOf(await client.create({ parents: ['root', account.root] }, 'x'))).toEqual([
      400,
      'invalid',
    ])
    expect(await reasonOf(await client.create({ parents: ['nowhere'] }, 'x'))).toEqual([404, 'notFound'])
    const folder = { name: 'F', mimeType: 'application/vnd.google-apps.folder', id: (await client.ids())[0] }
    expect((await client.send('POST', files, folder)).status).toBe(200)
    expect(await reasonOf(await client.send('POST', files, folder))).toEqual([409, 'fileIdInUse'])
  })

  it('refuses form data and large bodies for a multipart upload', async () => {
    const { client, url } = await connectedDrive()
    const form = new FormData()
    form.append('metadata', '{}')
    form.append('file', 'x')
    const address = `${url}/upload/drive/v3/files?uploadType=multipart`
    const sent = await fetch(address, { method: 'POST', headers: client.headers, body: form })
    expect(await reasonOf(sent)).toEqual([400, 'badRequest'])
    expect(await reasonOf(await client.create({}, 'x'.repeat(5 * 1024 * 1024 + 1)))).toEqual([
      413,
      'uploadTooLarge',
    ])
    expect((await client.create({}, 'x'.repeat(5 * 1024 * 1024))).status).toBe(200)
  })

  it('takes a large file in chunks, tells what has arrived, and finishes once', async () => {
    const { account, client, emulator } = await connectedDrive()
    const [id = ''] = await client.ids()
    const unit = 256 * 1024
    const start = () =>
      client.send(
        'POST',
        '/upload/drive/v3/files',
        { id, name: 'big' },
        { uploadType: 'resumable', fields: 'id' },
      )
    const session = (await start()).headers.get('location') ?? ''
    const put = (bytes: string, range: string) =>
      fetch(session, { method: 'PUT', body: bytes, headers: { 'content-range': range } })
    const total = unit + 5
    expect(await reasonOf(await put('abc', `bytes 0-2/${total}`))).toEqual([400, 'badRequest'])
    const first = await put('x'.repeat(unit), `bytes 0-${unit - 1}/${total}`)
    expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${unit - 1}`])
    expect(await reasonOf(await put('x'.repeat(unit), `bytes 0-${unit - 1}/${total}`))).toEqual([
      400,
      'badRequest',
    ])
    const asked = await put('', `bytes */${total}`)
    expect([asked.status, asked.headers.get('range')]).toEqual([308, `bytes=0-${unit - 1}`])
    const last = await put('12345', `bytes ${unit}-${total - 1}/${total}`)
    expect(await last.json()).toEqual({ id })
    expect((await put('', `bytes */${total}`)).status).toBe(200)
    expect(account.item(id)?.content?.size).toBe(total)
    expect(await reasonOf(await start())).toEqual([409, 'fileIdInUse'])
    emulator.expireUploads()
    expect((await put('', `bytes */${total}`)).status).toBe(404)
  })

  it('replaces bytes with a new revision and keeps the ID', async () => {
    const { account, client, url } = await connectedDrive()
    const id = account.put(account.root, 'a.txt', 'old')
    const before = account.item(id)
    const query = new URLSearchParams({ uploadType: 'media', fields: 'id,headRevisionId,version,size' })
    const sent = await fetch(`${url}/upload/drive/v3/files/${id}?${query}`, {
      method: 'PATCH',
      headers: { ...client.headers, 'content-type': 'text/plain' },
      body: 'newer',
    })
    const { headRevisionId, ...rest } = await sent.json()
    expect(rest).toEqual({ id, version: '2', size: '5' })
    expect(headRevisionId).not.toBe(before?.headRevisionId)
    expect(await account.text('a.txt')).toBe('newer')
  })

  it('moves and renames in one call, and never gives a file two parents', async () => {
    const { account, client, emulator } = await connectedDrive()
    const [from, to] = [account.folder('A'), account.folder('B')]
    const id = account.put(from, 'a.txt', 'x')
    const move = (query: Record<string, string>, body: unknown = {}) =>
      client.send('PATCH', `${files}/${id}`, body, { fields: 'parents,name', ...query })
    expect(await reasonOf(await move({ addParents: to }))).toEqual([403, 'cannotAddParent'])
    expect(await reasonOf(await move({ removeParents: from }))).toEqual([403, 'cannotAddParent'])
    const there = { addParents: to, removeParents: from }
    expect(await (await move(there, { name: 'b.txt' })).json()).toEqual({ parents: [to], name: 'b.txt' })
    expect((await move(there)).status).toBe(200)
    emulator.settings.refusesRepeatedMoves = true
    expect(await reasonOf(await move(there))).toEqual([400, 'badRequest'])
    expect(await reasonOf(await move({}, { parents: [from] }))).toEqual([403, 'fieldNotWritable'])
    expect(account.paths()).toEqual(['/B/b.txt'])
  })

  it('trashes, restores and deletes forever', async () => {
    const { account, client } = await connectedDrive()
    const folder = account.folder('A')
    const id = account.put(folder, 'a.txt', 'x')
    await client.send('PATCH', `${files}/${folder}`, { trashed: true })
    const state = await (await client.get(`${files}/${id}`, { fields: 'trashed,explicitlyTrashed' })).json()
    expect(state).toEqual({ trashed: true, explicitlyTrashed: false })
    expect((await client.send('DELETE', `${files}/${folder}`, undefined)).status).toBe(204)
    expect((await client.send('DELETE', `${files}/${folder}`, undefined)).status).toBe(404)
    expect(account.item(id)).toBeUndefined()
  })

  it('lets a service account read, move and rename shared files, but never create, trash or delete', async () => {
    const { account, emulator, url } = await connectedDrive()
    const robot = await emulator.addServiceAccount('robot')
    const client = driveClient(url, await tokenOf(await askByAssertion(url, robot.key)))
    const [inbox, archive] = [account.folder('Photos'), account.folder('Photos/archive')]
    const id = account.put(inbox, 'a.txt', 'x')
    expect((await client.get(`${files}/${id}`)).status).toBe(404)
    account.share(inbox, robot.email, 'writer')
    expect(await namesIn(await client.list('sharedWithMe = true'))).toEqual(['Photos'])
    expect(await namesIn(await client.list("'root' in parents"))).toEqual([])
    const move = { addParents: archive, removeParents: inbox }
    expect((await client.send('PATCH', `${files}/${id}`, { name: 'b.txt' }, move)).status).toBe(200)
    const refused = await client.create({ parents: [inbox] }, 'x')
    expect((await refused.clone().json()).error.message).toMatch(
      /^Service Accounts do not have storage quota/,
    )
    expect(await reasonOf(refused)).toEqual([403, 'storageQuotaExceeded'])
    const folder = { mimeType: 'application/vnd.google-apps.folder' }
    expect(await reasonOf(await client.send('POST', files, folder))).toEqual([403, 'storageQuotaExceeded'])
    const forbidden = [403, 'insufficientFilePermissions']
    expect(await reasonOf(await client.send('DELETE', `${files}/${id}`, undefined))).toEqual(forbidden)
    expect(await reasonOf(await client.send('PATCH', `${files}/${id}`, { trashed: true }))).toEqual(forbidden)
    account.share(inbox, robot.email, 'reader')
    expect(await reasonOf(await client.send('PATCH', `${files}/${id}`, { name: 'c' }))).toEqual(forbidden)
  })

  it('lets a service account create on a shared drive', async () => {
    const { emulator, url } = await connectedDrive()
    const robot = await emulator.addServiceAccount('robot')
    const client = driveClient(url, await tokenOf(await askByAssertion(url, robot.key)))
    const team = emulator.addSharedDrive('Team', { [robot.email]: 'writer' })
    const all = { supportsAllDrives: 'true' }
    const created = await client.create({ parents: [team.root], name: 'a' }, 'x', all)
    const { id } = await created.json()
    const gone = await client.send('DELETE', `${files}/${id}`, undefined, all)
    expect(await reasonOf(gone)).toEqual([403, 'insufficientFilePermissions'])
  })

  it('refuses new bytes when the account is full', async () => {
    const { account, client } = await connectedDrive()
    account.setQuota(4)
    expect((await client.create({ name: 'a' }, 'abc')).status).toBe(200)
    expect(await reasonOf(await client.create({ name: 'b' }, 'abc'))).toEqual([403, 'storageQuotaExceeded'])
    const { storageQuota } = await (await client.get('/drive/v3/about', { fields: 'storageQuota' })).json()
    expect(storageQuota).toMatchObject({ limit: '4', usage: '3' })
    expect(await reasonOf(await client.get('/drive/v3/about'))).toEqual([400, 'required'])
  })

  it('serves thumbnails of the asked size with a token only, once they exist', async () => {
    const { account, client, emulator } = await connectedDrive()
    const id = account.put(account.root, 'a.jpg', await plain(400, 200).jpeg().toBuffer())
    const fields = { fields: 'thumbnailLink,imageMediaMetadata(width,height)' }
    emulator.settings.hasThumbnails = false
    expect(await (await client.get(`${files}/${id}`, fields)).json()).toEqual({
      imageMediaMetadata: { width: 400, height: 200 },
    })
    emulator.settings.hasThumbnails = true
    const { thumbnailLink } = await (await client.get(`${files}/${id}`, fields)).json()
    expect((await fetch(thumbnailLink)).status).toBe(401)
    const small = await fetch(thumbnailLink.replace(/=s220$/, '=s100'), { headers: client.headers })
    expect(small.headers.get('content-type')).toBe('image/jpeg')
  })

  it('loses an answer after the work, and runs a repeated request twice', async () => {
    const { account, client, emulator } = await connectedDrive()
    emulator.interfere(onRoute('upload.multipart', { kind: 'answer-lost' }))
    await expect(client.create({ name: 'a' }, 'x')).rejects.toThrow()
    emulator.interfere(onRoute('upload.multipart', { kind: 'twice' }))
    expect((await client.create({ name: 'b' }, 'x')).status).toBe(200)
    expect(account.paths()).toEqual(['/a', '/b', '/b'])
  })
})
