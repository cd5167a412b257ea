/** Serves the web app from the Workers static assets binding. */
import { type AppIcon, type Assets, assetCaching, iconList } from '../../ports/assets.ts'

export interface CloudflareAssetsOptions {
  /**
   * The `ASSETS` binding over the built folder. Needs `run_worker_first = true`, because the binding would otherwise answer before the
   * worker for any host, and `not_found_handling` at its default `none`.
   */
  binding: { fetch(request: Request): Promise<Response> }
}

/** Response headers that are passed on. Cloudflare's edge handles compression. */
const passedOn = ['content-type', 'content-length', 'etag']
/** Request headers that the binding may see; cookies and authorization are not among them. */
const asked = ['if-none-match', 'accept-encoding']

/** Serves the page and the fingerprinted files from the binding. Throws an Error when the binding fails. */
export function createCloudflareAssets({ binding }: CloudflareAssetsOptions): Assets {
  const fetchFile = async (path: string, request: Request, caching: string): Promise<Response | null> => {
    const headers = pick(request.headers, asked)
    // The binding ignores the host.
    const response = await binding.fetch(
      new Request(new URL(path, 'https://assets.invalid'), { method: request.method, headers }),
    )
    if (response.status >= 500) throw new Error(`the ASSETS binding answered ${response.status}`)
    if (response.status !== 200 && response.status !== 304) return null
    const answer = pick(response.headers, passedOn)
    answer.set('cache-control', caching)
    answer.set('vary', 'Accept-Encoding')
    return new Response(response.body, { status: response.status, headers: answer })
  }
  const fetchPage = async (path: string, request: Request): Promise<Response> => {
    const page = await fetchFile(path, request, assetCaching.page)
    if (!page) throw new Error('the ASSETS binding holds no page: run `npm run build` before deploying')
    return page
  }
  return {
    // Not `/index.html` and `/settings.html`: the binding redirects those (html_handling "auto-trailing-slash").
    index: (request) => fetchPage('/', request),
    settings: (request) => fetchPage('/settings', request),
    get: async (path, request) => {
      if (!/^\/assets\/[\w.-]+$/.test(path)) return null
      return fetchFile(path, request, assetCaching.fingerprinted)
    },
    icons: async () => {
      const request = new Request('https://assets.invalid')
      const list = await fetchFile(`/${iconList}`, request, assetCaching.page)
      if (!list) return []
      // Trusted: the build wrote this file.
      const icons: readonly AppIcon[] = JSON.parse(await list.text())
      return icons
    },
  }
}

function pick(headers: Headers, names: readonly string[]): Headers {
  const picked = new Headers()
  for (const name of names) {
    const value = headers.get(name)
    if (value !== null) picked.set(name, value)
  }
  return picked
}
