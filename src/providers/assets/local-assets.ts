/** Serves the web app from a folder on disk, read into memory at the start. Node only. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAccept } from 'hono/utils/accept'
import { getMimeType } from 'hono/utils/mime'
import { matchesNone } from '../../base/entity-tag.ts'
import { type AppIcon, type Assets, assetCaching, iconList } from '../../ports/assets.ts'

export interface LocalAssetsOptions {
  /** Folder that `npm run build` wrote: `index.html` and `assets/`, each file with its `.br` and `.gz`. */
  directory: string
}

const settingsFile = 'settings.html'

/** A file in one content coding. */
interface Representation {
  body: Uint8Array<ArrayBuffer>
  /** Differs between content codings, as a strong entity tag must (RFC 9110, section 8.8.1). */
  etag: string
}

interface Asset {
  contentType: string
  caching: string
  plain: Representation
  /** Compressed files by content coding (RFC 9110, section 8.4), smallest first. */
  compressed: (Representation & { coding: string })[]
}

const codings = [
  { coding: 'br', suffix: '.br' },
  { coding: 'gzip', suffix: '.gz' },
]

/**
 * Reads the built web app. Requests only look up a map, so no path leads outside the folder. Throws an Error with instructions if
 * the app is not built, or if the build contains a file of unknown type.
 */
export async function createLocalAssets({ directory }: LocalAssetsOptions): Promise<Assets> {
  const names = await filesOf(directory)
  const load = async (name: string, caching: string): Promise<Asset> => {
    const contentType = getMimeType(name)
    if (!contentType)
      throw new Error(`The build of the web app contains ${name}, which has an unknown media type.`)
    const path = join(directory, name)
    const compressed = codings
      .filter(({ suffix }) => names.has(name + suffix))
      .map(async ({ coding, suffix }) => ({ coding, ...(await representation(path + suffix)) }))
    return {
      contentType,
      caching,
      plain: await representation(path),
      compressed: await Promise.all(compressed),
    }
  }
  const page = await load('index.html', assetCaching.page)
  const settingsPage = names.has(settingsFile) ? await load(settingsFile, assetCaching.page) : null
  const icons: readonly AppIcon[] = names.has(iconList)
    ? JSON.parse(await readFile(join(directory, iconList), 'utf8'))
    : []
  const originals = [...names].filter((name) => name.startsWith('assets/') && !/\.(br|gz)$/.test(name))
  const assets = new Map<string, Asset>(
    await Promise.all(
      originals.map(async (name) => [`/${name}`, await load(name, assetCaching.fingerprinted)] as const),
    ),
  )
  return {
    index: async (request) => respond(page, request),
    async settings(request) {
      if (!settingsPage) throw new Error(`The web app has no ${settingsFile}. Run \`npm run build\`.`)
      return respond(settingsPage, request)
    },
    get: async (path, request) => {
      const asset = assets.get(path)
      return asset ? respond(asset, request) : null
    },
    icons: async () => icons,
  }
}

/** Returns the names of all files, relative to the folder, with `/` between segments. */
async function filesOf(directory: string): Promise<Set<string>> {
  try {
    const [top, fingerprinted] = await Promise.all([readdir(directory), readdir(join(directory, 'assets'))])
    return new Set([...top, ...fingerprinted.map((name) => `assets/${name}`)])
  } catch (cause) {
    throw new Error(`The web app is not built: ${directory} cannot be read. Run \`npm run build\`.`, {
      cause,
    })
  }
}

async function representation(path: string): Promise<Representation> {
  const body = await readFile(path)
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
}

function respond({ contentType, caching, plain, compressed }: Asset, request: Request): Response {
  const accepts = codingPredicate(request.headers.get('accept-encoding') ?? '')
  const chosen = compressed.find(({ coding }) => accepts(coding))
  const { body, etag } = chosen ?? plain
  const headers = new Headers({ 'cache-control': caching, etag, vary: 'Accept-Encoding' })
  if (matchesNone(request.headers.get('if-none-match') ?? undefined, etag)) {
    return new Response(null, { status: 304, headers })
  }
  headers.set('content-type', contentType)
  headers.set('content-length', String(body.byteLength))
  if (chosen) headers.set('content-encoding', chosen.coding)
  return new Response(request.method === 'HEAD' ? null : body, { headers })
}

/** Parses `Accept-Encoding` (RFC 9110, section 12.5.3). `*` stands for codings that the header does not name. */
function codingPredicate(header: string): (coding: string) => boolean {
  const weights = new Map(parseAccept(header).map(({ type, q }) => [type.toLowerCase(), q]))
  return (coding) => (weights.get(coding) ?? weights.get('*') ?? 0) > 0
}
