/** Routes of tokens, keys, webhooks, audit and operators. */
import { Hono } from 'hono'
import {
  addToken,
  addWebhook,
  auditInput,
  checkAudit,
  endToken,
  endWebhook,
  readAudit,
  readKeys,
  readOperators,
  readTokens,
  readWebhooks,
  signOutOperator,
} from './acts/fleet.ts'
import { formOf, type PageTools, textIn } from './page-tools.ts'
import { auditPage, keysPage, operatorsPage, secretPage, tokensPage, webhooksPage } from './pages/fleet.ts'
import { textsOf } from './texts.ts'

/** Creates the routes. */
export function fleetPages(tools: PageTools): Hono {
  const app = new Hono()
  addTokenPages(app, tools)
  addWebhookPages(app, tools)
  addAuditPages(app, tools)
  addOperatorPages(app, tools)
  return app
}

function addTokenPages(app: Hono, { services, signedIn }: PageTools): void {
  app.get(
    '/tokens',
    signedIn(async (c, context) => {
      const { tokens } = await readTokens.call(context, {})
      return tokensPage(c, context.actor.name, tokens, new Date(services.now()).toISOString())
    }),
  )
  app.post(
    '/tokens',
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const expires = textIn(form, 'expires')
      const { token } = await addToken.call(context, {
        name: textIn(form, 'name'),
        scopes: form.get('scopes') ?? [],
        // The token is valid until the end of the day.
        ...(expires !== '' && { expires_at: `${expires}T23:59:59Z` }),
      })
      const w = textsOf(c).tokens
      const shown = { title: w.title, words: w.created, label: w.secret, secret: token, back: '/tokens' }
      return secretPage(c, context.actor.name, shown)
    }),
  )
  app.post(
    '/tokens/revoke',
    signedIn(async (c, context) => {
      await endToken.call(context, { name: textIn(await formOf(c), 'name') })
      return c.redirect('/tokens', 303)
    }),
  )
  app.get(
    '/keys',
    signedIn(async (c, context) => keysPage(c, context.actor.name, await readKeys.call(context, {}))),
  )
}

function addWebhookPages(app: Hono, { signedIn }: PageTools): void {
  app.get(
    '/webhooks',
    signedIn(async (c, context) => {
      const { webhooks } = await readWebhooks.call(context, {})
      return webhooksPage(c, context.actor.name, webhooks)
    }),
  )
  app.post(
    '/webhooks',
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const tenant = textIn(form, 'tenant').trim()
      const { secret } = await addWebhook.call(context, {
        url: textIn(form, 'url'),
        types: form.get('types') ?? [],
        ...(tenant !== '' && { tenant }),
      })
      const w = textsOf(c).webhooks
      const shown = { title: w.title, words: w.created, label: w.secret, secret, back: '/webhooks' }
      return secretPage(c, context.actor.name, shown)
    }),
  )
  app.post(
    '/webhooks/delete',
    signedIn(async (c, context) => {
      await endWebhook.call(context, { id: textIn(await formOf(c), 'id') })
      return c.redirect('/webhooks', 303)
    }),
  )
}

function addAuditPages(app: Hono, { signedIn }: PageTools): void {
  app.get(
    '/audit',
    signedIn(async (c, context) => {
      const { tenant, before } = c.req.query()
      // An empty field of the search means every gallery.
      const wanted = auditInput.safeParse({ ...(tenant && { tenant }), ...(before && { before }) }).data ?? {}
      const found = await readAudit.call(context, wanted)
      return auditPage(c, context.actor.name, { ...found, tenant: wanted.tenant ?? '' })
    }),
  )
  app.post(
    '/audit/verify',
    signedIn(async (c, context) => {
      const [verdict, found] = [await checkAudit.call(context, {}), await readAudit.call(context, {})]
      return auditPage(c, context.actor.name, { ...found, tenant: '', verdict })
    }),
  )
}

function addOperatorPages(app: Hono, { signedIn }: PageTools): void {
  app.get(
    '/operators',
    signedIn(async (c, context) => {
      const { operators } = await readOperators.call(context, {})
      return operatorsPage(c, context.actor.name, operators, c.req.query('done') === '1')
    }),
  )
  app.post(
    '/operators/sign-out',
    signedIn(async (c, context) => {
      await signOutOperator.call(context, { email: textIn(await formOf(c), 'email') })
      return c.redirect('/operators?done=1', 303)
    }),
  )
}
