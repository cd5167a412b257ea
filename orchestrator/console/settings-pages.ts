/** Routes of a gallery's settings: differences, publication, history. */
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { parseMemberValue } from '../registry/member-change.ts'
import { configOf } from '../registry/sql/configurations.ts'
import { Conflict, Refused } from '../registry/sql/refusals.ts'
import type { ActContext } from './acts/act.ts'
import { readGallery } from './acts/gallery.ts'
import { compareVersions, draftSettings, publishSettings, rollBack } from './acts/settings.ts'
import { formPaths, textOf, valueAt } from './contract-fields.ts'
import { type Form, formOf, type PageTools, textIn } from './page-tools.ts'
import { pathOf } from './pages/gallery.ts'
import { draftPage, versionPage } from './pages/settings-form.ts'

const editSchema = z.object({
  changes: z.array(z.object({ path: z.string(), value: z.unknown() })).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
})
type Edit = z.output<typeof editSchema>

/** Adds the routes. */
export function addSettingsPages(app: Hono, { services, signedIn }: PageTools): void {
  const at = '/galleries/:tenant'
  app.post(
    `${at}/settings`,
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const tenant = c.req.param('tenant') ?? ''
      const { config, config_version } = await readGallery.call(context, { tenant })
      const expect = textIn(form, 'expect')
      const isConflict = expect !== (config_version ?? '')
      // The form shows an older configuration after a conflict, and only its own changes count.
      const shown = isConflict
        ? parseJson((await configOf(services.database.read, tenant, expect)).written)
        : config
      return showDraft(c, context, { changes: changesIn(form, shown) }, isConflict)
    }),
  )
  app.post(
    `${at}/configuration`,
    signedIn(async (c, context) => {
      const form = await formOf(c)
      const edit = editSchema.safeParse({ config: parseJson(textIn(form, 'config')) })
      if (!edit.data?.config) throw new Refused('The configuration is not a JSON object.')
      const { config_version } = await readGallery.call(context, { tenant: c.req.param('tenant') })
      return showDraft(c, context, edit.data, textIn(form, 'expect') !== (config_version ?? ''))
    }),
  )
  app.post(
    `${at}/publish`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      const form = await formOf(c)
      const edit = editSchema.safeParse(parseJson(textIn(form, 'edit')))
      if (!edit.success) throw new Refused('The form is incomplete.')
      const [expect, force] = [textIn(form, 'expect'), textIn(form, 'force') === '1']
      try {
        await publishSettings.call(context, { tenant, ...edit.data, expect, force })
        return c.redirect(`${pathOf(tenant)}#history`, 303)
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        return showDraft(c, context, edit.data, true)
      }
    }),
  )
  app.get(
    `${at}/history/:version`,
    signedIn(async (c, context) => {
      const [tenant, version] = [c.req.param('tenant') ?? '', c.req.param('version') ?? '']
      const { difference } = await compareVersions.call(context, { tenant, version })
      const { config_version } = await readGallery.call(context, { tenant })
      return versionPage(c, context.actor.name, {
        tenant,
        version,
        difference,
        current: config_version ?? '',
      })
    }),
  )
  app.post(
    `${at}/rollback`,
    signedIn(async (c, context) => {
      const tenant = c.req.param('tenant') ?? ''
      const form = await formOf(c)
      await rollBack.call(context, {
        tenant,
        version: textIn(form, 'version'),
        expect: textIn(form, 'expect'),
      })
      return c.redirect(`${pathOf(tenant)}#history`, 303)
    }),
  )
}

async function showDraft(
  c: Context,
  context: ActContext,
  edit: Edit,
  isConflict: boolean,
): Promise<Response> {
  const tenant = c.req.param('tenant') ?? ''
  const draft = await draftSettings.call(context, { tenant, ...edit })
  return draftPage(c, context.actor.name, { tenant, draft, edit: JSON.stringify(edit), isConflict })
}

/** Returns the changed settings of the form. An emptied field removes its setting. */
function changesIn(form: Form, config: unknown): { path: string; value: unknown }[] {
  return [...form.keys()]
    .filter((path) => formPaths.has(path))
    .map((path) => ({
      path,
      text: textIn(form, path).replaceAll('\r\n', '\n'),
      before: valueAt(config, path),
    }))
    .filter(({ text, before }) => text !== textOf(before).replaceAll('\r\n', '\n'))
    .map(({ path, text }) => ({ path, value: text.trim() === '' ? null : parseMemberValue(text) }))
}
