/** Parses a request of any call style into route, argument and body. */
import { z } from 'zod'
import { badInput } from './refusals.ts'

export interface Received {
  /** Route: `files/list_folder`, `oauth2/token`, or `link` for temporary links. */
  route: string
  url: URL
  method: string
  headers: Headers
  /** JSON text of the argument. */
  argument: string
  body: Uint8Array<ArrayBuffer>
}

export async function receive(request: Request): Promise<Received> {
  const url = new URL(request.url)
  const { method, headers } = request
  const body = new Uint8Array(await request.arrayBuffer())
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false
  const argument = isJson ? new TextDecoder().decode(body) : (headers.get('dropbox-api-arg') ?? '')
  const path = url.pathname.replace(/^\/2\//, '/').slice(1)
  return { route: path.startsWith('link/') ? 'link' : path, url, method, headers, argument, body }
}

/** Parses the argument as JSON. Throws Dropbox's 400 for invalid JSON and for headers that do not fit the call style. */
export function parseArgument(
  { route, headers, argument }: Received,
  style: 'rpc' | 'upload' | 'download',
): unknown {
  const type = headers.get('content-type') ?? ''
  // Routes without an argument need no body.
  if (style === 'rpc' && type === '' && argument === '') return null
  if (style === 'rpc' && !type.startsWith('application/json'))
    throw badInput(route, 'Bad HTTP "Content-Type" header')
  if (style === 'upload' && type !== 'application/octet-stream') {
    throw badInput(route, `Bad HTTP "Content-Type" header: "${type}"`)
  }
  if (style !== 'rpc' && /[^ -~]/.test(argument))
    throw badInput(route, 'HTTP header "Dropbox-API-Arg" is not ASCII')
  try {
    return JSON.parse(argument)
  } catch {
    throw badInput(route, 'could not decode input as JSON')
  }
}

const withPaths = z.union([
  z.object({ path: z.string() }).transform(({ path }) => [path]),
  z
    .object({ from_path: z.string(), to_path: z.string() })
    .transform((both) => [both.from_path, both.to_path]),
  z.object({ commit: z.object({ path: z.string() }) }).transform(({ commit }) => [commit.path]),
  z.object({ resource: z.object({ path: z.string() }) }).transform(({ resource }) => [resource.path]),
])

/** Returns the paths in an argument, for the call log. */
export function pathsIn(argument: string): string[] {
  try {
    return withPaths.safeParse(JSON.parse(argument)).data ?? []
  } catch {
    return []
  }
}
