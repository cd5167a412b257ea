/** Crawls every public answer and link of a gallery as a stranger, and searches for photo metadata. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { thumbnailSizes } from '../../src/workflow/thumbnail.ts'
import { adminRequest, auth, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, https, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, type HostKind, nodeHost } from '../support/fixtures/hosts.ts'
import { dropboxApp, type Storages, startStorages, upload } from '../support/fixtures/photographers.ts'
import { half, noise } from '../support/fixtures/pictures.ts'
import {
  canariesIn,
  canaryAnimation,
  canaryJpeg,
  canaryPng,
  canaryWebp,
  textBomb,
} from '../support/fixtures/pictures-with-metadata.ts'

const photos = {
  'dusk.jpg': await canaryJpeg({ orientation: 6 }),
  'dawn.jpg': await canaryJpeg(),
  'noon.png': await canaryPng({ orientation: 6 }),
  'night.webp': await canaryWebp({ orientation: 6 }),
  'moving.webp': await canaryAnimation(),
}
type Name = keyof typeof photos
const imageNames: readonly Name[] = ['dusk.jpg', 'dawn.jpg', 'noon.png', 'night.webp', 'moving.webp']

/** Every field that V2 and this program write. Texts with `SECRET` are for admins only. */
const sidecar = `SECRET training prompt

# ---
# image_file: dusk.jpg
# dropbox_file_id: id:SECRET
# dropbox_rev: SECRETrev
# sha256: SECRETsha
# created: 2026-06-02T00:00:00Z
# sd_caption_version: v1.0
# model_version: SECRET-model
# artist_alias: Studio Alice
# subject: SECRET subject
# camera: SECRET camera
# moderation: ["SECRET nudity"]
# alt_text: A rope at dusk
# tags: ["rope", "dusk"]
# caption: Dusk.
# caption_generated: {"generic": "SECRET generated"}
`

const secretsIn = (bytes: Uint8Array) => [
  ...canariesIn(bytes),
  ...(Buffer.from(bytes).includes('SECRET') ? ['SECRET'] : []),
]

/** Requests every public address and everything that the answers link to. Returns the requests and the canaries found. */
async function walk(fleet: Fleet, tenant: string): Promise<{ asked: string[]; findings: string[] }> {
  const asked = new Set<string>()
  const findings: string[] = []
  const waiting = [
    '/',
    '/openapi.json',
    '/errors',
    '/manifest.webmanifest',
    '/appearance.css',
    '/health',
    '/api/config/features',
    '/api/config/publishers',
    '/api/admin/status',
    '/api/images/list',
    '/api/images/random',
    ...imageNames.flatMap((name) => [
      `/?photo=${name}`,
      `/api/images/${name}`,
      `/api/images/${name}?folder=archive`,
      `/api/images/${name}/original`,
      ...thumbnailSizes.map((size) => `/api/images/${name}/thumbnail?size=${size}`),
    ]),
  ]
  const origin = `https://${tenant}.${baseDomain}`
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (asked.has(path)) continue
    asked.add(path)
    for (const accept of ['text/html', 'image/webp,*/*', 'image/avif', 'image/jpeg', '*/*']) {
      if (accept !== '*/*' && !path.includes('/thumbnail') && !path.startsWith('/?')) continue
      const response =
        path.startsWith(origin) || path.startsWith('/')
          ? await fleet.get(tenant, path.replace(origin, ''), { accept })
          : await fetch(path)
      const bytes = new Uint8Array(await response.arrayBuffer())
      const heads = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
      const found = [...secretsIn(bytes), ...secretsIn(Buffer.from(heads))]
      if (found.length > 0) findings.push(`${path} (${accept}): ${found.join(', ')}`)
      waiting.push(...linksIn(`${heads}\n${isText(response) ? Buffer.from(bytes).toString() : ''}`))
    }
  }
  return { asked: [...asked], findings }
}

const isText = ({ headers }: Response) => /json|html|css/.test(headers.get('content-type') ?? '')

/**
 * Finds addresses in an answer: absolute URLs, and paths in quotes or angle brackets. Ignores placeholders of
 * the API description.
 */
