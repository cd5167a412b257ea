import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { adminPost } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { attachedTo } from '../support/fixtures/mails.ts'
import { upload } from '../support/fixtures/photographers.ts'
import {
  canariesIn,
  canaryJpeg,
  canaryPng,
  canaryWebp,
  credited,
} from '../support/fixtures/pictures-with-metadata.ts'
import { recipient, type Studio, startStudio } from '../support/fixtures/studio.ts'

const files = {
  'telling.jpg': await canaryJpeg({ orientation: 6, width: 300, height: 200 }),
  'telling.png': await canaryPng({ orientation: 6, width: 300, height: 200 }),
  'telling.webp': await canaryWebp({ orientation: 6, width: 300, height: 200 }),
}
const names = Object.keys(files)

const hasCredit = (bytes: Uint8Array) => Buffer.from(bytes).includes(credited)

describeOnBothHosts('credit', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(content: Record<string, unknown>) {
    const tenant = `credit-${kind.name}-${++tenants}`
    const store: PhotoStore = studio.tenant(tenant, {
      content,
    })
    for (const [name, bytes] of Object.entries(files)) await upload(store, name, bytes)
    const read = async (path: string) =>
      new Uint8Array(await (await studio.fleet.get(tenant, path)).arrayBuffer())
    const copyOf = async (name: string) => {
      const { temp_url } = await (await studio.fleet.get(tenant, `/api/images/${name}`)).json()
      const { pathname, search } = new URL(temp_url)
      return read(pathname + search)
    }
    const publish = (name: string) => adminPost(studio.fleet, tenant, `/api/images/${name}/publish`)
    const sent = () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    const mails = () => studio.mail.mails.filter(({ to }) => to.includes(recipient(tenant)))
    return { read, copyOf, publish, sent, mails }
  }

  it('leaves with full-size copies and published pictures, and nothing else does', async () => {
    const { copyOf, publish, sent, mails } = await open({})
    for (const name of names) {
      const copy = await copyOf(name)
      expect([name, hasCredit(copy), canariesIn(copy)]).toEqual([name, true, []])
      expect((await publish(name)).status).toBe(200)
    }
    const pictures = [
      ...sent().map(({ photo }) => photo.bytes),
      ...mails().map(({ raw }) => attachedTo(Buffer.from(raw, 'latin1'))),
    ]
    expect(pictures.map(hasCredit)).toEqual(pictures.map(() => true))
    expect(pictures.flatMap(canariesIn)).toEqual([])
    expect(pictures).toHaveLength(2 * names.length)
  })

  it('stays out of thumbnails', async () => {
    const { read } = await open({})
    for (const name of names) {
      expect(hasCredit(await read(`/api/images/${name}/thumbnail`))).toBe(false)
    }
  })

  it('stays where it is for a tenant who keeps no credit', async () => {
    const { copyOf, publish, sent } = await open({ keep_credit: false })
    for (const name of names) {
      const copy = await copyOf(name)
      expect([name, hasCredit(copy), canariesIn(copy)]).toEqual([name, false, []])
      await publish(name)
    }
    const pictures = sent().map(({ photo }) => photo.bytes)
    expect(pictures.filter(hasCredit)).toEqual([])
    expect(pictures).toHaveLength(names.length)
  })
})
