/** Routes of the emulator by method and path. */
import type { Caller, DriveState } from './account.ts'
import { authorizePage } from './authorize.ts'
import { createByMetadata, deleteFile, updateByMetadata } from './changes.ts'
import type { DriveRoute } from './faults.ts'
import { listFiles } from './listing.ts'
import { download, generateIds, getAbout, getDrive, getFile, listDrives, thumbnail } from './reading.ts'
import { insufficientScopes, invalidValue, Refusal } from './refusals.ts'
import { authorised, driveScope, type GoogleApp, grantToken, revokeToken } from './tokens.ts'
import { continueSession, startSession, uploadAtOnce } from './uploads.ts'

export interface Matched {
  name: DriveRoute
  /** ID of the file or drive in the path. */
  id?: string | undefined
}

const fixed: Readonly<Record<string, DriveRoute>> = {
  'GET /o/oauth2/v2/auth': 'authorize',
  'POST /o/oauth2/v2/auth': 'authorize',
  'POST /token': 'token',
  'POST /revoke': 'revoke',
  'GET /drive/v3/files': 'files.list',
  'POST /drive/v3/files': 'files.create',
  'GET /drive/v3/files/generateIds': 'files.generateIds',
  'GET /drive/v3/drives': 'drives.list',
  'GET /drive/v3/about': 'about.get',
}

/** Finds the route of a request. */
export function routeOf(method: string, url: URL): Matched | undefined {
  const name = fixed[`${method} ${url.pathname}`]
  if (name) return { name }
  if (method === 'GET' && url.pathname.startsWith('/thumbnails/')) return { name: 'thumbnail' }
  const [, area, kind, rawId] =
    /^(\/upload)?\/drive\/v3\/(files|drives)(?:\/([^/]+))?$/.exec(url.pathname) ?? []
  const id = rawId === undefined ? undefined : decodeURIComponent(rawId)
  if (kind === 'drives') return method === 'GET' && !area && id ? { name: 'drives.get', id } : undefined
  if (kind !== 'files') return undefined
  if (area) return uploadRoute(method, url, id)
  return id === undefined ? undefined : fileRoute(method, url, id)
}

function fileRoute(method: string, url: URL, id: string): Matched | undefined {
  switch (method) {
    case 'GET':
      return { name: url.searchParams.get('alt') === 'media' ? 'files.download' : 'files.get', id }
    case 'PATCH':
      return { name: 'files.update', id }
    case 'DELETE':
      return { name: 'files.delete', id }
    default:
      return undefined
  }
}

function uploadRoute(method: string, url: URL, id: string | undefined): Matched | undefined {
  if (method === 'PUT' && url.searchParams.has('upload_id')) return { name: 'upload.chunk' }
  // POST creates a file, PATCH writes into the file of the ID.
  if (method !== (id === undefined ? 'POST' : 'PATCH')) return undefined
  switch (url.searchParams.get('uploadType')) {
    case 'media':
      return { name: 'upload.media', id }
    case 'multipart':
      return { name: 'upload.multipart', id }
    case 'resumable':
      return { name: 'upload.start', id }
    default:
      return undefined
  }
}

/** Answers a request, or throws a refusal. */
export async function answerRoute(
  request: Request,
  url: URL,
  state: DriveState,
  { app, redirectUris }: { app: GoogleApp; redirectUris: readonly string[] },
): Promise<Response> {
  const route = routeOf(request.method, url)
  if (!route) throw noRoute(url)
  if (route.name === 'authorize')
    return authorizePage(request, url, state.accounts, { clientId: app.id, redirectUris, codes: state.codes })
  if (route.name === 'revoke') return revokeToken(request, state)
  // The token endpoint has secrets of its own, and the address of a session is a secret: both need no access token.
  if (route.name === 'token') return grantToken(request, state, app)
  if (route.name === 'upload.chunk') return continueSession(request, url, state)
  const caller: Caller = { state, grant: authorised(request.headers, state), url }
  if (!caller.grant.scopes.includes(driveScope)) throw insufficientScopes()
  return answerCaller(route, request, caller)
}

function answerCaller(
  { name, id = '' }: Matched,
  request: Request,
  caller: Caller,
): Promise<Response> | Response {
  const target = id === '' ? undefined : id
  switch (name) {
    case 'files.list':
      return listFiles(caller)
    case 'files.get':
      return getFile(id, caller)
    case 'files.download':
      return download(id, request, caller)
    case 'files.generateIds':
      return generateIds(caller)
    case 'files.create':
      return createByMetadata(request, caller)
    case 'files.update':
      return updateByMetadata(id, request, caller)
    case 'files.delete':
      return deleteFile(id, caller)
    case 'upload.media':
    case 'upload.multipart':
      return uploadAtOnce(target, request, caller)
    case 'upload.start':
      return startSession(target, request, caller)
    case 'drives.list':
      return listDrives(caller)
    case 'drives.get':
      return getDrive(id, caller)
    case 'about.get':
      return getAbout(caller)
    case 'thumbnail':
      return thumbnail(caller)
    default:
      throw noRoute(caller.url)
  }
}

/** Google answers a wrong `uploadType` with 400 and an unknown path with 404. */
const noRoute = (url: URL) =>
  url.pathname.startsWith('/upload/drive/v3/files')
    ? invalidValue('uploadType')
    : new Refusal(404, 'notFound', 'Not Found')
