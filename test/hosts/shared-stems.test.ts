/** Two photos with the same stem: a change to one photo leaves the other's caption alone. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const [first, second] = [parsePhotoName('IMG_7.jpg'), parsePhotoName('IMG_7.webp')]
const words =
  'prompt of the first\n\n# ---\n# image_file: IMG_7.jpg\n# caption: First.\n# caption_edited: True\n'

describeOnBothHosts('two photos with the same stem', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open() {
    const tenant = `stems-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant)
    await upload(store, first, await picture(tenants * 13, 90, 60))
    await upload(store, second, await picture(tenants * 13 + 1, 60, 90))
    await store.writeSidecar('root', first, words)
    const get = async (name: string) =>
      (await adminRequest(studio.fleet, tenant, `/api/images/${name}`)).json()
    const post = async (name: string, action: string, body?: unknown) =>
      (
        await adminPost(studio.fleet, tenant, `/api/images/${encodeURIComponent(name)}/${action}`, body)
      ).json()
    const textOf = async (folder: 'root' | 'archive' | 'keep') => {
      const sidecar = await store.readSidecar(folder, first)
      return sidecar === null || sidecar === 'unreadable' ? sidecar : sidecar.text
    }
    return { tenant, store, get, post, textOf }
  }

  it('does not show the first photo’s caption with the second, to admins or visitors', async () => {
    const { tenant, get } = await open()
    expect(await get(first)).toMatchObject({ caption: 'First.', has_sidecar: true })
    const nothing = { caption: null, alt_text: null, sd_caption: null, has_sidecar: false }
    expect(await get(second)).toMatchObject({ ...nothing, captions: { source: null } })
    const visited = await studio.fleet.get(tenant, `/api/images/${second}`)
    expect(await visited.json()).toMatchObject(nothing)
  })

  it('keeps both captions when the second photo is analyzed and edited', async () => {
    const { tenant, get, post, textOf } = await open()
    const analysis = await post(second, 'analyze')
    expect(analysis).toMatchObject({ sidecar_written: true, caption: expect.not.stringContaining('First.') })
    expect(await get(second)).toMatchObject({ caption: analysis.caption, has_sidecar: true })
    const saved = await adminRequest(studio.fleet, tenant, `/api/images/${second}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ caption: 'Second.' }),
    })
    expect(await saved.json()).toMatchObject({ caption: 'Second.', metadata: { image_file: second } })
    expect(await get(second)).toMatchObject({ caption: 'Second.' })
    expect(await textOf('root')).toBe(words)
  })

  it('does not send or archive the first photo’s caption when the second is published', async () => {
    const { tenant, post, get, textOf } = await open()
    const published = await post(second, 'publish', { platforms: ['telegram'] })
    expect(published).toMatchObject({ any_success: true, archived: true })
    const posts = studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    expect(posts.map(({ caption }) => caption ?? '')).toEqual([''])
    expect([await textOf('root'), await textOf('archive')]).toEqual([words, null])
    expect(await get(first)).toMatchObject({ caption: 'First.' })
  })

  it('leaves the first photo’s sidecar in place when the second is kept, restored and deleted', async () => {
    const { post, get, textOf } = await open()
    let name: string = second
    for (const action of ['keep', 'restore', 'remove', 'restore', 'delete']) {
      const { filename } = await post(name, action)
      expect(filename).toMatch(/^IMG_7( \(2\))?\.webp$/)
      name = filename
      expect([action, await textOf('root'), await textOf('keep')]).toEqual([action, words, null])
    }
    expect(await get(first)).toMatchObject({ caption: 'First.', has_sidecar: true })
  })

  it('gives the first photo no caption when the second is restored with a sidecar that names no photo', async () => {
    const { store, get, post } = await open()
    await store.move(second, 'root', 'keep', null)
    await store.move(first, 'root', 'remove')
    await store.writeSidecar('keep', second, 'prompt\n\n# ---\n# caption: Second.\n')
    await store.move(first, 'remove', 'root', null)
    await post(second, 'restore')
    expect(await get(first)).toMatchObject({ caption: null })
    expect(await get(second)).toMatchObject({ caption: 'Second.' })
  })

  it('reports an unreadable sidecar when another program uses the second photo’s full name', async () => {
    const { tenant, store, get, post } = await open()
    await store.writeSidecar('root', second, 'notes of another program', null, 'full')
    const edited = await adminRequest(studio.fleet, tenant, `/api/images/${second}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ caption: 'Second.' }),
    })
    expect([edited.status, (await edited.json()).code]).toEqual([422, 'sidecar_unreadable'])
    expect(await post(second, 'analyze')).toMatchObject({ status: 422, code: 'sidecar_unreadable' })
    const published = await post(second, 'publish', { platforms: ['telegram'], caption: 'Typed.' })
    expect(published).toMatchObject({ any_success: true, archived: true })
    expect(published.warnings).toEqual(expect.arrayContaining([expect.stringContaining('not saved')]))
    expect(await get(first)).toMatchObject({ caption: 'First.' })
    expect(await store.readSidecar('root', second, 'full')).toMatchObject({
      text: 'notes of another program',
    })
  })

  it('numbers an upload when another photo has the same stem', async () => {
    const { tenant, store } = await open()
    await store.delete('root', first)
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(await picture(77, 60, 60))]), 'IMG_7.png')
    const encoded = new Response(form)
    const response = await adminRequest(studio.fleet, tenant, '/api/library/upload', {
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
      body: new Uint8Array(await encoded.arrayBuffer()),
    })
    expect([response.status, JSON.stringify(await response.json())]).toEqual([
      200,
      expect.stringContaining('IMG_7 (2).jpg'),
    ])
  })
})
