import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readPictureFacts } from '../../src/base/picture/header.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, auth, eventsOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, https, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, patience } from '../support/fixtures/hosts.ts'
import { picture, type Storages, startStorages, upload } from '../support/fixtures/photographers.ts'
import { half, noise, shapeOf } from '../support/fixtures/pictures.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'

interface File {
  name: string
  bytes: Uint8Array
  type?: string
  field?: string
}

/** Creates a form like a browser's. */
async function form(...files: File[]): Promise<{ body: Uint8Array; headers: Record<string, string> }> {
  const data = new FormData()
  for (const { name, bytes, type = 'image/jpeg', field = 'file' } of files) {
    data.append(field, new Blob([new Uint8Array(bytes)], { type }), name)
  }
  const request = new Request('http://localhost', { method: 'POST', body: data })
  const body = new Uint8Array(await request.arrayBuffer())
  return { body, headers: { 'content-type': request.headers.get('content-type') ?? '' } }
}

describeOnBothHosts('the library', (kind) => {
  let storages: Storages
  beforeAll(async () => {
    storages = await startStorages()
  })
  afterAll(() => storages[Symbol.asyncDispose]())

  let tenants = 0
  async function start(config: Record<string, unknown> = {}, variables: Record<string, string> = {}) {
    const fleet = await startFleet(kind, { ...signInVariables, ...variables })
    const tenant = `library-${kind.name}-${++tenants}`
    const store = storages.onS3(fleet, tenant)
    const answer = fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)
    Object.assign(answer?.config ?? {}, { auth, ...config })
    return { fleet, tenant, store, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() }
  }

  const send = async (fleet: Fleet, tenant: string, ...files: File[]) =>
    adminRequest(fleet, tenant, '/api/library/upload', { method: 'POST', ...(await form(...files)) })

  it('stores uploads completely and gives a duplicate name a number', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    const photo = await picture(10)
    const first = await send(fleet, tenant, { name: 'Größe 1+#.jpg', bytes: photo })
    expect([first.status, await first.json()]).toEqual([200, { key: 'Größe 1+#.jpg', size: photo.length }])
    const second = await send(fleet, tenant, { name: 'Größe 1+#.jpg', bytes: await picture(20) })
    expect(await second.json()).toMatchObject({ key: 'Größe 1+# (2).jpg' })
    const { body } = await store.read('root', parsePhotoName('Größe 1+#.jpg'))
    const stored = Buffer.from(await new Response(body).arrayBuffer())
    expect(createHash('sha256').update(stored).digest('hex')).toBe(
      createHash('sha256').update(photo).digest('hex'),
    )
  })

  it('knows the hash of an upload at once', async () => {
    await using studio = await start()
    const { fleet, tenant } = studio
    const bytes = await picture(30)
    await send(fleet, tenant, { name: 'a.jpg', bytes })
    const details = async () => (await adminRequest(fleet, tenant, '/api/images/a.jpg')).json()
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await expect.poll(details, patience).toMatchObject({ sha256 })
  })

  it('streams the stages of an upload to clients that accept events', async () => {
    await using studio = await start()
    const { body, headers } = await form({ name: 'a.jpg', bytes: await picture(10) })
    const response = await adminRequest(studio.fleet, studio.tenant, '/api/library/upload', {
      method: 'POST',
      body,
      headers: { ...headers, accept: 'text/event-stream' },
    })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('cache-control')).toMatch(/no-store/)
    const events = await eventsOf(response)
    expect(events.map(({ event }) => event)).toEqual(['progress', 'result'])
    expect(events[1]?.data).toMatchObject({ key: 'a.jpg' })
  })

  it('detects the type of a file from its content, not from its name or declared type', async () => {
    await using studio = await start()
    const { fleet, tenant } = studio
    const jpeg = await picture(10)
    const renamed = await send(fleet, tenant, { name: 'photo.png', bytes: jpeg, type: 'image/png' })
    expect(await renamed.json()).toMatchObject({ key: 'photo.jpg' })
    const bare = await send(fleet, tenant, { name: 'photo', bytes: jpeg })
    expect(await bare.json()).toMatchObject({ key: 'photo (2).jpg' })
    const refused: [string, Uint8Array][] = [
      ['page.jpg', new TextEncoder().encode('<html><script>alert(1)</script></html>')],
      ['picture.svg', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')],
      ['animation.jpg', new TextEncoder().encode('GIF89a\x01\x00\x01\x00\x00\x00\x00;')],
      ['empty.jpg', new Uint8Array()],
      ['cut.jpg', jpeg.subarray(0, 20)],
    ]
    for (const [name, bytes] of refused) {
      const response = await send(fleet, tenant, { name, bytes })
      expect([name, response.status, (await response.json()).code]).toEqual([name, 415, 'unsupported_photo'])
    }
  })

  it('decodes file names that browsers or programs have escaped', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    const names: [string, string][] = [
      ['filename="My %22best%22 shot.jpg"', 'My "best" shot.jpg'],
      ['filename="my \\"other\\" shot.jpg"', 'my "other" shot.jpg'],
      ['filename="100%.jpg"', '100%.jpg'],
      ['filename="a%20b%2F%25.jpg"', 'a%20b%2F%25.jpg'],
      ['filename="plain.jpg"; filename*=UTF-8\'\'%C3%A4%2522.jpg', 'ä%22.jpg'],
    ]
    const bytes = await picture(10)
    for (const [written, name] of names) {
      const answer = await adminRequest(fleet, tenant, '/api/library/upload', {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: Buffer.concat([
          Buffer.from(`--x\r\ncontent-disposition: form-data; name="file"; ${written}\r\n\r\n`),
          bytes,
          Buffer.from('\r\n--x--\r\n'),
        ]),
      })
      expect([written, answer.status, (await answer.json()).key]).toEqual([written, 200, name])
      const path = `/api/images/${encodeURIComponent(name)}`
      const photo = await (await adminRequest(fleet, tenant, path)).json()
      expect(photo.filename).toBe(name)
      expect((await fetch(photo.temp_url)).status).toBe(200)
      expect((await adminRequest(fleet, tenant, photo.thumbnail_url)).status).toBe(200)
    }
    const { photos } = await store.list('root')
    expect(photos.map((photo) => photo.name).toSorted()).toEqual(names.map(([, name]) => name).toSorted())
    const broken = await send(fleet, tenant, { name: 'two\r\nlines.jpg', bytes })
    expect([broken.status, (await broken.json()).code]).toEqual([400, 'invalid_request'])
  })

  it('refuses a photo when only its first bytes arrive', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    const whole = {
      'cut.jpg': await noise(300, 200).jpeg().toBuffer(),
      'scans.jpg': await noise(300, 200).jpeg({ progressive: true }).toBuffer(),
      'cut.png': await noise(300, 200).png().toBuffer(),
      'cut.webp': await noise(300, 200).webp().toBuffer(),
    }
    for (const [name, bytes] of Object.entries(whole)) {
      const answer = await send(fleet, tenant, { name, bytes: half(bytes) })
      const problem = await answer.json()
      expect([name, answer.status, problem.code]).toEqual([name, 422, 'photo_unreadable'])
      expect(problem.detail).toMatch(/damaged or incomplete/)
    }
    expect((await store.list('root')).photos).toEqual([])
  })

  it('accepts and shows a photo that lacks only its end marker', async () => {
    await using studio = await start({ features: { auto_view_enabled: true } })
    const { fleet, tenant } = studio
    const endless = {
      'a.jpg': (await noise(300, 200).jpeg().toBuffer()).subarray(0, -2),
      'b.png': (await noise(300, 200).png().toBuffer()).subarray(0, -12),
    }
    for (const [name, bytes] of Object.entries(endless)) {
      const answer = await send(fleet, tenant, { name, bytes })
      expect([name, answer.status]).toEqual([name, 200])
      const thumbnail = await fleet.get(tenant, `/api/images/${name}/thumbnail?size=w256h256`)
      expect([thumbnail.status, await shapeOf(new Uint8Array(await thumbnail.arrayBuffer()))]).toEqual([
        200,
        ['image/jpeg', 256, 171],
      ])
      const { temp_url } = await (await fleet.get(tenant, `/api/images/${name}`)).json()
      const { pathname, search } = new URL(temp_url)
      const copy = new Uint8Array(await (await fleet.get(tenant, pathname + search)).arrayBuffer())
      expect((await shapeOf(copy)).slice(1)).toEqual([300, 200])
    }
  })

  it('stores an AVIF as an upright JPEG, and gives advice when a HEIC cannot be decoded', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    const avif = await noise(300, 200)
      .withExif({ IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: '+02:00' } })
      .avif()
      .toBuffer()
    const answer = await send(fleet, tenant, { name: 'Rope "1".avif', bytes: avif, type: 'image/avif' })
    const { key, size } = await answer.json()
    expect([answer.status, key]).toEqual([200, 'Rope "1".jpg'])
    const { entry, body } = await store.read('root', parsePhotoName(key))
    const stored = new Uint8Array(await new Response(body).arrayBuffer())
    expect([entry.size, stored.length]).toEqual([size, size])
    expect(await shapeOf(stored)).toEqual(['image/jpeg', 300, 200])
    expect(readPictureFacts(stored)).toMatchObject({ orientation: 1, takenAt: '2024-05-06T07:08:09+02:00' })
    const broken = await send(fleet, tenant, { name: 'half.avif', bytes: half(avif) })
    expect([415, 422]).toContain(broken.status)
    expect((await store.list('root')).photos).toHaveLength(1)
    const heic = Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${'\0'.repeat(500)}`, 'latin1')
    const refused = await send(fleet, tenant, { name: 'IMG_1.HEIC', bytes: heic, type: 'image/heic' })
    const problem = await refused.json()
    expect([refused.status, problem.code]).toEqual([415, 'unsupported_photo'])
    expect(problem.detail).toMatch(/cannot open HEIC.*Most Compatible/)
  })

  it('reports the current location of a duplicate that was just moved', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    const bytes = await picture(10)
    await upload(store, 'dusk.jpg', bytes)
    const ask = async () => {
      const { body, headers } = await form({ name: 'again.jpg', bytes })
      const options = { method: 'POST', body, headers }
      return (await adminRequest(fleet, tenant, '/api/library/upload?duplicates=refuse', options)).json()
    }
    expect(await ask()).toMatchObject({ existing: { key: 'dusk.jpg' } })
    const path = '/api/library/objects/dusk.jpg/move'
    await adminPost(fleet, tenant, path, { target_folder: 'archive' })
    expect(await ask()).toMatchObject({ code: 'already_here', existing: { key: 'archive/dusk.jpg' } })
    expect((await store.list('root')).photos).toEqual([])
  })

  it('reports the existing photo when duplicates are refused', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    const ask = async (name: string, bytes: Uint8Array, query = '?duplicates=refuse', accept = '*/*') => {
      const { body, headers } = await form({ name, bytes })
      const path = `/api/library/upload${query}`
      return adminRequest(fleet, tenant, path, { method: 'POST', body, headers: { ...headers, accept } })
    }
    const [one, other] = [await picture(10), await picture(11)]
    expect(one.length).toBe(other.length)
    await upload(store, 'dusk.jpg', one)
    await store.move(parsePhotoName('dusk.jpg'), 'root', 'archive')
    const refused = await ask('another name.jpg', one)
    expect([refused.status, await refused.json()]).toEqual([
      409,
      expect.objectContaining({
        code: 'already_here',
        existing: { folder: 'archive', key: 'archive/dusk.jpg' },
      }),
    ])
    expect((await ask('other.jpg', other)).status).toBe(200)
    const again = await ask('again.jpg', other)
    expect(await again.json()).toMatchObject({ existing: { folder: 'root', key: 'other.jpg' } })
    const staged = await eventsOf(await ask('again.jpg', other, '?duplicates=refuse', 'text/event-stream'))
    expect(staged.at(-1)).toMatchObject({
      event: 'error',
      data: { code: 'already_here', existing: { key: 'other.jpg' } },
    })
    expect((await ask('kept.jpg', other, '?duplicates=keep')).status).toBe(200)
    expect((await ask('kept.jpg', other, '')).status).toBe(200)
    expect((await ask('a.jpg', other, '?duplicates=perhaps')).status).toBe(400)
    await store.delete('archive', parsePhotoName('dusk.jpg'))
    expect((await ask('back again.jpg', one)).status).toBe(200)
    const { photos } = await store.list('root')
    expect(photos.map(({ name }) => name)).toEqual([
      'back again.jpg',
      'kept (2).jpg',
      'kept.jpg',
      'other.jpg',
    ])
  })

  it('accepts only plain file names', async () => {
    await using studio = await start()
    const bytes = await picture(10)
    const disguised = [
      'gpj.\u202eexe.jpg',
      '\u200ea.jpg',
      'a\u2066b.jpg',
      'a\u0085.jpg',
      'a\u0007.jpg',
      'a\tb.jpg',
    ]
    for (const name of ['../up.jpg', 'a/b.jpg', '.hidden.jpg', `${'x'.repeat(260)}.jpg`, ...disguised]) {
      const response = await send(studio.fleet, studio.tenant, { name, bytes })
      expect([name, response.status]).toEqual([name, 400])
      expect((await response.json()).code).toBe('invalid_request')
    }
    const { photos } = await studio.store.list('root')
    expect(photos).toEqual([])
  })

  it('refuses oversized uploads by their announced and by their actual length', async () => {
    await using studio = await start({}, { LIBRARY_MAX_UPLOAD_MB: '1' })
    const bytes = new Uint8Array(1.5 * 2 ** 20)
    bytes.set(await picture(10))
    const announced = await send(studio.fleet, studio.tenant, { name: 'a.jpg', bytes })
    expect([announced.status, (await announced.json()).code]).toEqual([413, 'photo_too_large'])
    // Within the overhead allowed for a form, but over the limit of the file.
    const close = bytes.subarray(0, 2 ** 20 + 1000)
    const arrived = await send(studio.fleet, studio.tenant, { name: 'a.jpg', bytes: close })
    expect([arrived.status, (await arrived.json()).code]).toEqual([413, 'photo_too_large'])
  })

  it('explains what is wrong with a malformed form', async () => {
    await using studio = await start()
    const { fleet, tenant } = studio
    const bytes = await picture(10)
    const none = await send(fleet, tenant, { name: 'a.jpg', bytes, field: 'photo' })
    const two = await send(fleet, tenant, { name: 'a.jpg', bytes }, { name: 'b.jpg', bytes })
    const { body, headers } = await form({ name: 'a.jpg', bytes })
    const ask = (init: { body: Uint8Array | string; headers: Record<string, string> }) =>
      adminRequest(fleet, tenant, '/api/library/upload', { method: 'POST', ...init })
    const cut = await ask({ body: body.subarray(0, body.length - 20), headers })
    const noBoundary = await ask({ body, headers: { 'content-type': 'multipart/form-data' } })
    const asJson = await ask({ body: '{}', headers: { 'content-type': 'application/json' } })
    expect([none, two, cut, noBoundary, asJson].map(({ status }) => status)).toEqual([
      400, 400, 400, 400, 415,
    ])
  })

  it('lists, searches, sorts and pages photos', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    for (const [index, name] of ['b.jpg', 'a.jpg', 'dusk.jpg', 'Dusk 2.jpg'].entries()) {
      await upload(store, name, await picture(index, 100 + 60 * index, 80))
    }
    await store.move(parsePhotoName('b.jpg'), 'root', 'archive')
    const list = async (query: string) =>
      (await adminRequest(fleet, tenant, `/api/library/objects?${query}`)).json()
    expect(await list('')).toEqual({
      objects: ['Dusk 2.jpg', 'a.jpg', 'dusk.jpg'].map((key) => ({
        key,
        version: expect.stringMatching(/^[\w-]{11}$/),
        placeholder: null,
        size: expect.any(Number),
        last_modified: expect.stringMatching(/^\d{4}-.*Z$/),
      })),
      cursor: null,
      total_in_window: 3,
      truncated: false,
    })
    const keys = async (query: string) => (await list(query)).objects.map(({ key }: { key: string }) => key)
    expect(await keys('q=DUSK')).toEqual(['Dusk 2.jpg', 'dusk.jpg'])
    expect(await keys('q=D%C3%9ASK')).toEqual(['Dusk 2.jpg', 'dusk.jpg'])
    expect(await keys('prefix=du')).toEqual(['dusk.jpg'])
    expect(await keys('prefix=archive/')).toEqual(['archive/b.jpg'])
    expect(await keys('sort=size&order=desc')).toEqual(['Dusk 2.jpg', 'dusk.jpg', 'a.jpg'])
    expect(await list('limit=2')).toMatchObject({
      cursor: expect.any(String),
      truncated: true,
      total_in_window: 3,
    })
    expect(await keys('limit=2&offset=2')).toEqual(['dusk.jpg'])
    expect(await list('prefix=&q=&sort=&order=&offset=&limit=')).toEqual(await list(''))
    const wrong = await adminRequest(fleet, tenant, '/api/library/objects?limit=0')
    expect(wrong.status).toBe(400)
  })

  it('moves a photo with its sidecar, and deletes photos if enabled', async () => {
    await using studio = await start({ features: { delete_enabled: true } })
    const { fleet, tenant, store } = studio
    await upload(store, 'a.jpg', await picture(1))
    await store.writeSidecar('root', parsePhotoName('a.jpg'), 'rope\n')
    const moved = await adminPost(fleet, tenant, '/api/library/objects/a.jpg/move', { target_folder: 'keep' })
    expect(await moved.json()).toEqual({ moved: 'a.jpg', destination: 'keep', key: 'keep/a.jpg' })
    expect((await readableSidecar(store, 'keep', parsePhotoName('a.jpg')))?.text).toBe('rope\n')
    const path = '/api/library/objects/keep%2Fa.jpg'
    const nowhere = await adminPost(fleet, tenant, `${path}/move`, { target_folder: 'keep' })
    expect(nowhere.status).toBe(400)
    const elsewhere = await adminPost(fleet, tenant, `${path}/move`, { target_folder: 'other' })
    expect(elsewhere.status).toBe(400)
    const deleted = await adminRequest(fleet, tenant, path, { method: 'DELETE' })
    expect(await deleted.json()).toEqual({ deleted: 'a.jpg', sidecar_deleted: true })
    const again = await adminRequest(fleet, tenant, path, { method: 'DELETE' })
    expect([again.status, (await again.json()).code]).toEqual([404, 'photo_not_found'])
  })

  it('continues a listing by its cursor when photos come and go in the meantime', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    for (const [index, name] of ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'].entries()) {
      await upload(store, name, await picture(index, 100 + 60 * index, 80))
    }
    const list = async (query: string) =>
      (await adminRequest(fleet, tenant, `/api/library/objects?${query}`)).json()
    const keysOf = ({ objects }: { objects: { key: string }[] }) => objects.map(({ key }) => key)
    const bySize = 'sort=size&order=desc&limit=2'
    const [first, largest] = [await list('limit=2'), await list(bySize)]
    expect([keysOf(first), keysOf(largest)]).toEqual([
      ['a.jpg', 'b.jpg'],
      ['e.jpg', 'd.jpg'],
    ])
    await store.delete('root', parsePhotoName('b.jpg'))
    await store.delete('root', parsePhotoName('d.jpg'))
    await upload(store, 'aa.jpg', await picture(9))
    // Another program made these changes, so this process may remember the old listing for a while.
    await fleet.invalidate(tenant)
    const second = await list(`limit=2&cursor=${first.cursor}`)
    expect(second).toMatchObject({ cursor: null, truncated: false, total_in_window: 4 })
    expect(keysOf(second)).toEqual(['c.jpg', 'e.jpg'])
    expect(keysOf(await list(`${bySize}&cursor=${largest.cursor}`))).toEqual(['c.jpg', 'aa.jpg'])
    // Programs may send the cursor alone.
    expect(keysOf(await list(`limit=2&cursor=${largest.cursor}`))).toEqual(['c.jpg', 'aa.jpg'])
    expect(keysOf(await list(`limit=2&offset=1&cursor=${first.cursor}`))).toEqual(['aa.jpg', 'c.jpg'])
    expect(keysOf(await list('limit=2&cursor='))).toEqual(['a.jpg', 'aa.jpg'])
  })

  it('refuses an invented cursor', async () => {
    await using studio = await start()
    const wrong = [
      '2',
      '%00',
      'x'.repeat(3000),
      Buffer.from('["name","asc","../a",1,1]').toString('base64url'),
    ]
    for (const cursor of wrong) {
      const path = `/api/library/objects?cursor=${cursor}`
      const response = await adminRequest(studio.fleet, studio.tenant, path)
      expect([cursor, response.status, (await response.json()).code]).toEqual([
        cursor,
        400,
        'invalid_request',
      ])
    }
  })

  it('lists a folder when the prefix names it with or without a slash', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    for (const [index, folder] of (['archive', 'keep', 'remove'] as const).entries()) {
      await upload(store, `${folder}.jpg`, await picture(index))
      await store.move(parsePhotoName(`${folder}.jpg`), 'root', folder)
    }
    await upload(store, 'here.jpg', await picture(8))
    const prefixes: [string, string][] = [
      ['archive', 'archive/archive.jpg'],
      ['archive/', 'archive/archive.jpg'],
      ['archive/arch', 'archive/archive.jpg'],
      ['keep', 'keep/keep.jpg'],
      ['remove', 'remove/remove.jpg'],
      ['reject', 'remove/remove.jpg'],
      ['reject/', 'remove/remove.jpg'],
      ['root', 'here.jpg'],
      ['', 'here.jpg'],
    ]
    for (const [prefix, key] of prefixes) {
      const response = await adminRequest(fleet, tenant, `/api/library/objects?prefix=${prefix}`)
      const { objects } = await response.json()
      expect([prefix, objects.map((object: { key: string }) => object.key)]).toEqual([prefix, [key]])
    }
  })

  it('answers 404 for a missing photo and leaves other sidecars alone', async () => {
    for (const content of [{}, { content: { debug: true } }]) {
      await using studio = await start({ features: { delete_enabled: true }, ...content })
      const { fleet, tenant, store } = studio
      await store.writeSidecar('root', parsePhotoName('gone.jpg'), 'of gone.png\n')
      const requests: [string, string, object][] = [
        ['DELETE', '/api/library/objects/gone.jpg', {}],
        ['DELETE', '/api/library/objects/archive%2Fgone.jpg', {}],
        ['POST', '/api/library/objects/gone.jpg/move', { target_folder: 'archive' }],
        ['POST', '/api/images/gone.jpg/keep', {}],
        ['POST', '/api/images/gone.jpg/remove', {}],
        ['POST', '/api/images/gone.jpg/restore', {}],
        ['POST', '/api/images/gone.jpg/restore', { from: 'archive' }],
        ['POST', '/api/images/gone.jpg/delete', {}],
      ]
      for (const [method, path, body] of requests) {
        const response =
          method === 'DELETE'
            ? await adminRequest(fleet, tenant, path, { method })
            : await adminPost(fleet, tenant, path, body)
        expect([path, response.status, (await response.json()).code]).toEqual([path, 404, 'photo_not_found'])
      }
      expect((await readableSidecar(store, 'root', parsePhotoName('gone.jpg')))?.text).toBe('of gone.png\n')
    }
  })

  it('answers V2’s clients with the fields that they read', async () => {
    await using studio = await start({ features: { delete_enabled: true } })
    const { fleet, tenant, store } = studio
    await upload(store, 'a.jpg', await picture(1))
    const move = (target_folder: string) =>
      adminPost(fleet, tenant, '/api/library/objects/a.jpg/move', { target_folder })
    expect(await (await move('archive')).json()).toMatchObject({ moved: 'a.jpg', destination: 'archive' })
    await upload(store, 'a.jpg', await picture(2))
    expect(await (await move('archive')).json()).toEqual({
      moved: 'a.jpg',
      destination: 'archive',
      key: 'archive/a (2).jpg',
    })
    await upload(store, 'a.jpg', await picture(3))
    const deleted = await adminRequest(fleet, tenant, '/api/library/objects/a.jpg', { method: 'DELETE' })
    expect(await deleted.json()).toEqual({ deleted: 'a.jpg', sidecar_deleted: false })
  })

  it('shows thumbnails of every folder to admins, and only of the root to visitors', async () => {
    await using studio = await start()
    const { fleet, tenant, store } = studio
    await upload(store, 'a.jpg', await picture(1))
    await store.move(parsePhotoName('a.jpg'), 'root', 'remove')
    const path = '/api/images/a.jpg/thumbnail?size=w256h256&folder=remove'
    const thumbnail = await adminRequest(fleet, tenant, path)
    expect([thumbnail.status, thumbnail.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(thumbnail.headers.get('cache-control')).toMatch(/^private/)
    expect((await fleet.get(tenant, path)).status).toBe(401)
    expect((await adminRequest(fleet, tenant, path.replace('remove', 'attic'))).status).toBe(400)
    expect((await adminRequest(fleet, tenant, '/api/images/a.jpg/thumbnail')).status).toBe(404)
  })

  it('shows full photos of every folder to admins, and only of the root to visitors', async () => {
    await using studio = await start({ features: { auto_view_enabled: true } })
    const { fleet, tenant, store } = studio
    await upload(store, 'a.jpg', await picture(1))
    await store.move(parsePhotoName('a.jpg'), 'root', 'remove')
    const path = '/api/images/a.jpg?folder=remove'
    const photo = await (await adminRequest(fleet, tenant, path)).json()
    expect(photo).toMatchObject({
      filename: 'a.jpg',
      thumbnail_url: expect.stringMatching(/a\.jpg\/thumbnail\?size=w960h640&folder=remove&v=[\w-]{11}$/),
    })
    expect((await fetch(photo.temp_url)).status).toBe(200)
    expect((await fleet.get(tenant, path)).status).toBe(401)
    expect((await adminRequest(fleet, tenant, path.replace('remove', 'attic'))).status).toBe(400)
    expect((await adminRequest(fleet, tenant, '/api/images/a.jpg')).status).toBe(404)
  })

  it('refuses the library to visitors and when it is disabled', async () => {
    await using studio = await start({ features: { auto_view_enabled: true, library_enabled: false } })
    const { fleet, tenant, store } = studio
    await upload(store, 'a.jpg', await picture(1))
    const host = `${tenant}.${baseDomain}`
    const form1 = await form({ name: 'b.jpg', bytes: await picture(1) })
    const requests: [string, string, object][] = [
      ['GET', '/api/library/objects', {}],
      ['POST', '/api/library/upload', form1],
      [
        'POST',
        '/api/library/objects/a.jpg/move',
        { headers: { 'content-type': 'application/json' }, body: '{"target_folder":"keep"}' },
      ],
      ['DELETE', '/api/library/objects/a.jpg', {}],
    ]
    for (const [method, path, init] of requests) {
      const visitor = await fleet.host.request(host, path, {
        method,
        ...init,
        headers: {
          ...https,
          'sec-fetch-site': 'same-origin',
          ...('headers' in init ? Object(init.headers) : {}),
        },
      })
      expect([path, visitor.status]).toEqual([path, 401])
      const admin = await adminRequest(fleet, tenant, path, { method, ...init })
      expect([path, admin.status, (await admin.json()).code]).toEqual([path, 403, 'feature_disabled'])
    }
    expect((await store.list('root')).photos).toHaveLength(1)
  })

  it('shows the voice profile but leaves changes to the orchestrator', async () => {
    await using studio = await start({
      features: { voice_matching_enabled: true },
      content: { voice_profile: ['Soft and few words.'] },
    })
    const { fleet, tenant } = studio
    const shown = await adminRequest(fleet, tenant, '/api/config/voice-profile')
    expect(await shown.json()).toEqual({ voice_profile: ['Soft and few words.'], enabled: true })
    const changed = await adminPost(fleet, tenant, '/api/config/voice-profile', { voice_profile: [] })
    expect([changed.status, (await changed.json()).code]).toEqual([409, 'managed_elsewhere'])
    expect((await fleet.get(tenant, '/api/config/voice-profile')).status).toBe(401)
  })
})
