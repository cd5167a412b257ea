/** Routes of Mastodon's API that publishing, checking and correcting use, with the scope that each needs. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { notFound, outsideScopes, Refusal, refused, tokenInvalid } from './answers.ts'
import { instanceV1, instanceV2 } from './instance.ts'
import { describeUpload, upload, uploadState } from './media.ts'
import { describeAccount, describePost, findPost, type KnownAccount, type MastodonState } from './posts.ts'
import { accountOfIssued } from './sign-in.ts'
import {
  createStatus,
  deleteStatus,
  editStatus,
  listStatuses,
  type StatusBody,
  statusBody,
} from './statuses.ts'

const allScopes = 'read:accounts read:statuses write:media write:statuses'

/** Builds the API of a server. */
export function apiOf(state: MastodonState): Hono {
  const api = new Hono()
  const { flavour } = state
  const only = (exists: boolean) => {
    if (!exists) throw notFound()
  }

  api.get('/api/v2/instance', (c) => {
    only(flavour.hasV2Instance)
    return c.json(instanceV2(state))
  })
  api.get('/api/v1/instance', (c) => c.json(instanceV1(state)))
  api.get('/api/v1/accounts/verify_credentials', (c) =>
    c.json(describeAccount(state, authorized(state, c, 'read:accounts'))),
  )
  api.get('/api/v1/accounts/:id/statuses', (c) => {
    authorized(state, c, 'read:statuses')
    const account = state.accounts.find(({ id }) => id === c.req.param('id'))
    if (!account) throw notFound()
    return c.json(listStatuses(state, account, new URL(c.req.url).searchParams))
  })

  api.post('/api/:version{v[12]}/media', async (c) => {
    const account = authorized(state, c, 'write:media')
    const version = c.req.param('version') === 'v2' ? 'v2' : 'v1'
    only(version === 'v1' || flavour.hasV2Media)
    return upload(state, account, await formOf(c), version)
  })
  api.get('/api/v1/media/:id', (c) =>
    uploadState(state, authorized(state, c, 'write:media'), c.req.param('id')),
  )
  api.put('/api/v1/media/:id', async (c) =>
    describeUpload(state, authorized(state, c, 'write:media'), c.req.param('id'), await descriptionOf(c)),
  )

  api.post('/api/v1/statuses', async (c) => {
    const account = authorized(state, c, 'write:statuses')
    const post = createStatus(state, account, await bodyOf(c), c.req.header('idempotency-key') ?? null)
    return c.json(describePost(state, post))
  })
  api.get('/api/v1/statuses/:id', (c) => {
    const post = findPost(state, authorized(state, c, 'read:statuses'), c.req.param('id'))
    if (!post) throw notFound()
    return c.json(describePost(state, post))
  })
  api.get('/api/v1/statuses/:id/source', (c) => {
    const post = findPost(state, authorized(state, c, 'read:statuses'), c.req.param('id'))
    if (!post) throw notFound()
    return c.json({ id: post.id, text: post.text, spoiler_text: post.spoilerText })
  })
  api.put('/api/v1/statuses/:id', async (c) => {
    only(flavour.canEdit)
    const account = authorized(state, c, 'write:statuses')
    return c.json(describePost(state, editStatus(state, account, c.req.param('id'), await bodyOf(c))))
  })
  api.delete('/api/v1/statuses/:id', (c) => {
    const account = authorized(state, c, 'write:statuses')
    const deletesMedia = c.req.query('delete_media') === 'true'
    return c.json(deleteStatus(state, account, c.req.param('id'), deletesMedia))
  })

  api.notFound(() => refused(notFound(), flavour))
  api.onError((error) => {
    if (error instanceof Refusal) return refused(error, flavour)
    throw error
  })
  return api
}

/** Returns the account of the request's token. */
export function accountOf(state: MastodonState, request: Request): KnownAccount | undefined {
  const [, token] = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '') ?? []
  const known = state.accounts.find((account) => account.token === token)
  return known ?? accountOfIssued(state, token ?? '')
}

function authorized(state: MastodonState, { req }: Context, scope: string): KnownAccount {
  const account = accountOf(state, req.raw)
  if (!account) throw tokenInvalid()
  const granted = (account.scopes ?? (state.flavour.hasCoarseScopes ? 'read write' : allScopes)).split(' ')
  const [whole = ''] = scope.split(':')
  const isProfile = scope === 'read:accounts' && granted.includes('profile')
  if (!granted.includes(scope) && !granted.includes(whole) && !isProfile) throw outsideScopes()
  return account
}

function formOf({ req }: Context): Promise<FormData> {
  return req.raw.formData().catch(() => new FormData())
}

async function descriptionOf({ req }: Context): Promise<string | undefined> {
  const body: unknown = await req.json().catch(() => ({}))
  return z.object({ description: z.string().optional() }).safeParse(body).data?.description
}

/** Reads a status as JSON or as a form. */
async function bodyOf({ req }: Context): Promise<StatusBody> {
  const isJson = req.header('content-type')?.startsWith('application/json') === true
  const body: unknown = isJson ? await req.json().catch(() => undefined) : fieldsOf(await req.raw.formData())
  const parsed = statusBody.safeParse(body)
  if (!parsed.success) throw new Refusal(400, 'Error occurred while parsing request parameters')
  return parsed.data
}

function fieldsOf(form: FormData): Record<string, unknown> {
  const single = Object.fromEntries([...form].filter(([name]) => !name.includes('[')))
  return form.has('media_ids[]') ? { ...single, media_ids: form.getAll('media_ids[]') } : single
}
