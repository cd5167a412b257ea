/** Routes of the settings page with a state, as a fleet with a studio answers them. */
import { problem, type ScriptedGallery } from './gallery-server.ts'

type Members = Record<string, unknown>

export interface Asked {
  method: string
  path: string
  body: unknown
}

export interface FakeStudio {
  settings: Members
  locked: string[]
  version: number
  connections: Members[]
  /** Names of folders by the path above them. */
  folders: Record<string, string[]>
  keys: Members[]
  webhooks: Members[]
  /** Changes that the page requested. */
  asked: Asked[]
  /** Answers the next changes instead of the studio; `null` for the studio. */
  instead: ((asked: Asked) => Response | null | Promise<Response | null>) | null
  /** Changes the settings like another device. */
  changeElsewhere(patch: Members): void
}

/** Connection that is offered. */
export function offered(provider: string, use: string, more: Members = {}): Members {
  return {
    provider,
    use,
    state: 'not_connected',
    since: null,
    account: null,
    used_for: [],
    hint: null,
    error: null,
    ways: ['oauth'],
    fields: [],
    ...more,
  }
}

const tokenField = { name: 'bot_token', way: 'pasted', description: 'Token', required: true, secret: true }

/** Scripts the routes of the settings page. The gallery begins with a connected storage and a channel to connect. */
export function scriptStudio(gallery: ScriptedGallery): FakeStudio {
  const since = '2026-11-03T14:05:00Z'
  const dropbox = { state: 'ok', since, account: 'alice@example.org', used_for: ['storage'] }
  const studio: FakeStudio = {
    settings: {
      appearance: { title: 'Alice in Rope', accent_color: null, background_color: null },
      content: {
        hashtag_string: '#rope',
        voice_profile: ['Quiet hands.'],
        default_rating: 'nudity',
        default_platforms: [],
        time_zone: null,
        watermark: { text: null, position: 'bottom-right', opacity: 0.5 },
      },
      features: { auto_view_enabled: false },
      storage: { paths: { root: '/Photos', archive: 'archive', keep: 'keep', remove: 'reject' } },
      ai: { system_prompt: null, role_prompt: null },
    },
    locked: [],
    version: 1,
    connections: [
      offered('dropbox', 'storage', dropbox),
      offered('telegram', 'channel', { ways: ['pasted'], fields: [tokenField] }),
      offered('instagram', 'channel', {
        state: 'broken',
        since,
        account: '@alice',
        used_for: ['channel'],
        error: { code: 'invalid_grant', words: 'The session has been invalidated.' },
      }),
    ],
    folders: { '': ['Photos', 'Work'], '/Photos': ['2026', 'Old'], '/Work': [] },
    keys: [],
    webhooks: [],
    asked: [],
    instead: null,
    changeElsewhere(patch) {
      studio.settings = merged(studio.settings, patch)
      studio.version += 1
    },
  }
  gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
  gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0' }))
  gallery.script('/api/settings', (request) => settingsRoute(studio, request))
  gallery.script('/api/connections', () => Response.json({ connections: studio.connections }))
  gallery.script('/api/connections/folders', (request) => {
    const path = new URL(request.url).searchParams.get('path') ?? ''
    const folders = (studio.folders[path] ?? []).map((name) => ({ name, path: `${path}/${name}` }))
    return Response.json({ folders })
  })
  for (const provider of ['dropbox', 'telegram', 'instagram', 'mastodon', 'bluesky'])
    gallery.script(`/api/connections/${provider}`, (request) => connectionRoute(studio, provider, request))
  for (const kind of ['keys', 'webhooks'] as const) {
    gallery.script(`/api/settings/${kind}`, (request) => listRoute(studio, kind, request))
    gallery.script(`/api/settings/${kind}/${kind}-1`, async (request) => {
      const refused = await noted(studio, request)
      if (refused) return refused
      studio[kind] = []
      return new Response(null, { status: 204 })
    })
  }
  return studio
}

/** Notes a change. Returns the answer of the test, if it wants to answer. */
async function noted(studio: FakeStudio, request: Request): Promise<Response | null> {
  const text = await request.clone().text()
  const body: unknown = text ? JSON.parse(text) : null
  const asked = { method: request.method, path: new URL(request.url).pathname, body }
  studio.asked.push(asked)
  return (await studio.instead?.(asked)) ?? null
}

async function settingsRoute(studio: FakeStudio, request: Request): Promise<Response> {
  if (request.method === 'PATCH') {
    const refused = await noted(studio, request)
    if (refused) return refused
    if (request.headers.get('if-match') !== `"v${studio.version}"`) return problem(409, 'settings_changed')
    studio.settings = merged(studio.settings, await request.json())
    studio.version += 1
  }
  const { settings, locked, version } = studio
  const offer = { key_scopes: ['read', 'publish'], webhook_types: ['post.published', 'post.failed'] }
  const body = { settings, locked, config_version: `v${version}`, offered: offer }
  return Response.json(body, { headers: { etag: `"v${version}"` } })
}

async function connectionRoute(studio: FakeStudio, provider: string, request: Request): Promise<Response> {
  const refused = await noted(studio, request)
  if (refused) return refused
  const found = studio.connections.find((each) => each.provider === provider) ?? {}
  if (request.method === 'DELETE') {
    Object.assign(found, { state: 'not_connected', account: null, used_for: [], error: null })
    return new Response(null, { status: 204 })
  }
  Object.assign(found, { state: 'ok', account: '@alice_bot', since: '2026-12-01T10:00:00Z', error: null })
  return Response.json({ connection: found })
}

async function listRoute(studio: FakeStudio, kind: 'keys' | 'webhooks', request: Request): Promise<Response> {
  if (request.method === 'GET') return Response.json({ [kind]: studio[kind] })
  const refused = await noted(studio, request)
  if (refused) return refused
  const made = { id: `${kind}-1`, created_at: '2026-12-01T10:00:00Z', ...(await request.json()) }
  studio[kind] = [made]
  return Response.json({ ...made, [kind === 'keys' ? 'key' : 'secret']: 'shown-once' }, { status: 201 })
}

/** Applies a JSON merge patch (RFC 7396), and keeps removed members as `null`. */
function merged(target: Members, patch: Members): Members {
  const result = { ...target }
  for (const [name, value] of Object.entries(patch)) {
    const inner = result[name]
    result[name] = isMembers(value) && isMembers(inner) ? merged(inner, value) : value
  }
  return result
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
