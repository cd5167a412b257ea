/** Contract suite of the assets port, run against each implementation with the built web app. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { uiDirectory } from '../../../scripts/build-ui.ts'
import type { Assets } from '../../../src/ports/assets.ts'

const anyUrl = 'https://alice.shibari.photo/'

/** A request as a host passes it on. */
export function request(headers: Record<string, string> = {}, method = 'GET'): Request {
  return new Request(anyUrl, { method, headers })
}

/** Paths of the built files of a kind, such as `js`. */
async function builtPaths(extension: string): Promise<string[]> {
  const names = await readdir(join(uiDirectory, 'assets'))
  return names.filter((name) => name.endsWith(`.${extension}`)).map((name) => `/assets/${name}`)
}

const attacks = [
  '/assets/../index.html',
  '/assets/..%2findex.html',
  '/assets/%2e%2e/index.html',
  '/assets/..\\index.html',
  '/assets/../../../../etc/passwd',
  '/assets//etc/passwd',
  '/assets/\0',
  '/assets/%',
  '/assets/',
  '/assets',
  '/assets/.assetsignore',
  '/.assetsignore',
  '/index.html',
  '/',
  '',
  '/assets/unknown-0a1b2c3d.js',
  '/assets/__proto__',
  '__proto__',
  'https://elsewhere.example/assets/a.js',
]

export function describeAssets(name: string, make: () => Promise<Assets>): void {
  describe(name, () => {
    let assets: Assets
    beforeAll(async () => {
      assets = await make()
    })

    it('serves the page with no-cache, so that browsers revalidate it before each use', async () => {
      const response = await assets.index(request())
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^text\/html; ?charset=utf-8$/i)
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('vary')).toBe('Accept-Encoding')
      expect(await response.text()).toBe(await readFile(join(uiDirectory, 'index.html'), 'utf8'))
    })

    it('serves the settings page like the page', async () => {
      const response = await assets.settings(request())
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^text\/html; ?charset=utf-8$/i)
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(await response.text()).toBe(await readFile(join(uiDirectory, 'settings.html'), 'utf8'))
    })

    it.each([
      ['js', /^text\/javascript/],
      ['css', /^text\/css/],
      ['svg', /^image\/svg\+xml/],
    ])('serves each .%s file as immutable', async (extension, type) => {
      const paths = await builtPaths(extension)
      expect(paths).not.toEqual([])
      for (const path of paths) {
        const response = await assets.get(path, request())
        expect(response?.headers.get('content-type')).toMatch(type)
        expect(response?.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
        expect(await response?.text()).toBe(await readFile(join(uiDirectory, path), 'utf8'))
      }
    })

    it('answers 304 without a body to a client whose copy is current', async () => {
      const [path = ''] = await builtPaths('js')
      for (const ask of [assets.index, assets.settings, (again: Request) => assets.get(path, again)]) {
        const first = await ask(request())
        const etag = first?.headers.get('etag') ?? ''
        expect(etag).toMatch(/^"[^"]+"$/)
        await first?.body?.cancel()
        const second = await ask(request({ 'if-none-match': etag }))
        expect(second?.status).toBe(304)
        expect(second?.headers.get('etag')).toBe(etag)
        expect(second?.headers.get('cache-control')).toBe(first?.headers.get('cache-control'))
        expect(await second?.text()).toBe('')
        const other = await ask(request({ 'if-none-match': '"another"' }))
        expect(other?.status).toBe(200)
        await other?.body?.cancel()
      }
    })

    it('answers HEAD like GET, without a body', async () => {
      const response = await assets.index(request({}, 'HEAD'))
      expect(response.status).toBe(200)
      expect(response.headers.get('etag')).not.toBeNull()
      expect(await response.text()).toBe('')
    })

    it('returns headers that the caller may extend', async () => {
      const response = await assets.index(request())
      response.headers.set('x-request-id', '1')
      expect(response.headers.get('x-request-id')).toBe('1')
      await response.body?.cancel()
    })

    it.each(attacks)('serves nothing at %j', async (path) => {
      expect(await assets.get(path, request())).toBeNull()
    })

    it('does not serve the compressed files under their own names', async () => {
      for (const path of await builtPaths('br')) expect(await assets.get(path, request())).toBeNull()
      for (const path of await builtPaths('gz')) expect(await assets.get(path, request())).toBeNull()
    })
  })
}
