import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { canaries, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { bundleWorker, startWorkerd, withoutNode } from '../../../support/fixtures/workerd.ts'

/** Both builds of the SDK that a bundler may choose. */
const builds = { 'es build': ['module', 'main'], 'browser build': ['browser', 'module', 'main'] }
const compatibility = { 'with Node compatibility': [], 'without it': withoutNode }

describe.each(Object.entries(builds))('the Dropbox store in workerd (%s of the SDK)', (_, mainFields) => {
  let source = ''

  beforeAll(async () => {
    const entry = fileURLToPath(new URL('../../../support/fixtures/dropbox-worker.ts', import.meta.url))
    source = await bundleWorker({ entryPoints: [entry], mainFields })
  })

  async function startWorker(flags: string[]) {
    const dropbox = await startDropbox()
    const text = (value: string) => ({ type: 'text' as const, value })
    const worker = startWorkerd(source, {
      flags,
      env: {
        BASE_URL: text(dropbox.url),
        APP_SECRET: text(canaries.appSecret),
        REFRESH_TOKEN: text(canaries.refreshToken),
      },
    })
    onTestFinished(() => worker.dispose())
    return { dropbox, worker }
  }

  it.each(Object.entries(compatibility))('lists, reads, uploads, claims and moves %s', async (_, flags) => {
    const { dropbox, worker } = await startWorker(flags)
    const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer()
    await dropbox.account.seed('/Photos/seeded.jpg', picture)

    const response = await worker.dispatchFetch('http://worker/')
    const answer = await response.text()
    expect(response.status, answer).toBe(200)
    expect(JSON.parse(answer)).toEqual({
      globals: flags.length > 0 ? ['undefined', 'undefined'] : ['function', 'object'],
      uploaded: '写真 1.jpg',
      claims: [true, false],
      thumbnail: expect.any(Number),
      moved: '写真 1.jpg',
      archive: [['写真 1.jpg', 7, true]],
      sidecar: {
        text: 'caption',
        revision: expect.stringMatching(/^[0-9a-f]+$/),
        version: expect.stringMatching(/^[0-9a-f]+$/),
      },
      record: { text: '{}', revision: expect.any(String) },
    })
    expect(dropbox.account.paths()).toContain('/Photos/archive/写真 1.jpg')

    const original = await worker.dispatchFetch('http://worker/original')
    expect(Buffer.compare(Buffer.from(await original.arrayBuffer()), picture)).toBe(0)
  })
})
