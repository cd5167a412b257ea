/** Hanging or failing storage of one tenant does not affect other tenants. */
import { createServer, request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auth, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, https, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, type Storages, startStorages, upload } from '../support/fixtures/photographers.ts'

/** A storage that hangs, fails, works, or works until it has sent the start of a 10 MB photo and then stalls. */
interface BadStorage extends AsyncDisposable {
  url: string
  mode: 'silent' | 'failing' | 'well' | 'stalling'
  /** Number of photos in its listings. */
  photos: number
  requests: number
  /** Photos that requests have named. */
  asked: Set<string>
  /** Number of photos whose remaining bytes are withheld. */
  stalled: number
  /** Resolves when this many requests have arrived in total. */
  seen(count: number): Promise<void>
  /** Makes all hanging requests fail. */
  breakOff(): void
}

const photoHeaders = {
  'content-type': 'image/jpeg',
  'content-length': 10_000_000,
  'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT',
  etag: '"1"',
}

const photoStart = (await picture(3)).subarray(0, 700)

async function startBadStorage(): Promise<BadStorage> {
  const hanging = new Set<ServerResponse>()
  const watchers = new Map<number, () => void>()
  const server = createServer((request, response) => {
    request.resume()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://storage')
    storage.requests += 1
    if (pathname.endsWith('.jpg')) storage.asked.add(pathname)
    watchers.get(storage.requests)?.()
    if (storage.mode === 'silent') return void hanging.add(response)
    if (storage.mode === 'failing') return void response.writeHead(500).end()
    if (searchParams.has('list-type')) {
      const listing = listingOf(storage.photos, searchParams.get('prefix') ?? '')
      return void response.writeHead(200, { 'content-type': 'application/xml' }).end(listing)
    }
    if (storage.mode === 'well' || pathname.includes('/.publisher/'))
      return void response.writeHead(404).end()
    response.writeHead(200, photoHeaders)
    if (request.method === 'HEAD') return void response.end()
    response.write(photoStart)
    storage.stalled += 1
    hanging.add(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const storage: BadStorage = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'silent',
    photos: 0,
    requests: 0,
    asked: new Set(),
    stalled: 0,
    seen(count) {
      if (storage.requests >= count) return Promise.resolve()
      return new Promise((resolve) => watchers.set(count, resolve))
    },
    breakOff() {
      for (const response of hanging) response.destroy()
      hanging.clear()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return storage
}

function listingOf(photos: number, prefix: string): string {
  const contents = Array.from({ length: photos }, (_, index) => {
    const size = photoHeaders['content-length']
    return `<Contents><Key>${prefix}photo-${index}.jpg</Key><LastModified>2026-01-05T10:00:00.000Z</LastModified><ETag>&quot;1&quot;</ETag><Size>${size}</Size></Contents>`
  })
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`
}

function onBadStorage({ orchestrator }: Fleet, tenant: string, endpoint: string): void {
  // Kept previews would cause requests of their own after the answers.
  const storage = { provider: 's3', credentials_ref: 'bad', paths: { root: tenant }, previews: 'memory' }
  const config = { features: { auto_view_enabled: true }, storage }
  orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config })
  orchestrator.credentials.set(`${tenant}/bad`, {
    provider: 's3',
    version: '1',
    access_key_id: 'id',
    secret_access_key: 'secret',
    endpoint_url: endpoint,
    bucket: 'photos',
    region: 'auto',
  })
}

const list = '/api/images/list'

/** Size of the largest photo. The upload memory holds two of them. */
const largest = 50 * 2 ** 20

/**
 * Announces an upload of the largest photo, sends this many bytes and then stalls. Returns the status of the
 * answer, if any.
 */
async function stalledUpload({ host }: Fleet, tenant: string, sent: number) {
  const headers = {
    ...https,
    host: `${tenant}.${baseDomain}`,
    cookie: await cookieOf(),
    'sec-fetch-site': 'same-origin',
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': String(largest),
  }
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port: host.port,
    path: '/api/library/upload',
    method: 'POST',
    headers,
    agent: false,
  })
  // The host aborts this request in the end.
  outgoing.on('error', () => undefined)
  const status = new Promise<number>((resolve) => {
    outgoing.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
  })
  outgoing.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n')
  await new Promise<void>((resolve) => outgoing.write(Buffer.alloc(sent), () => resolve()))
  return { status, giveUp: () => outgoing.destroy() }
}

describeOnBothHosts('a tenant with a failing storage', (kind) => {
  const clock = { ahead: 0 }
  let fleet: Fleet
  let storages: Storages

  beforeAll(async () => {
    storages = await startStorages()
    fleet = await startFleet(kind, signInVariables, () => Date.now() + clock.ahead)
    await upload(storages.onS3(fleet, 'bob'), 'a.jpg', await picture(1))
  }, 60_000)
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await storages[Symbol.asyncDispose]()
  })

  async function bobIsServed(): Promise<void> {
    const paths = [list, '/api/images/random', '/api/images/a.jpg/thumbnail?size=w256h256']
    for (const path of paths) expect([path, (await fleet.get('bob', path)).status]).toEqual([path, 200])
  }

  /** Returns the path of the full-size copy, which is read from the storage for each request. */
  async function copyOf(tenant: string, photo: string): Promise<string> {
    const details = await fleet.get(tenant, `/api/images/${photo}`)
    const { pathname, search } = new URL((await details.json()).temp_url)
    return pathname + search
  }

  it('limits a tenant with a hanging storage to sixteen concurrent calls and delays no other tenant', async () => {
    await using storage = await startBadStorage()
    storage.mode = 'well'
    storage.photos = 100
    onBadStorage(fleet, 'hung', storage.url)
    expect((await fleet.get('hung', list)).status).toBe(200)
    const links = await Promise.all(
      Array.from({ length: 100 }, (_, index) => copyOf('hung', `photo-${index}.jpg`)),
    )
    storage.mode = 'silent'
    const before = storage.requests
    const pending = links.map((link) => fleet.get('hung', link))
    let answered = 0
    for (const one of pending) void one.finally(() => (answered += 1))
    await storage.seen(before + 16)
    await bobIsServed()
    expect([storage.requests - before, answered]).toEqual([16, 0])
    storage.mode = 'failing'
    storage.breakOff()
    const answers = await Promise.all(pending)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    // Before the fifth outage, four more calls may have got a slot. The rest was never sent.
    expect(storage.asked.size).toBeLessThanOrEqual(16 + 4)
    expect(answers.some(({ headers }) => headers.has('retry-after'))).toBe(true)
  })

  it('answers at once for a failing storage until the breaker retries it', async () => {
    await using storage = await startBadStorage()
    storage.mode = 'failing'
    onBadStorage(fleet, 'failing', storage.url)
    // One listing serves all requests that wait for it.
    for (let outage = 1; outage <= 5; outage++) await fleet.get('failing', list)
    const requests = storage.requests
    const refused = await fleet.get('failing', list)
    expect([refused.status, (await refused.json()).code]).toEqual([503, 'storage_unavailable'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(storage.requests).toBe(requests)
    await bobIsServed()
    // A Worker's clock cannot be set.
    if (kind.name === 'worker') return
    storage.mode = 'well'
    clock.ahead += 10_000
    const back = await fleet.get('failing', list)
    expect([back.status, await back.json()]).toMatchObject([200, { filenames: [], count: 0 }])
    expect((await fleet.get('failing', list)).status).toBe(200)
    const states = fleet.host.lines.flatMap((line) => {
      const { msg, state, tenant, vendor } = JSON.parse(line)
      return msg === 'vendor breaker' && tenant === 'failing' ? [`${vendor} ${state}`] : []
    })
    expect(states).toEqual(['s3 open', 's3 half_open', 's3 closed'])
  })

  it('serves another tenant’s thumbnail while forty photos of one tenant stall', async () => {
    await using storage = await startBadStorage()
    storage.mode = 'stalling'
    storage.photos = 40
    onBadStorage(fleet, 'crowd', storage.url)
    let answered = 0
    const thumbnails = Array.from({ length: 40 }, async (_, index) => {
      const { status } = await fleet.get('crowd', `/api/images/photo-${index}.jpg/thumbnail?size=w960h640`)
      answered += 1
      return status
    })
    // A tenant may fill half of the memory for originals, which is three of these.
    await expect.poll(() => storage.stalled).toBeGreaterThanOrEqual(3)
    await bobIsServed()
    expect(answered).toBe(0)
    storage.mode = 'failing'
    storage.breakOff()
    // Photos that broke off in the middle are also reported as storage failures.
    expect(new Set(await Promise.all(thumbnails))).toEqual(new Set([503]))
  })

  async function uploadedBy(tenant: string, photo: Uint8Array): Promise<Response> {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), 'a.jpg')
    const request = new Request('http://localhost', { method: 'POST', body: form })
    return fleet.host.request(`${tenant}.${baseDomain}`, '/api/library/upload', {
      method: 'POST',
      headers: {
        ...https,
        cookie: await cookieOf(),
        'sec-fetch-site': 'same-origin',
        'content-type': request.headers.get('content-type') ?? '',
      },
      body: new Uint8Array(await request.arrayBuffer()),
    })
  }

  function withUploads(...tenants: string[]): void {
    for (const tenant of tenants) {
      storages.onS3(fleet, tenant)
      Object.assign(fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)?.config ?? {}, { auth })
    }
  }

  it('reserves no memory for announced bytes, and aborts slow uploads with a reason', async () => {
    withUploads('slow', 'slower', 'prompt')
    const uploads = await Promise.all(
      ['slow', 'slow', 'slow', 'slower', 'slower'].map((tenant) => stalledUpload(fleet, tenant, 100)),
    )
    const statuses: number[] = []
    for (const { status } of uploads) void status.then((code) => statuses.push(code))
    const answer = await uploadedBy('prompt', await picture(2))
    expect([answer.status, await answer.json()]).toMatchObject([200, { key: 'a.jpg' }])
    await expect.poll(() => statuses.toSorted(), { timeout: 40_000 }).toEqual([408, 408, 503, 503, 503])
    for (const upload of uploads) upload.giveUp()
  }, 60_000)

  it('aborts the stalled uploads of two tenants who filled the memory when a third needs it', async () => {
    // A Worker's own memory is no larger than this.
    if (kind.name === 'worker') return
    withUploads('first-full', 'second-full', 'third')
    const uploads = await Promise.all(
      ['first-full', 'second-full'].map((tenant) => stalledUpload(fleet, tenant, largest - 1024)),
    )
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
    const photo = sharp({ create: { width: 900, height: 900, channels: 3, background: 'black', noise } })
    const bytes = await photo.jpeg({ quality: 100 }).toBuffer()
    expect(bytes.length).toBeGreaterThan(200_000)
    const answer = await uploadedBy('third', bytes)
    expect([answer.status, await answer.json()]).toMatchObject([200, { key: 'a.jpg' }])
    expect(await Promise.all(uploads.map(({ status }) => status))).toEqual([408, 408])
    for (const upload of uploads) upload.giveUp()
  }, 60_000)
})
