/** Routes that read without changing anything: metadata, bytes, thumbnails, IDs, drives and the account. */
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { itemFor } from './access.ts'
import { type Caller, flag, onlyParameters, remember, usageOf } from './account.ts'
import { readableItem } from './changes.ts'
import type { DriveContent } from './content.ts'
import { aboutShape, drivesShape, idsShape, project, selectionOf } from './fields.ts'
import { newId } from './items.ts'
import { pageSizeOf } from './listing.ts'
import { invalidParameter, invalidValue, notFound, Refusal } from './refusals.ts'
import { fileAnswer } from './resource.ts'
import { roleOf } from './roles.ts'

const getParameters = ['supportsAllDrives', 'acknowledgeAbuse', 'includeLabels', 'includePermissionsForView']

/** Route `files.get` without content. */
export function getFile(id: string, caller: Caller): Promise<Response> {
  onlyParameters(caller.url, ...getParameters)
  return fileAnswer(itemFor(id, caller), caller)
}

/** Route `files.get` with `alt=media`, with ranges. */
export function download(id: string, request: Request, caller: Caller): Response {
  onlyParameters(caller.url, ...getParameters)
  const { content, mimeType, isAbusive, owner } = readableItem(id, caller)
  const isAcknowledged = flag(caller.url, 'acknowledgeAbuse') && owner === caller.grant.account.email
  if (isAbusive && !isAcknowledged)
    throw new Refusal(
      403,
      'cannotDownloadAbusiveFile',
      'This file has been identified as malware or spam and cannot be downloaded.',
    )
  return rangeAnswer(content, request.headers.get('range'), mimeType)
}

function rangeAnswer(content: DriveContent, header: string | null, type: string): Response {
  const { size } = content
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  const headers = { 'content-type': type, 'accept-ranges': 'bytes' }
  if (first === undefined || last === undefined || (first === '' && last === ''))
    return new Response(content.stream(0, size - 1), {
      headers: { ...headers, 'content-length': String(size) },
    })
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || start > end) {
    const refusal = { status: 416, headers: { 'content-range': `bytes */${size}` } }
    return new Response('Request range not satisfiable', refusal)
  }
  return new Response(content.stream(start, end), {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(end - start + 1),
      'content-range': `bytes ${start}-${end}/${size}`,
    },
  })
}

/** Serves a thumbnail: a JPEG whose longer side is the number behind `=s`. Needs a token like every private file. */
export async function thumbnail(caller: Caller): Promise<Response> {
  const [id = '', revision, size] = caller.url.pathname.slice('/thumbnails/'.length).split(/[:=]/)
  const url = new URL('?supportsAllDrives=true', caller.url)
  const { content, headRevisionId } = readableItem(id, { ...caller, url })
  if (headRevisionId !== revision || !caller.state.settings.hasThumbnails) throw notFound(id)
  const side = Number(/^s(\d{1,4})$/.exec(size ?? '')?.[1] ?? 0)
  if (side === 0) throw invalidValue('size')
  try {
    const picture = sharp(await content.all(), { failOn: 'error' }).autoOrient()
    const bytes = await picture
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .jpeg()
      .toBuffer()
    return new Response(new Uint8Array(bytes), { headers: { 'content-type': 'image/jpeg' } })
  } catch {
    throw notFound(id)
  }
}

/** Route `files.generateIds`. */
export function generateIds(caller: Caller): Response {
  const { url, state, grant } = caller
  onlyParameters(url, 'count', 'space', 'type')
  const parameters = url.searchParams
  const count = Number(parameters.get('count') ?? 10)
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw invalidParameter(
      'count',
      `Invalid value '${parameters.get('count')}'. Values must be within the range: [1, 1000]`,
    )
  if ((parameters.get('space') ?? 'drive') !== 'drive') throw invalidValue('space')
  if (!['files', 'shortcuts'].includes(parameters.get('type') ?? 'files')) throw invalidValue('type')
  const ids = Array.from({ length: count }, newId)
  for (const id of ids) remember(state.generatedIds, id, grant.client, 100_000)
  const selection = selectionOf(parameters.get('fields'), idsShape, 'kind,space,ids')
  return Response.json(project({ kind: 'drive#generatedIds', space: 'drive', ids }, selection))
}

/** Route `drives.list`: the shared drives that the account is a member of. */
export function listDrives(caller: Caller): Response {
  const { url, state, grant } = caller
  onlyParameters(url, 'pageSize', 'pageToken', 'q', 'useDomainAdminAccess')
  const parameters = url.searchParams
  const size = pageSizeOf(parameters, 10, 100)
  const start = Number(parameters.get('pageToken') ?? 0)
  if (!Number.isInteger(start) || start < 0) throw invalidValue('pageToken')
  const named = driveName(parameters.get('q'))
  const drives = [...state.items.all()].filter(
    (item) =>
      item.driveId === item.id &&
      (named === undefined || item.name === named) &&
      roleOf(grant.account.email, item, state.items) !== undefined,
  )
  const end = start + size
  const page = {
    kind: 'drive#driveList',
    nextPageToken: end < drives.length ? String(end) : undefined,
    drives: drives.slice(start, end).map(({ id, name, createdTime }) => ({
      kind: 'drive#drive',
      id,
      name,
      createdTime: new Date(createdTime).toISOString(),
      hidden: false,
    })),
  }
  const selection = selectionOf(
    parameters.get('fields'),
    drivesShape,
    'kind,nextPageToken,drives(kind,id,name)',
  )
  return Response.json(project(page, selection))
}

/** Route `drives.get`. */
export function getDrive(id: string, { state, grant, url }: Caller): Response {
  onlyParameters(url, 'useDomainAdminAccess')
  const drive = state.items.get(id)
  if (drive?.driveId !== id || !roleOf(grant.account.email, drive, state.items))
    throw new Refusal(404, 'notFound', `Shared drive not found: ${id}`)
  return Response.json({ kind: 'drive#drive', id, name: drive.name })
}

/** Parses the only term that is supported here, an exact name. */
function driveName(q: string | null): string | undefined {
  if (q === null || q === '') return undefined
  const [, name] = /^\s*name\s*=\s*'((?:[^'\\]|\\['\\])*)'\s*$/.exec(q) ?? []
  if (name === undefined) throw invalidValue('q')
  return name.replace(/\\(.)/g, '$1')
}

/** Makes the number by which Drive knows a person. */
function permissionIdOf(email: string): string {
  return BigInt(`0x${createHash('sha256').update(email).digest('hex').slice(0, 16)}`)
    .toString()
    .padStart(20, '0')
}

/** Route `about.get`, which demands a selection of fields. */
export function getAbout(caller: Caller): Response {
  const { url, state, grant } = caller
  onlyParameters(url)
  const fields = url.searchParams.get('fields')
  if (fields === null)
    throw new Refusal(400, 'required', "The 'fields' parameter is required for this method.", {
      location: 'fields',
      locationType: 'parameter',
    })
  const { account } = grant
  const usage = String(usageOf(state, account.email))
  const limit = account.isServiceAccount ? 0 : account.quotaBytes
  const about = {
    kind: 'drive#about',
    user: {
      kind: 'drive#user',
      displayName: account.name,
      me: true,
      permissionId: permissionIdOf(account.email),
      emailAddress: account.email,
    },
    storageQuota: {
      limit: limit === undefined ? undefined : String(limit),
      usage,
      usageInDrive: usage,
      usageInDriveTrash: '0',
    },
  }
  return Response.json(project(about, selectionOf(fields, aboutShape, '*')))
}
