import { Miniflare } from 'miniflare'
import { afterAll, describe, expect, it } from 'vitest'
import { uiDirectory } from '../../../scripts/build-ui.ts'
import {
  type CloudflareAssetsOptions,
  createCloudflareAssets,
} from '../../../src/providers/assets/cloudflare-assets.ts'
import { describeAssets, request } from '../../support/contracts/assets.ts'

/** Real binding over the built folder, in workerd. */
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port: 0,
  logRequests: false,
  workers: [
    {
      config: {
        name: 'assets',
        compatibilityDate: '2026-11-01',
        manifest: {
          mainModule: 'worker.js',
          modules: {
            'worker.js': { type: 'esm', contents: 'export default { fetch: () => new Response() }' },
          },
        },
        assets: { directory: uiDirectory, runWorkerFirst: true },
        env: { ASSETS: { type: 'assets' } },
      },
    },
  ],
})
afterAll(() => miniflare.dispose())

async function realBinding(): Promise<CloudflareAssetsOptions['binding']> {
  const { ASSETS } = await miniflare.getBindings<{ ASSETS: CloudflareAssetsOptions['binding'] }>()
  return ASSETS
}

describeAssets('Cloudflare assets', async () => createCloudflareAssets({ binding: await realBinding() }))

describe('Cloudflare assets', () => {
  it('sends neither cookies nor authorization to the binding', async () => {
    const asked: Request[] = []
    const assets = createCloudflareAssets({
      binding: {
        fetch: async (seen) => {
          asked.push(seen)
          return new Response('page', { headers: { 'set-cookie': 'a=b', etag: '"1"' } })
        },
      },
    })
    const response = await assets.index(request({ cookie: 'session=secret', authorization: 'Bearer secret' }))
    expect(response.headers.has('set-cookie')).toBe(false)
    expect(asked.map(({ url, headers }) => [url, [...headers.keys()]])).toEqual([
      ['https://assets.invalid/', []],
    ])
  })

  it.each([404, 307])('returns null when the binding answers %i', async (status) => {
    const assets = createCloudflareAssets({ binding: { fetch: async () => new Response(null, { status }) } })
    expect(await assets.get('/assets/a.js', request())).toBeNull()
    await expect(assets.index(request())).rejects.toThrow('npm run build')
  })

  it('throws when the binding fails', async () => {
    const assets = createCloudflareAssets({
      binding: { fetch: async () => new Response(null, { status: 500 }) },
    })
    await expect(assets.get('/assets/a.js', request())).rejects.toThrow('500')
  })
})
