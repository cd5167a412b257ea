/** Routes of the page of a single gallery. */
import { Hono } from 'hono'
import { runDoctor } from './acts/doctor.ts'
import {
  addInvitation,
  changeGallery,
  endInvitation,
  lockSettings,
  readGallery,
  readGalleryAudit,
  readInvitations,
} from './acts/gallery.ts'
import { readHistory } from './acts/settings.ts'
import { valueAt } from './contract-fields.ts'
import { formOf, linesIn, type PageTools, textIn } from './page-tools.ts'
import { invitedPage } from './pages/add.ts'
import { doctorPage } from './pages/doctor.ts'
import { galleryPage, pathOf } from './pages/gallery.ts'
import { addSettingsPages } from './settings-pages.ts'

/** Creates the routes. */
export function galleryPages(tools: PageTools): Hono {
  const app = new Hono()
  const { services, signedIn } = tools
  const at = '/galleries/:tenant'

  app.get(
    at,
    signedIn(async (c, context) => {
      const named = { tenant: c.req.param('tenant') }
      const view = await readGallery.call(context, named)
      const [{ versions }, { invitations }, { lines }] = await Promise.all([
        readHistory.call(context, named),
        readInvitations.call(context, named),
        readGalleryAudit.call(context, named),
      ])
      const title = valueAt(view.config, 'appearance.title')
      return galleryPage(c, context.actor.name, {
        view,
        title: typeof title === 'string' ? title : view.tenant,
        versions,
        invitations,
        lines,
        now: new Date(services.now()).toISOString(),
      })
    }),
  )

  app.post(
    `${at}/suspension`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      const suspended = textIn(await formOf(c), 'suspended') === '1'
      await changeGallery.call(context, { tenant, suspended })
      return c.redirect(pathOf(tenant), 303)
    }),
  )
  app.post(
    `${at}/limits`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      const form = await formOf(c)
      const budget = textIn(form, 'ai_budget').trim()
      const ai_budget = budget === '' ? null : Number(budget)
      await changeGallery.call(context, { tenant, hosts: linesIn(form, 'hosts'), ai_budget })
      return c.redirect(`${pathOf(tenant)}#hosts`, 303)
    }),
  )
  app.post(
    `${at}/locks`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      await lockSettings.call(context, { tenant, paths: linesIn(await formOf(c), 'paths') })
      return c.redirect(`${pathOf(tenant)}#locks`, 303)
    }),
  )
  app.post(
    `${at}/invitations`,
    signedIn(async (c, context) => {
      const input = { tenant: c.req.param('tenant'), email: textIn(await formOf(c), 'email') }
      return invitedPage(c, context.actor.name, await addInvitation.call(context, input))
    }),
  )
  app.post(
    `${at}/invitations/revoke`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      await endInvitation.call(context, { tenant, id: textIn(await formOf(c), 'id') })
      return c.redirect(`${pathOf(tenant)}#invitations`, 303)
    }),
  )
  app.post(
    `${at}/doctor`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      const { checks } = await runDoctor.call(context, { tenant })
      return doctorPage(c, context.actor.name, tenant, checks)
    }),
  )
  addSettingsPages(app, tools)
  return app
}
