/** Tests of the emulated lists of Google Drive. */
import { describe, expect, it } from 'vitest'
import { connectedDrive, namesIn, reasonOf } from '../../support/fixtures/google-drive.ts'

describe('the emulated lists of Google Drive', () => {
  it('answers queries with every term that the product may use', async () => {
    const { account, client, emulator } = await connectedDrive()
    const photos = account.folder('Photos')
    for (const name of ["it's.jpg", 'a\\b.jpg', 'x/y.jpg', 'a.txt', '🎈.jpg']) account.put(photos, name, name)
    account.putDocument(photos, 'letter')
    account.putShortcut(photos, 'link.jpg', photos)
    const search = async (q: string) => (await namesIn(await client.list(q))).sort()
    expect(await search(`'${photos}' in parents and name = 'it\\'s.jpg'`)).toEqual(["it's.jpg"])
    expect(await search(`name = 'a\\\\b.jpg'`)).toEqual(['a\\b.jpg'])
    expect(await search(`name='A.TXT'`)).toEqual(['a.txt'])
    expect(await search(`'root' in parents and mimeType = 'application/vnd.google-apps.folder'`)).toEqual([
      'Photos',
    ])
    expect(await search(`mimeType = 'text/plain' or (name = 'x/y.jpg' and trashed = false)`)).toEqual([
      'a.txt',
      'x/y.jpg',
    ])
    expect(await search(`not mimeType contains 'image/' and '${photos}' in parents`)).toEqual([
      'a.txt',
      'letter',
      'link.jpg',
    ])
    expect(await search('sharedWithMe = true')).toEqual([])
    account.trash(emulatedId(account, 'Photos', 'a.txt'))
    expect(await search(`'${photos}' in parents and trashed = true`)).toEqual(['a.txt'])
    expect(await search(`'${photos}' in parents`)).toContain('a.txt')
    expect(emulator.counts()['files.list']).toBeGreaterThan(5)
  })

  it('evaluates and and or from left to right', async () => {
    const { account, client } = await connectedDrive()
    account.put(account.root, 'a.txt', 'a')
    const q = `name = 'a.txt' or name = 'b.txt' and mimeType = 'image/jpeg'`
    expect(await namesIn(await client.list(q))).toEqual([])
  })

  it.each([
    "name = 'a' and",
    "name = 'a",
    "name = 'a'b'",
    'name = a',
    "(name = 'a'",
    "nonsense = 'a'",
    'trashed = maybe',
    "'x' within parents",
    "appProperties has { key='a' }",
  ])('refuses the query %s', async (q) => {
    const { client } = await connectedDrive()
    expect(await reasonOf(await client.list(q))).toEqual([400, 'invalid'])
  })

  it('finds private properties of the same client only', async () => {
    const { account, client } = await connectedDrive()
    account.put(account.root, 'theirs', 'x', { appProperties: { claim: 'a' } })
    await client.create({ name: 'ours', appProperties: { claim: 'a' } }, 'x')
    const q = "appProperties has { key='claim' and value='a' }"
    expect(await namesIn(await client.list(q))).toEqual(['ours'])
    const long = { name: 'long', appProperties: { claim: 'ä'.repeat(60) } }
    expect(await reasonOf(await client.create(long, 'x'))).toEqual([400, 'badRequest'])
  })

  it('returns only the selected fields, and refuses unknown fields', async () => {
    const { account, client } = await connectedDrive()
    account.put(account.root, 'a.txt', 'abc')
    const first = await (await client.list('')).json()
    expect(Object.keys(first.files[0])).toEqual(['kind', 'id', 'name', 'mimeType'])
    const fields = 'files(size,version,sha256Checksum,trashed)'
    expect(await (await client.list('', { fields })).json()).toEqual({
      files: [
        {
          size: '3',
          version: '1',
          sha256Checksum: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
          trashed: false,
        },
      ],
    })
    for (const wrong of ['files(sise)', 'files(id', 'file', 'files(id))', '', 'files/id name'])
      expect(await reasonOf(await client.list('', { fields: wrong }))).toEqual([400, 'invalidParameter'])
  })

  it('pages with opaque tokens that expire', async () => {
    const { account, client, emulator } = await connectedDrive({ emptyPages: 1 })
    for (const name of ['a', 'b', 'c']) account.put(account.root, name, name)
    const names: string[] = []
    let pages = 0
    let token = ''
    do {
      const query = { pageSize: '2', fields: 'nextPageToken,files(name)', ...(token && { pageToken: token }) }
      const page = await (await client.list('', query)).json()
      names.push(...page.files.map(({ name }: { name: string }) => name))
      token = page.nextPageToken ?? ''
      pages += 1
    } while (token)
    expect(names.sort()).toEqual(['a', 'b', 'c'])
    expect(pages).toBe(3)
    const page = await (await client.list('', { pageSize: '2', fields: 'nextPageToken' })).json()
    emulator.expirePages()
    const dead = { pageToken: page.nextPageToken }
    expect(await reasonOf(await client.list('', dead))).toEqual([400, 'invalid'])
    expect(await reasonOf(await client.list('', { pageSize: '1001' }))).toEqual([400, 'invalidParameter'])
    expect(await reasonOf(await client.list('', { orderBy: 'colour' }))).toEqual([400, 'invalid'])
  })

  it('shows changes late when lists lag, but answers by ID at once', async () => {
    const { account, client, emulator } = await connectedDrive()
    const old = account.put(account.root, 'old', 'x')
    emulator.settings.listLag = 1
    const { id } = await (await client.create({ name: 'new' }, 'x')).json()
    account.remove(old)
    expect((await client.get(`/drive/v3/files/${id}`)).status).toBe(200)
    expect((await client.get(`/drive/v3/files/${old}`)).status).toBe(404)
    expect(await namesIn(await client.list(''))).toEqual(['old'])
    expect(await namesIn(await client.list(''))).toEqual(['new'])
    account.rename(id, 'renamed')
    emulator.settle()
    expect(await namesIn(await client.list(''))).toEqual(['renamed'])
  })

  it('hides shared drives from requests that do not ask for them', async () => {
    const { account, client, emulator } = await connectedDrive()
    const team = emulator.addSharedDrive('Team', { [account.email]: 'writer' })
    const file = team.put(team.folder('Photos'), 'a.jpg', 'a')
    const all = { supportsAllDrives: 'true', includeItemsFromAllDrives: 'true' }
    expect((await client.get(`/drive/v3/files/${file}`)).status).toBe(404)
    expect((await client.get(`/drive/v3/files/${file}`, { supportsAllDrives: 'true' })).status).toBe(200)
    expect(await namesIn(await client.list("name = 'a.jpg'"))).toEqual([])
    expect(await namesIn(await client.list("name = 'a.jpg'", all))).toEqual(['a.jpg'])
    expect(await reasonOf(await client.list(`'${team.root}' in parents`))).toEqual([404, 'notFound'])
    expect(await namesIn(await client.list(`'${team.root}' in parents`, all))).toEqual(['Photos'])
    const within = { ...all, corpora: 'drive', driveId: team.root }
    expect(await namesIn(await client.list('trashed = false', within))).toHaveLength(2)
    expect(await reasonOf(await client.list('', { ...all, corpora: 'drive' }))).toEqual([400, 'badRequest'])
    const drives = await (await client.get('/drive/v3/drives')).json()
    expect(drives.drives).toEqual([{ kind: 'drive#drive', id: team.root, name: 'Team' }])
  })
})

type People = Pick<Awaited<ReturnType<typeof connectedDrive>>['account'], 'itemsIn'>

function emulatedId(account: People, folder: string, name: string): string {
  const found = account.itemsIn(folder).find((item) => item.name === name)
  if (!found) throw new Error(`${name} is missing`)
  return found.id
}
