/** People see their own changes on every process at once, with and without a channel between the processes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseHost } from '../../src/contract/host.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { withOwnSidecars } from '../../src/workflow/own-sidecars.ts'
import { captionOf, parseSidecar } from '../../src/workflow/sidecar.ts'
import { type Browser, createChannels, type Dyno, host, startDyno } from '../support/fixtures/dynos.ts'
import { photo, readableSidecar, streamOf } from '../support/fixtures/stored-photos.ts'

async function openFolder() {
  const directory = await mkdtemp(join(tmpdir(), 'own-changes-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const paths = { root: '', archive: 'archive', keep: 'keep', remove: 'reject' }
  return () =>
    createLocalStore({ paths, baseDirectory: directory, link: async (_, name) => `/original/${name}` })
}

const jsonBody = (body: unknown) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

interface Dynos {
  open: Awaited<ReturnType<typeof openFolder>>
  first: Dyno
  second: Dyno
  clock: { time: number }
}

async function startBoth({ hasChannel = false } = {}): Promise<Dynos> {
  const open = await openFolder()
  const clock = { time: Date.now() }
  const channel = createChannels()
  const start = () =>
    startDyno(open(), { now: () => clock.time, invalidations: hasChannel ? channel() : undefined })
  return { open, first: start(), second: start(), clock }
}

async function put(open: Dynos['open'], ...names: string[]): Promise<void> {
  for (const name of names) await open().upload('root', photo(name), streamOf(name), name.length)
}

describe('a browser after its own change', () => {
  it('sees the change on another process at once, in lists and in details', async () => {
    const { open, first, second } = await startBoth()
    await put(open, 'a.jpg', 'b.jpg')
    const here = first.browser({ isAdmin: true })
    const there = second.browser({ isAdmin: true, jar: here.jar })
    const stranger = second.browser()
    for (const browser of [here, there]) {
      expect((await browser.get('/api/images/list')).filenames).toEqual(['a.jpg', 'b.jpg'])
      expect((await browser.get('/api/images/b.jpg')).caption).toBeNull()
    }
    const edit = { method: 'PATCH', ...jsonBody({ caption: 'new words' }) }
    expect((await here.send('/api/images/b.jpg', edit)).status).toBe(200)
    expect((await there.get('/api/images/b.jpg')).caption).toBe('new words')
    expect((await here.send('/api/images/a.jpg/keep', { method: 'POST' })).status).toBe(200)
    expect((await there.get('/api/images/list')).filenames).toEqual(['b.jpg'])
    expect((await there.get('/api/library/objects?prefix=keep')).objects).toMatchObject([
      { key: 'keep/a.jpg' },
    ])
    expect((await there.send('/api/images/a.jpg')).status).toBe(404)
    // The process has learned of the change, so other people see it too.
    expect((await stranger.get('/api/images/list')).filenames).toEqual(['b.jpg'])
  })

  it('gets a cookie without data of the tenant, for this host only, which other hosts cannot set', async () => {
    const { open, first } = await startBoth()
    await put(open, 'a.jpg')
    const response = await first.browser({ isAdmin: true }).send('/api/images/a.jpg/keep', { method: 'POST' })
    const [cookie = ''] = response.headers.getSetCookie().filter((one) => one.startsWith('__Host-changed='))
    expect(cookie).toMatch(/; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const [, claims = ''] = cookie.split('.')
    expect(Object.keys(JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))))).toEqual([
      'aud',
      'jti',
      'exp',
    ])
  })

  it('gets no cookie for a look, a refusal or a change that touched nothing', async () => {
    const { open, first } = await startBoth()
    await put(open, 'a.jpg')
    const visitor = first.browser()
    await visitor.get('/api/images/list')
    await visitor.send('/api/images/a.jpg/keep', { method: 'POST' })
    await first.browser({ isAdmin: true, jar: visitor.jar }).get('/api/images/a.jpg')
    expect(visitor.jar.all().filter(({ name }) => name.includes('chang'))).toEqual([])
  })

  it('costs other processes one listing per change, and none for forged, foreign and old cookies', async () => {
    const { open, first, second, clock } = await startBoth()
    await put(open, 'a.jpg')
    const here = first.browser({ isAdmin: true })
    await here.send('/api/images/a.jpg/keep', { method: 'POST' })
    const real = here.jar.all().find(({ name }) => name === '__Host-changed')?.value ?? ''
    const { changeTokens, photoChanges } = second.services
    const send = async (value: string) => {
      const browser = second.browser()
      browser.jar.store(`__Host-changed=${value}; Path=/; Secure`, new URL(`https://${host}`))
      await browser.get('/api/images/list')
      return photoChanges.latest(hostOf('alice'), 'photos')
    }
    const before = await send('')
    const honoured = await send(real)
    expect(honoured).not.toBe(before)
    const issue = first.services.changeTokens.issue
    const foreign = [await issue(hostOf('bob'), 'made'), await issue(hostOf('alice'), 'running')]
    for (const value of [real, `${real}x`, real.slice(1), 'x'.repeat(4000), 'a.b.c', ...foreign])
      expect(await send(value)).toBe(honoured)
    const late = await issue(hostOf('alice'), 'made')
    clock.time += changeTokens.seconds.made * 1000 + 1
    expect(await send(late)).toBe(honoured)
  })

  it('sees everything that a stream of events changes after its answer began', async () => {
    const { open, first, second } = await startBoth()
    await put(open, 'a.jpg')
    await open().writeSidecar('root', photo('a.jpg'), 'sd\n\n# ---\n# caption: words\n')
    const here = first.browser({ isAdmin: true })
    const there = second.browser({ isAdmin: true, jar: here.jar })
    const analysis = await here.send('/api/images/a.jpg/analyze', {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
    })
    for (const name of ['b.jpg', 'c.jpg']) {
      // Stands for a change that the stream makes after its answer began.
      await put(open, name)
      expect((await there.get('/api/images/list')).filenames).toContain(name)
    }
    const { photoChanges } = second.services
    const before = photoChanges.latest(hostOf('alice'), 'photos')
    // The thumbnails of a grid would each list the folder anew.
    await there.send('/api/images/a.jpg/thumbnail')
    expect(photoChanges.latest(hostOf('alice'), 'photos')).toBe(before)
    await analysis.text()
  })
})

describe('a process', () => {
  it('shows a change on another process as soon as the channel reports it, and after 30 seconds without', async () => {
    for (const hasChannel of [true, false]) {
      const { open, first, second, clock } = await startBoth({ hasChannel })
      await put(open, 'a.jpg', 'b.jpg')
      const visitor = second.browser()
      const names = async () => (await visitor.get('/api/images/list')).filenames
      expect(await names()).toEqual(['a.jpg', 'b.jpg'])
      await first.browser({ isAdmin: true }).send('/api/images/a.jpg/keep', { method: 'POST' })
      expect(await names()).toEqual(hasChannel ? ['b.jpg'] : ['a.jpg', 'b.jpg'])
      clock.time += 30_000
      expect(await names()).toEqual(['b.jpg'])
    }
  })
})

const changes = fc.record({
  kind: fc.constantFrom('keep', 'remove', 'restore', 'delete', 'edit'),
  name: fc.constantFrom('a.jpg', 'b.jpg', 'b.png', 'c.webp'),
  on: fc.boolean(),
  readsMeanwhile: fc.array(fc.boolean(), { maxLength: 3 }),
  readsAfter: fc.boolean(),
  passes: fc.constantFrom(0, 0, 16_000, 31_000),
})

describe('two processes', () => {
  it.each([true, false])(
    'shows a browser no stale answer after its change was answered (channel: %s)',
    async (hasChannel) => {
      await fc.assert(
        fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 8 }), async (steps) => {
          const dynos = await startBoth({ hasChannel })
          await put(dynos.open, 'a.jpg', 'b.jpg', 'b.png', 'c.webp')
          const here = dynos.first.browser({ isAdmin: true })
          const there = dynos.second.browser({ isAdmin: true, jar: here.jar })
          const strangers = [dynos.first.browser(), dynos.second.browser()]
          for (const [index, step] of steps.entries()) {
            const meanwhile = step.readsMeanwhile.map((isFirst) =>
              strangers[isFirst ? 0 : 1]?.send('/api/images/list'),
            )
            const one = step.on ? here : there
            await one.send(
              `/api/images/${step.name}${pathOf(step.kind)}`,
              requestOf(step.kind, `words ${index}`),
            )
            await expectTruth(dynos, step.readsAfter ? here : there)
            await Promise.all(meanwhile)
            await expectTruth(dynos, step.readsAfter ? there : here)
            dynos.clock.time += step.passes
          }
          await Promise.all([dynos.first.settled(), dynos.second.settled()])
        }),
        { numRuns: 15 },
      )
    },
  )
})

function pathOf(kind: string): string {
  return kind === 'edit' ? '' : `/${kind}`
}

function requestOf(kind: string, caption: string): RequestInit {
  return kind === 'edit' ? { method: 'PATCH', ...jsonBody({ caption }) } : { method: 'POST' }
}

/** Compares list, library and details with the storage itself. */
async function expectTruth({ open }: Dynos, browser: Browser): Promise<void> {
  const store = withOwnSidecars(open(), { now: Date.now })
  for (const folder of ['root', 'keep', 'remove'] as const) {
    const names = (await open().list(folder)).photos.map(({ name }) => name)
    if (folder === 'root') expect((await browser.get('/api/images/list')).filenames).toEqual(names)
    else {
      const { objects } = await browser.get(`/api/library/objects?prefix=${folder}`)
      expect(objects.map(({ key }: { key: string }) => key)).toEqual(names.map((name) => `${folder}/${name}`))
    }
    for (const name of names) {
      const { caption, has_sidecar } = await browser.get(`/api/images/${name}?folder=${folder}`)
      const sidecar = await readableSidecar(store, folder, name)
      expect([caption, has_sidecar]).toEqual([
        sidecar && captionOf(parseSidecar(sidecar.text)),
        sidecar !== null,
      ])
    }
  }
}

function hostOf(tenant: string) {
  const parsed = parseHost(`${tenant}.shibari.test`, 'shibari.test')
  if (!parsed) throw new TypeError('not a host')
  return parsed.host
}
