/** Routes of the table of galleries, of its bulk acts, and of new galleries. */
import { Hono } from 'hono'
import { parseMemberValue } from '../registry/member-change.ts'
import { Conflict } from '../registry/sql/refusals.ts'
import { addGallery } from './acts/add-gallery.ts'
import { planSetting, publishSetting, suspendGalleries, undoSetting } from './acts/bulk.ts'
import { galleriesInput, listGalleries } from './acts/galleries.ts'
import { type Form, formOf, type PageTools, textIn } from './page-tools.ts'
import { addPage, invitedPage } from './pages/add.ts'
import { galleriesPage } from './pages/galleries.ts'
import { refusedPage } from './pages/message.ts'
import { planPage, publishedPage, undonePage } from './pages/plan.ts'
import { refusalOf } from './refusals.ts'
import { textsOf } from './texts.ts'

/** Creates the routes. */
export function galleriesPages({ services, signedIn }: PageTools): Hono {
  const app = new Hono()
  const domain = services.env.ORCHESTRATOR_BASE_DOMAIN

  app.get(
    '/',
    signedIn(async (c, context) => {
      // An old or mistyped address shows the whole table.
      const query = galleriesInput.safeParse(c.req.query()).data ?? galleriesInput.parse({})
      return galleriesPage(c, context.actor.name, query, await listGalleries.call(context, query))
    }),
  )

  app.get(
    '/add',
    signedIn((c, { actor }) => addPage(c, actor.name, { domain })),
  )
  app.post(
    '/add',
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const values = Object.fromEntries(['name', 'title', 'email'].map((name) => [name, textIn(form, name)]))
      try {
        return await invitedPage(c, context.actor.name, await addGallery.call(context, values))
      } catch (error) {
        const refusal = refusalOf(error)
        if (!refusal || refusal.status === 503) throw error
        return addPage(c, context.actor.name, { domain, values, refusal: refusal.words })
      }
    }),
  )

  app.post(
    '/bulk',
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const [chosen, kind] = [chosenIn(form), textIn(form, 'act')]
      const { galleries: t, language } = textsOf(c)
      if (chosen.tenants?.length === 0)
        return refusedPage(c, 422, context.actor.name, t.chooseFirst, language)
      if (kind === 'suspend' || kind === 'resume') {
        await suspendGalleries.call(context, { ...chosen, suspended: kind === 'suspend' })
        return c.redirect('/', 303)
      }
      const change = changeIn(form)
      if (change.path === '') return refusedPage(c, 422, context.actor.name, t.nameFirst, language)
      const plan = await planSetting.call(context, { ...chosen, ...change })
      return planPage(c, context.actor.name, { plan, ...change, chosen })
    }),
  )

  app.post(
    '/bulk/publish',
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const wanted = { ...chosenIn(form), ...changeIn(form) }
      try {
        const published = await publishSetting.call(context, { ...wanted, plan: textIn(form, 'plan') })
        return await publishedPage(c, context.actor.name, published)
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        const plan = await planSetting.call(context, wanted)
        const notice = textsOf(c).plan.stale
        return planPage(c, context.actor.name, { plan, ...changeIn(form), chosen: chosenIn(form), notice })
      }
    }),
  )

  app.post(
    '/bulk/undo',
    signedIn(async (c, context) => {
      const change = textIn(await formOf(c), 'change')
      return undonePage(c, context.actor.name, await undoSetting.call(context, { change }))
    }),
  )
  return app
}

function chosenIn(
  form: Form,
):
  | { tenants: readonly string[]; every?: never }
  | { tenants?: never; every: { search: string; filter: string } } {
  return textIn(form, 'every') === '1'
    ? { every: { search: textIn(form, 'search'), filter: textIn(form, 'filter') || 'all' } }
    : { tenants: form.get('tenant') ?? [] }
}

function changeIn(form: Form) {
  return {
    path: textIn(form, 'path'),
    value: parseMemberValue(textIn(form, 'value')),
    text: textIn(form, 'value'),
  }
}
