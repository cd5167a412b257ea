/** Pages of an invitation: `/invitation/{secret}`. A GET changes nothing, because scanners of mail open links. */
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { styleSheet } from '../console/assets.ts'
import { page } from '../console/pages/layout.ts'
import { protect } from '../console/protection.ts'
import { refusalOf } from '../console/refusals.ts'
import { galleryOrigin } from '../console/settings.ts'
import { textsOf } from '../console/texts.ts'
import type { PeopleServices } from '../people-services.ts'
import { tenantSummary } from '../registry/sql/tenant-rows.ts'
import { acceptInvitation, openInvitation } from './invitations.ts'

const style = '/invitation/console.css'

/** Creates the pages. They lead to the gallery's sign-in, and from there to its settings. */
export function invitationPages(services: PeopleServices): Hono {
  const { database, env, now, say } = services
  const app = new Hono()
  const url = URL.parse(env.ORCHESTRATOR_PUBLIC_URL ?? '')
  if (!url) return app
  app.use(protect({ origin: url.origin, formsLeave: true }))
  app.get(style, (c) => styleSheet(c))

  app.get('/invitation/:secret', async (c) => {
    const invitation = await openInvitation(database.read, c.req.param('secret'), now())
    if (!invitation) return deadPage(c)
    const t = textsOf(c)
    const body = html`<p>${t.invitation.words(invitation.email)}</p>
<form method="post"><p><button>${t.invitation.accept}</button></p></form>`
    return page(c, 200, { title: t.invitation.title, style, body })
  })

  app.post('/invitation/:secret', async (c) => {
    const accepted = await acceptInvitation(database, c.req.param('secret'), crypto.randomUUID(), now())
    if (!accepted) return deadPage(c)
    // The sign-in follows at once, and needs the new admin.
    await services.showNow(accepted.tenant)
    const { hosts } = await tenantSummary(database.read, accepted.tenant)
    const query = new URLSearchParams({ return_to: '/settings' })
    return c.redirect(`${galleryOrigin(env, hosts[0] ?? '')}/auth/login?${query}`, 303)
  })

  app.notFound((c) => deadPage(c))
  app.onError((error, c) => {
    const t = textsOf(c)
    const refusal = refusalOf(error)
    if (!refusal) say(`A page of an invitation failed: ${error.name}`)
    const words = refusal?.status === 503 ? t.unavailable : t.failed
    const body = html`<p role="alert">${words}</p>`
    return page(c, refusal?.status === 503 ? 503 : 500, { title: t.failedTitle, style, body })
  })
  return app
}

/** Answers for each link that is not open with the same page, so that a guess learns nothing. */
function deadPage(c: Context): Response | Promise<Response> {
  const t = textsOf(c)
  return page(c, 404, { title: t.invitation.deadTitle, style, body: html`<p>${t.invitation.dead}</p>` })
}
