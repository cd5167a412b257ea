import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { refusal, type ScriptedS3, startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture } from '../support/fixtures/photographers.ts'
import { windows1252Sidecar } from '../support/fixtures/sidecar-examples.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`
const small = 'rope\n\n# ---\n# caption: By hand.\n# caption_edited: True\n'
/** Sidecar that is larger than all buffers between two programs. */
const large = `rope\n\n# ---\n${'# a: b\n'.repeat(4_000_000)}`

describeOnBothHosts('a sidecar', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  /** Adds a tenant whose storage records each request, with this sidecar beside its one photo. */
  async function open(sidecar: string | Uint8Array) {
    const tenant = `sidecars-${kind.name}-${++tenants}`
    const s3 = await startScriptedS3()
    const ref = `${tenant}-scripted`
    studio.tenant(tenant, {
      storage: { provider: 's3', credentials_ref: ref, paths: { root: 'Photos' } },
    })
    studio.fleet.orchestrator.credentials.set(`${tenant}/${ref}`, {
      provider: 's3',
      version: '1',
      access_key_id: 'scripted',
      secret_access_key: 'scripted-secret',
      endpoint_url: s3.endpoint,
      bucket: 'photos',
      region: 'auto',
    })
    s3.bucket.seed(`Photos/${photo}`, await picture(tenants * 7, 90, 60))
    s3.bucket.seed('Photos/dusk.txt', sidecar)
    const patch = (body: unknown) =>
      adminRequest(studio.fleet, tenant, path, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    return {
      s3,
      get: (address: string) => studio.fleet.get(tenant, address),
      patch,
      asAdmin: () => adminRequest(studio.fleet, tenant, path),
      post: (action: string, body?: unknown) => adminPost(studio.fleet, tenant, `${path}/${action}`, body),
    }
  }

  function readsOf(s3: ScriptedS3) {
    return s3.calls.filter(({ operation, key }) => operation === 'get' && key.endsWith('.txt'))
  }

  it('reads the sidecar at most once per request', async () => {
    const { s3, get, patch, post } = await open(small)
    const requests: [string, () => Promise<Response>, number][] = [
      ['details', () => get(path), 1],
      // The listing tells that the sidecar is unchanged.
      ['random', () => get('/api/images/random'), 0],
      ['list', () => get('/api/images/list'), 0],
      ['edit', () => patch({ caption: 'Edited.' }), 1],
      ['analyze', () => post('analyze'), 1],
      ['analyze anew', () => post('analyze?force_refresh=true'), 1],
      ['preview', () => post('publish', { dry_run: true, caption: 'Typed.' }), 1],
      ['keep', () => post('keep'), 0],
      // No listing of that folder proves that no other photo has this stem.
      ['restore', () => post('restore'), 1],
      ['publish', () => post('publish', { caption: 'Typed.' }), 1],
    ]
    for (const [what, ask, expected] of requests) {
      const before = readsOf(s3).length
      const response = await ask()
      expect([what, response.status, readsOf(s3).length - before]).toEqual([what, 200, expected])
    }
    expect(s3.bucket.contents()['Photos/archive/dusk.txt']).toContain('Typed.')
  })

  it('does not change a sidecar that is far too large, or read it to the end', async () => {
    const { s3, get, patch, post } = await open(large)
    expect(await (await get(path)).json()).toMatchObject({
      caption: null,
      sd_caption: null,
      metadata: {},
      has_sidecar: true,
    })
    for (const ask of [
      () => patch({ caption: 'Mine.' }),
      () => post('analyze'),
      () => post('analyze?force_refresh=true'),
    ]) {
      const response = await ask()
      expect([response.status, (await response.json()).code]).toEqual([422, 'sidecar_unreadable'])
    }
    const preview = await post('publish', { dry_run: true })
    expect(await preview.json()).toMatchObject({ warnings: [expect.stringContaining('not used')] })
    const published = await post('publish', { caption: 'Typed.' })
    expect(await published.json()).toMatchObject({
      any_success: true,
      archived: true,
      warnings: [expect.stringContaining('not used'), expect.stringContaining('not saved')],
    })
    expect(s3.bucket.contents()['Photos/archive/dusk.txt'] === large).toBe(true)
    expect(s3.calls.filter(({ operation, key }) => operation === 'put' && key.endsWith('.txt'))).toEqual([])
    expect(new Set(await Promise.all(readsOf(s3).map(({ completed }) => completed)))).toEqual(
      new Set([false]),
    )
  })

  it('preserves the encoding and foreign bytes of a Windows-1252 sidecar when a person edits it', async () => {
    const { s3, get, patch } = await open(windows1252Sidecar)
    expect((await patch({ caption: 'Größe – gemessen' })).status).toBe(200)
    expect(await (await get(path)).json()).toMatchObject({ caption: 'Größe – gemessen' })
    const stored = s3.bucket.bytesOf('Photos/dusk.txt')
    expect(stored?.subarray(0, windows1252Sidecar.length)).toEqual(Buffer.from(windows1252Sidecar))
    expect((await patch({ caption: 'Nacht 🌅' })).status).toBe(200)
    expect(s3.bucket.contents()['Photos/dusk.txt']).toContain('# note: meine Notiz über Größe\n')
    expect(await (await get(path)).json()).toMatchObject({ caption: 'Nacht 🌅' })
  })

  it('reports a sidecar with mixed encodings as unreadable and leaves it unchanged', async () => {
    const mixed = Buffer.concat([Buffer.from('über Möwen\n\n# ---\n# note: '), Buffer.from([0xfc, 10])])
    const { s3, get, patch, post } = await open(mixed)
    expect(await (await get(path)).json()).toMatchObject({ caption: null, has_sidecar: true })
    for (const ask of [() => patch({ caption: 'Mine.' }), () => post('analyze')]) {
      const response = await ask()
      expect([response.status, await response.json()]).toEqual([
        422,
        expect.objectContaining({ code: 'sidecar_unreadable', detail: expect.stringContaining('UTF-8') }),
      ])
    }
    expect(s3.bucket.bytesOf('Photos/dusk.txt')).toEqual(mixed)
  })

  it('moves and deletes a photo even when the storage refuses to read its sidecar', async () => {
    const { s3, post } = await open(small)
    s3.script(({ operation, key }) =>
      operation === 'get' && key.endsWith('.txt') ? refusal(403, 'AccessDenied') : undefined,
    )
    for (const action of ['remove', 'restore', 'delete'])
      expect([action, (await post(action)).status]).toEqual([action, 200])
    expect(Object.keys(s3.bucket.contents()).filter((key) => key.includes('dusk'))).toEqual([])
  })

  it('assigns a sidecar to its photo by the digest alone once the digest is known', async () => {
    const sha256 = createHash('sha256')
      .update(await picture((tenants + 1) * 7, 90, 60))
      .digest('hex')
    const { get, asAdmin, post } = await open(`rope\n\n# ---\n# sha256: ${sha256}\n# caption: Words.\n`)
    expect(await (await get(path)).json()).toMatchObject({ caption: null })
    // Looking reads no original, so the digest is not known yet.
    expect(await (await asAdmin()).json()).toMatchObject({ caption: null, sha256: null, publications: [] })
    expect((await post('publish', { dry_run: true })).status).toBe(200)
    expect(await (await asAdmin()).json()).toMatchObject({ caption: 'Words.', sha256 })
    expect(await (await get(path)).json()).toMatchObject({ caption: 'Words.' })
  })

  it('moves and deletes an oversized sidecar together with its photo', async () => {
    const { s3, post } = await open(large)
    expect((await post('remove')).status).toBe(200)
    expect(s3.bucket.contents()['Photos/reject/dusk.txt'] === large).toBe(true)
    expect((await post('restore')).status).toBe(200)
    expect((await post('delete')).status).toBe(200)
    expect(Object.keys(s3.bucket.contents()).filter((key) => key.endsWith('.txt'))).toEqual([])
  })
})