function linksIn(text: string): string[] {
  const found = text.matchAll(/https?:\/\/[^\s"'<>\\`]+|(?<=["'<])\/(?:api|assets|auth)?[^\s"'<>\\]*/g)
  return [...found]
    .map(([link]) => link.replaceAll('&amp;', '&'))
    .filter(
      (link) =>
        !link.includes('{') && !link.startsWith('//') && !/^https?:\/\/(?!alice|127|localhost)/.test(link),
    )
    .filter((link) => !link.startsWith('/auth/'))
}

interface Gallery {
  tenant: string
  fleet: Fleet
}

function describeGallery(open: () => Gallery): void {
  it('gives a stranger no canary in any answer, header or link', async () => {
    const { tenant, fleet } = open()
    const { asked, findings } = await walk(fleet, tenant)
    expect(findings).toEqual([])
    // The crawl must have reached the photos.
    const copied = asked.flatMap((path) => /images\/([^/]+)\/copy\?token=/.exec(path)?.[1] ?? [])
    expect(copied).toEqual(expect.arrayContaining([...imageNames]))
    expect(asked.filter((path) => path.includes('/thumbnail')).length).toBeGreaterThanOrEqual(30)
  }, 120_000)

  it('shows a visitor the public fields and an admin all fields', async () => {
    const { tenant, fleet } = open()
    const visitors = await fleet.get(tenant, '/api/images/dusk.jpg')
    const seen = await visitors.json()
    expect(seen).toEqual({
      filename: 'dusk.jpg',
      temp_url: expect.stringContaining(`https://${tenant}.${baseDomain}/api/images/dusk.jpg/copy?token=`),
      version: expect.stringMatching(/^[\w-]{11}$/),
      // Facts and placeholder are known once a thumbnail was made.
      placeholder: expect.toBeOneOf([null, expect.stringMatching(/^[\w-]+$/)]),
      thumbnail_url: expect.stringMatching(/dusk\.jpg\/thumbnail\?size=w960h640&v=[\w-]{11}$/),
      sha256: null,
      caption: 'Dusk.',
      alt_text: 'A rope at dusk',
      sd_caption: null,
      metadata: expect.any(Object),
      has_sidecar: true,
    })
    const { width, height, taken_at: takenAt, ...words } = seen.metadata
    expect(words).toEqual({ alt_text: 'A rope at dusk', tags: ['rope', 'dusk'], credit: 'Studio Alice' })
    expect([width, height]).toBeOneOf([
      [undefined, undefined],
      [60, 90],
    ])
    expect(takenAt).toBeOneOf([undefined, expect.stringMatching(/^2026-/)])
    const otherUser = { cookie: await cookieOf('mallory@elsewhere.test') }
    expect(await (await fleet.get(tenant, '/api/images/dusk.jpg', otherUser)).json()).toEqual(seen)
    const admins = await adminRequest(fleet, tenant, '/api/images/dusk.jpg')
    const known = await admins.json()
    expect(known).toMatchObject({
      sha256: null,
      sd_caption: 'SECRET training prompt',
      metadata: { dropbox_file_id: 'id:SECRET', moderation: ['SECRET nudity'], artist_alias: 'Studio Alice' },
      picture: expect.toBeOneOf([null, expect.objectContaining({ width: 60, height: 90 })]),
    })
    for (const { headers } of [visitors, admins]) {
      expect(headers.get('cache-control')).toMatch(/private|no-store/)
      expect(headers.get('vary')).toContain('Cookie')
    }
  })

  it('does not show a training prompt as the caption to visitors or admins', async () => {
    const { tenant, fleet } = open()
    const path = '/api/images/dawn.jpg'
    expect(await (await fleet.get(tenant, path)).json()).toMatchObject({ caption: null, sd_caption: null })
    expect(await (await adminRequest(fleet, tenant, path)).json()).toMatchObject({
      caption: null,
      sd_caption: 'SECRET only a prompt',
    })
  })

  it('gives an admin the unchanged original', async () => {
    const { tenant, fleet } = open()
    const { temp_url: link } = await (await adminRequest(fleet, tenant, '/api/images/dusk.jpg')).json()
    const { origin, pathname, search } = new URL(link)
    const isOwn = origin === `https://${tenant}.${baseDomain}`
    const original = isOwn ? await fleet.get(tenant, pathname + search) : await fetch(link)
    expect(Buffer.from(await original.arrayBuffer()).equals(photos['dusk.jpg'])).toBe(true)
    if (isOwn) expect(original.headers.get('cache-control')).toBe('private, no-store')
  })

  it.each(imageNames)(
    'gives a visitor %s in full size without metadata, with caching headers',
    async (name) => {
      const { tenant, fleet } = open()
      const { temp_url: link } = await (await fleet.get(tenant, `/api/images/${name}`)).json()
      const path = link.replace(`https://${tenant}.${baseDomain}`, '')
      const copy = await fleet.get(tenant, path)
      const bytes = Buffer.from(await copy.arrayBuffer())
      const pixels = (file: Buffer) => sharp(file, { animated: true }).autoOrient().raw().toBuffer()
      expect((await pixels(bytes)).equals(await pixels(photos[name]))).toBe(true)
      expect(Object.fromEntries(copy.headers)).toMatchObject({
        'content-type': { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' }[name.split('.')[1] ?? ''],
        'content-disposition': `inline; filename*=UTF-8''${name}`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'public, max-age=3600',
        etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      })
      const etag = copy.headers.get('etag') ?? ''
      const again = await fleet.get(tenant, path, { 'if-none-match': etag })
      expect([again.status, await again.text()]).toEqual([304, ''])
      const host = `${tenant}.${baseDomain}`
      const head = await fleet.host.request(host, path, { method: 'HEAD', headers: https })
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, ''])
    },
  )

  it('refuses a visitor’s link on any other path or photo', async () => {
    const { tenant, fleet } = open()
    const { temp_url: link } = await (await fleet.get(tenant, '/api/images/dusk.jpg')).json()
    const token = new URL(link).searchParams.get('token') ?? ''
    for (const path of [
      `/api/images/dusk.jpg/original?token=${token}`,
      `/api/images/dawn.jpg/copy?token=${token}`,
      `/api/images/dusk.jpg/copy?token=${token.slice(0, -3)}`,
    ]) {
      const response = await fleet.get(tenant, path)
      expect([path, response.status, (await response.json()).code]).toEqual([path, 403, 'link_expired'])
    }
  })

  it('refuses to copy a file that is not a photo', async () => {
    const { tenant, fleet } = open()
    for (const name of ['page.jpg', 'cut.jpg']) {
      const { temp_url: link } = await (await fleet.get(tenant, `/api/images/${name}`)).json()
      const response = await fleet.get(tenant, link.replace(`https://${tenant}.${baseDomain}`, ''))
      expect([name, response.status, (await response.json()).code]).toEqual([name, 422, 'photo_unreadable'])
    }
  })
}

