import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { canaries, startDropbox } from '../../../support/fixtures/dropbox.ts'

/** What a bundler takes of the SDK depends on its settings; both builds must do. */
const builds = { 'es build': ['module', 'main'], 'browser build': ['browser', 'module', 'main'] }
const flags = { 'with Node compatibility': [], 'without it': ['no_nodejs_compat', 'no_nodejs_compat_v2'] }

describe.each(Object.entries(builds))('the Dropbox store in workerd (%s of the SDK)', (_, mainFields) => {
  let source = ''

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../../../support/fixtures/dropbox-worker.ts', import.meta.url))],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      target: 'es2024',
      mainFields,
    })
    source = outputFiles[0]?.text ?? ''
  })

  async function startWorker(compatibilityFlags: string[]) {
    const dropbox = await startDropbox()
    const text = (value: string) => ({ type: 'text' as const, value })
    const worker = new Miniflare({
      host: '127.0.0.1',
      port: 0,
      logRequests: false,
      workers: [
        {
          config: {
            name: 'dropbox',
            compatibilityDate: '2026-11-01',
            compatibilityFlags,
            manifest: {
              mainModule: 'worker.js',
              modules: { 'worker.js': { type: 'esm', contents: source } },
            },
            env: {
              BASE_URL: text(dropbox.url),
              APP_SECRET: text(canaries.appSecret),
              REFRESH_TOKEN: text(canaries.refreshToken),
            },
          },
        },
      ],
    })
    onTestFinished(() => worker.dispose())
    return { dropbox, worker }
  }

  it.each(Object.entries(flags))(
    'lists, reads, uploads, claims and moves %s',
    async (_, compatibilityFlags) => {
      const { dropbox, worker } = await startWorker(compatibilityFlags)
      const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'teal' } })
        .jpeg()
        .toBuffer()
      await dropbox.account.seed('/Photos/seeded.jpg', picture)

      const response = await worker.dispatchFetch('http://worker/')
      const answer = await response.text()
      expect(response.status, answer).toBe(200)
      expect(JSON.parse(answer)).toEqual({
        globals: compatibilityFlags.length > 0 ? ['undefined', 'undefined'] : ['function', 'object'],
        uploaded: '写真 1.jpg',
        claims: [true, false],
        thumbnail: expect.any(Number),
        moved: '写真 1.jpg',
        archive: [['写真 1.jpg', 7, true]],
        sidecar: { text: 'caption', revision: expect.stringMatching(/^[0-9a-f]+$/) },
        record: { text: '{}', revision: expect.any(String) },
      })
      expect(dropbox.account.paths()).toContain('/Photos/archive/写真 1.jpg')

      const original = await worker.dispatchFetch('http://worker/original')
      expect(Buffer.compare(Buffer.from(await original.arrayBuffer()), picture)).toBe(0)
    },
  )
})
