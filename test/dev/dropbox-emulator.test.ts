/** Tests of the emulator itself, for behaviour that the provider does not use or must not rely on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dropbox, DropboxResponseError } from 'dropbox'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fileSchema } from '../../src/providers/storage/dropbox/answers.ts'
import { contentHash } from '../../src/providers/storage/dropbox/content-hash.ts'
import { createDropboxFetch } from '../../src/providers/storage/dropbox/hosts.ts'
import { canaries, startDropbox } from '../support/fixtures/dropbox.ts'

const app = { client_id: 'app-key', client_secret: canaries.appSecret }

async function askToken(url: string, refresh_token: string, client = app): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, ...client })
  return fetch(`${url}/oauth2/token`, { method: 'POST', body })
}

async function connected(options: Parameters<typeof startDropbox>[0] = {}) {
  const dropbox = await startDropbox(options)
  const { access_token } = await (await askToken(dropbox.url, canaries.refreshToken)).json()
  const sdk = new Dropbox({ accessToken: access_token, fetch: createDropboxFetch(fetch, dropbox.url) })
  return { ...dropbox, sdk, token: String(access_token) }
}

async function refusalOf(call: Promise<unknown>): Promise<{ status: number; summary: string }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof DropboxResponseError)) throw error
    return { status: error.status, summary: error.error.error_summary ?? error.error }
  }
  throw new Error('the call was not refused')
}

describe('the Dropbox emulator', () => {
  it('issues tokens only to its own app for known accounts, and not for secrets in the URL', async () => {
    const { url } = await startDropbox()
    expect(await (await askToken(url, 'of nobody')).json()).toMatchObject({ error: 'invalid_grant' })
    const otherClient = { client_id: 'another', client_secret: 'x' }
    expect(await (await askToken(url, canaries.refreshToken, otherClient)).json()).toMatchObject({
      error: 'invalid_client',
    })
    const query = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: canaries.refreshToken,
      ...app,
    })
    expect((await fetch(`${url}/oauth2/token?${query}`, { method: 'POST' })).status).toBe(400)
  })

  it('refuses foreign and missing tokens as Dropbox does', async () => {
    const { url } = await startDropbox()
    const sdk = new Dropbox({ accessToken: 'sl.forged', fetch: createDropboxFetch(fetch, url) })
    const refusal = await refusalOf(sdk.filesListFolder({ path: '' }))
    expect(refusal).toEqual({ status: 401, summary: expect.stringMatching(/^invalid_access_token\//) })
    expect((await fetch(`${url}/2/files/list_folder`, { method: 'POST' })).status).toBe(400)
  })

  it('accepts a write of equal bytes unless strict_conflict is set', async () => {
    const { sdk } = await connected()
    const argument = { path: '/a.txt', contents: new TextEncoder().encode('same') }
    const first = await sdk.filesUpload(argument)
    const second = await sdk.filesUpload(argument)
    expect(second.result.rev).toBe(first.result.rev)
    const strict = await refusalOf(sdk.filesUpload({ ...argument, strict_conflict: true }))
    expect(strict).toEqual({ status: 409, summary: expect.stringMatching(/^path\/conflict\/file\//) })
  })

  it('checks revisions, also of deleted files', async () => {
    const { sdk, account } = await connected()
    const contents = new TextEncoder().encode('text')
    const { result } = await sdk.filesUpload({ path: '/a.txt', contents })
    account.remove('/a.txt')
    const mode = { '.tag': 'update', update: result.rev } as const
    expect(
      (await refusalOf(sdk.filesUpload({ path: '/a.txt', contents, mode, strict_conflict: true }))).status,
    ).toBe(409)
    await expect(sdk.filesUpload({ path: '/a.txt', contents, mode })).resolves.toMatchObject({ status: 200 })
  })

  it('checks the content hash of an upload', async () => {
    const { sdk } = await connected()
    const contents = new TextEncoder().encode('text')
    const content_hash = await contentHash(contents)
    await sdk.filesUpload({ path: '/a.txt', contents, content_hash })
    const wrong = { path: '/b.txt', contents, content_hash: content_hash.replace(/./, 'z') }
    expect((await refusalOf(sdk.filesUpload(wrong))).summary).toMatch(/^content_hash_mismatch/)
  })

  it('refuses a file below a file, and creates folders as needed', async () => {
    const { sdk, account } = await connected()
    await account.seed('/a.jpg', 'a')
    const contents = new Uint8Array()
    const below = await refusalOf(sdk.filesUpload({ path: '/a.jpg/b.txt', contents }))
    expect(below.summary).toMatch(/^path\/conflict\/file_ancestor\//)
    await sdk.filesUpload({ path: '/New/Sub/b.txt', contents })
    await sdk.filesUpload({ path: '/new/sub/C.txt', contents })
    expect(account.paths()).toEqual(['/New/Sub/C.txt', '/New/Sub/b.txt', '/a.jpg'])
  })

  it('keeps the id of a moved file, gives a copy a new id, and refuses to change only the case of a name', async () => {
    const { sdk, account } = await connected()
    await account.seed('/a.jpg', 'a')
    const idAt = async (path: string) => fileSchema.parse((await sdk.filesGetMetadata({ path })).result).id
    const id = await idAt('/a.jpg')
    await sdk.filesMoveV2({ from_path: '/a.jpg', to_path: '/b.jpg' })
    await sdk.filesCopyV2({ from_path: '/b.jpg', to_path: '/c.jpg' })
    expect(await idAt('/B.JPG')).toBe(id)
    expect(await idAt('/c.jpg')).not.toBe(id)
    const respelt = await refusalOf(sdk.filesMoveV2({ from_path: '/b.jpg', to_path: '/B.jpg' }))
    expect(respelt.summary).toMatch(/^to\/conflict\/file\//)
  })

  it('returns later changes for the cursor of a finished listing', async () => {
    const { sdk, account } = await connected()
    for (const name of ['a', 'b']) await account.seed(`/${name}.jpg`, name)
    const { result } = await sdk.filesListFolder({ path: '' })
    account.remove('/a.jpg')
    await account.seed('/sub/not-here.jpg', 'x')
    const later = await sdk.filesListFolderContinue({ cursor: result.cursor })
    const changes = later.result.entries.map((entry) => [entry['.tag'], entry.name])
    expect(changes).toEqual([
      ['deleted', 'a.jpg'],
      ['folder', 'sub'],
    ])
  })

  it('refuses in plain text the arguments that Dropbox would refuse', async () => {
    const { sdk } = await connected()
    for (const path of ['/', 'a.jpg']) {
      const call = path === '/' ? sdk.filesListFolder({ path: 'x' }) : sdk.filesGetMetadata({ path })
      expect(await refusalOf(call)).toEqual({
        status: 400,
        summary: expect.stringMatching(/^Error in call to API/),
      })
    }
    const slash = await refusalOf(sdk.filesListFolder({ path: '/folder/' }))
    expect(slash.summary).toMatch(/^path\/malformed_path/)
  })

  it('keeps accounts apart and logs the account of each call', async () => {
    const { sdk, emulator, account } = await connected()
    const bob = emulator.addAccount('bob', 'canary-bob')
    await bob.seed('/secret.jpg', 'of bob')
    expect((await refusalOf(sdk.filesGetMetadata({ path: '/secret.jpg' }))).status).toBe(409)
    expect(account.paths()).toEqual([])
    expect(emulator.calls.at(-1)).toMatchObject({
      route: 'files/get_metadata',
      account: 'alice',
      paths: ['/secret.jpg'],
      status: 409,
    })
  })

  it('serves a directory of this machine without changing it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dropbox-emulator-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await mkdir(join(directory, 'sub'))
    const bytes = new Uint8Array(4 * 1024 * 1024 + 1).fill(1)
    await writeFile(join(directory, 'a.jpg'), bytes)
    await writeFile(join(directory, 'sub', 'b.txt'), 'text')
    const { sdk, account, store } = await connected()
    await account.seedFromDirectory(directory, '/Photos')
    expect(account.paths()).toEqual(['/Photos/a.jpg', '/Photos/sub/b.txt'])
    const [entry] = (await store().list('root')).photos
    expect(entry).toMatchObject({ name: 'a.jpg', size: bytes.length, contentHash: await contentHash(bytes) })
    await sdk.filesDeleteV2({ path: '/Photos/a.jpg' })
    expect(account.paths()).toEqual(['/Photos/sub/b.txt'])
    await account.seedFromDirectory(directory, '/Photos')
    expect((await account.bytes('/Photos/a.jpg'))?.length).toBe(bytes.length)
  })
})
