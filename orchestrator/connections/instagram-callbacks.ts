/**
 * Callbacks of Meta about a person: the app was removed, or the person wants stored data deleted. The app's dashboard names their addresses,
 * `/connect/instagram/deauthorize` and `/connect/instagram/delete`.
 */
import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Tx } from '../database/database.ts'
import { addEvent } from '../notices/outbox.ts'
import type { PeopleServices } from '../people-services.ts'
import { forgetConnection } from './apply.ts'
import { timeOf } from './columns.ts'
import { type Language, languageOf, type PageText, page } from './page.ts'
import { deletionCode, deletionTime, type MetaRequest, verifiedRequest } from './signed-request.ts'

const maxBodyBytes = 16_384
const provider = 'instagram'
const removed = { code: 'deauthorized', words: 'The account removed this app at Instagram.' } as const

/** Adds the routes to the pages of connections. Adds none without an app at Instagram. */
export function addInstagramCallbacks(app: Hono, services: PeopleServices): void {
  const { database, env, now } = services
  const { INSTAGRAM_APP_SECRET: secret, ORCHESTRATOR_PUBLIC_URL: base } = env
  if (secret === undefined || base === undefined) return
  const limit = bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.body(null, 413) })
  const requestOf = async (c: Context): Promise<MetaRequest | undefined> => {
    const form = new URLSearchParams(await c.req.text())
    return verifiedRequest(form.get('signed_request') ?? '', secret)
  }

  app.post('/connect/instagram/deauthorize', limit, async (c) => {
    const request = await requestOf(c)
    if (!request) return c.body(null, 400)
    for (const tenant of await tenantsOf(services, request))
      await database.change((tx) => breakConnections(tx, tenant, request, now()))
    return c.body(null, 200)
  })

  app.post('/connect/instagram/delete', limit, async (c) => {
    const request = await requestOf(c)
    if (!request) return c.body(null, 400)
    for (const tenant of await tenantsOf(services, request))
      await database.change((tx) =>
        forgetConnection(tx, { tenant, provider, actor: metaActor(), outcome: 'deleted', now: now() }),
      )
    const code = await deletionCode(now(), secret)
    return c.json({ url: new URL(`/connect/instagram/deleted/${code}`, base).href, confirmation_code: code })
  })

  app.get('/connect/instagram/deleted/:code', async (c) => {
    const at = await deletionTime(c.req.param('code'), secret)
    const language = languageOf(c)
    return c.html(page(language, deletedPage(language, at)), at === undefined ? 404 : 200)
  })
}

/** Returns the tenants that connected the account before the request. A repeated old request ends no newer connection. */
async function tenantsOf(
  { database }: Pick<PeopleServices, 'database'>,
  { accountId, issuedAt }: MetaRequest,
): Promise<string[]> {
  const rows = await database.read
    .selectFrom('connection')
    .select('tenant')
    .distinct()
    .where('provider', '=', provider)
    .where('account_id', '=', accountId)
    // The request has whole seconds.
    .where('connected_at', '<', timeOf(issuedAt + 1000))
    .orderBy('tenant')
    .execute()
  return rows.map(({ tenant }) => tenant)
}

async function breakConnections(
  tx: Tx,
  tenant: string,
  { accountId, issuedAt }: MetaRequest,
  now: number,
): Promise<void> {
  const rows = await tx
    .updateTable('connection')
    .set({
      broken_at: timeOf(now),
      checked_at: timeOf(now),
      error_code: removed.code,
      error_words: removed.words,
      leased_until: null,
      lease: null,
    })
    .where('tenant', '=', tenant)
    .where('provider', '=', provider)
    .where('account_id', '=', accountId)
    .where('connected_at', '<', timeOf(issuedAt + 1000))
    .where('broken_at', 'is', null)
    .returning('account')
    .execute()
  for (const { account } of rows) {
    await addEvent(tx, { tenant, type: 'connection.broken', data: { provider, account, ...removed } }, now)
    const line = { action: 'connection.broken', tenant, outcome: removed.code, subject: provider } as const
    await appendAudit(tx, [lineBy(metaActor(), line, now)])
  }
}

function metaActor(): Actor {
  return { name: 'instagram', requestId: crypto.randomUUID() }
}

function deletedPage(language: Language, at: number | undefined): PageText {
  const isGerman = language === 'de'
  if (at === undefined)
    return isGerman
      ? {
          title: 'Dieser Code ist unbekannt',
          sentences: ['Prüfe die Adresse aus der Nachricht von Instagram.'],
        }
      : { title: 'This code is unknown', sentences: ['Check the address in the message from Instagram.'] }
  const day = timeOf(at).slice(0, 10)
  return isGerman
    ? {
        title: 'Deine Daten sind gelöscht',
        sentences: [`Am ${day} wurden Zugang und Name deines Instagram-Kontos hier gelöscht.`],
      }
    : {
        title: 'Your data is deleted',
        sentences: [`On ${day}, the access to your Instagram account and its name were deleted here.`],
      }
}