const liars = {
  'page.jpg': Buffer.from('<!doctype html><script>alert(1)</script>'.repeat(30)),
  'cut.jpg': Buffer.from(half(photos['dusk.jpg']).subarray(0, 200)),
}

const features = { auto_view_enabled: true }

function furnish(fleet: Fleet, tenant: string): void {
  const answer = fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)
  Object.assign(answer?.config ?? {}, { features, auth })
}

async function fill(store: PhotoStore): Promise<void> {
  for (const [name, bytes] of [...Object.entries(photos), ...Object.entries(liars)])
    await upload(store, name, bytes)
  await store.writeSidecar('root', parsePhotoName('dusk.jpg'), sidecar)
  await store.writeSidecar('root', parsePhotoName('dawn.jpg'), 'SECRET only a prompt\n')
}

describeOnBothHosts('strangers in a gallery', (kind: HostKind) => {
  let storages: Storages
  let fleet: Fleet
  beforeAll(async () => {
    storages = await startStorages()
    fleet = await startFleet(kind, {
      ...signInVariables,
      DROPBOX_APP_KEY: dropboxApp.key,
      DROPBOX_APP_SECRET: dropboxApp.secret,
      DROPBOX_BASE_URL: storages.dropboxUrl,
    })
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await storages[Symbol.asyncDispose]()
  })

  describe('a gallery on S3', () => {
    const tenant = `alice-s3-${kind.name}`
    beforeAll(async () => {
      const store = storages.onS3(fleet, tenant)
      furnish(fleet, tenant)
      await fill(store)
    })
    describeGallery(() => ({ tenant, fleet }))
  })

  describe('a gallery on Dropbox', () => {
    const tenant = `alice-dropbox-${kind.name}`
    beforeAll(async () => {
      const account = storages.onDropbox(fleet, tenant)
      furnish(fleet, tenant)
      for (const [name, bytes] of [...Object.entries(photos), ...Object.entries(liars)])
        await account.seed(`/Photos/${name}`, bytes)
      await account.seed('/Photos/dusk.txt', sidecar)
      await account.seed('/Photos/dawn.txt', 'SECRET only a prompt\n')
    })
    describeGallery(() => ({ tenant, fleet }))
  })
})

describe('strangers in a gallery on the local disk', () => {
  let directory = ''
  let fleet: Fleet
  const tenant = 'alice-local'
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'publisher-visitors-'))
    const folder = join(directory, tenant, 'photos')
    await mkdir(folder, { recursive: true })
    for (const [name, bytes] of [...Object.entries(photos), ...Object.entries(liars)])
      await writeFile(join(folder, name), bytes)
    await writeFile(join(folder, 'dusk.txt'), sidecar)
    await writeFile(join(folder, 'dawn.txt'), 'SECRET only a prompt\n')
    fleet = await startFleet(nodeHost, { ...signInVariables, LOCAL_STORAGE_ROOT: directory })
    fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, {
      config: { features, auth, storage: { provider: 'local', paths: { root: 'photos' } } },
    })
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  })
  describeGallery(() => ({ tenant, fleet }))
})

describeOnBothHosts('pictures with long metadata before their pixels', (kind: HostKind) => {
  it('refuses pictures that inflate to gigabytes and accepts 2 MB of extended XMP', async () => {
    await using storages = await startStorages()
    await using fleet = await startFleet(kind, signInVariables)
    const tenant = `bombs-${kind.name}`
    const store = storages.onS3(fleet, tenant)
    furnish(fleet, tenant)
    const send = async (name: string, bytes: Uint8Array) => {
      const form = new FormData()
      form.append('file', new File([new Uint8Array(bytes)], name))
      const encoded = new Response(form)
      const response = await adminRequest(fleet, tenant, '/api/library/upload', {
        method: 'POST',
        headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
        body: new Uint8Array(await encoded.arrayBuffer()),
      })
      return [response.status, (await response.json()).code]
    }
    for (const bomb of ['zTXt', 'iTXt', 'iCCP'] as const) {
      const bytes = await textBomb(bomb, 200)
      expect([bomb, ...(await send(`${bomb}.png`, bytes))]).toEqual([bomb, 415, 'unsupported_photo'])
      await upload(store, `${bomb}.png`, bytes)
      const look = await fleet.get(tenant, `/api/images/${bomb}.png/thumbnail`)
      expect([bomb, look.status, (await look.json()).code]).toEqual([bomb, 422, 'photo_unreadable'])
    }
    const picture = await noise(64, 48).jpeg().toBuffer()
    const xmp = Buffer.from(`http://ns.adobe.com/xmp/extension/\0${'x'.repeat(65_000)}`)
    const extended = Array.from({ length: 32 }, () =>
      Buffer.concat([Buffer.from([0xff, 0xe1, (xmp.length + 2) >> 8, (xmp.length + 2) & 255]), xmp]),
    )
    const portrait = Buffer.concat([picture.subarray(0, 2), ...extended, picture.subarray(2)])
    expect(await send('portrait.jpg', portrait)).toEqual([200, undefined])
    expect((await fleet.get(tenant, '/api/images/portrait.jpg/thumbnail')).status).toBe(200)
  })
})
