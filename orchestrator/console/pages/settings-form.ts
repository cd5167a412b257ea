/** Settings as a form made from the contract, and pages of their differences. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { GalleryView } from '../acts/gallery.ts'
import type { DraftView } from '../acts/settings.ts'
import { type FormBlock, type FormField, formBlocks, textOf, valueAt } from '../contract-fields.ts'
import { textsOf } from '../texts.ts'
import { type Html, page, pathOf } from './layout.ts'
import { differenceHtml } from './plan.ts'

/** Shows all settings. A field's name is its path. */
export function settingsForm(c: Context, view: GalleryView): Html {
  const t = textsOf(c)
  const at = pathOf(view.tenant)
  const version = html`<input type="hidden" name="expect" value="${view.config_version ?? ''}">`
  return html`<p>${t.gallery.settingsHint}</p>
<form method="post" action="${at}/settings" class="narrow">${version}${formBlocks.map((block) => blockHtml(c, view, block))}
<p><button>${t.gallery.preview}</button></p></form>
<details><summary>${t.gallery.whole}</summary><form method="post" action="${at}/configuration">${version}
<label>${t.gallery.wholeLabel}<textarea name="config" spellcheck="false" rows="20">${JSON.stringify(view.config, null, 2)}</textarea></label>
<p><button class="quiet">${t.gallery.preview}</button></p></form></details>`
}

function blockHtml(c: Context, view: GalleryView, { name, fields }: FormBlock): Html {
  return html`<details><summary><code>${name}</code></summary>${fields.map((field) => fieldHtml(c, view, field))}</details>`
}

function fieldHtml(c: Context, { config, locked }: GalleryView, field: FormField): Html {
  const t = textsOf(c)
  const { path, description, accepts, example, byDefault } = field
  const value = textOf(valueAt(config, path))
  const hint = [
    description,
    accepts === '' ? '' : `${t.gallery.accepts}: ${accepts}.`,
    byDefault === '' ? '' : `${t.gallery.byDefault}: ${byDefault}.`,
    locked.includes(path) ? `(${t.gallery.locked})` : '',
  ]
  const id = `hint-${path}`
  return html`<label><code>${path}</code>${inputHtml(field, value, id, example)}</label>
<small id="${id}">${marked(hint.filter((text) => text !== '').join(' '))}</small>`
}

/** Shows the names between backticks of a documentation as code. */
function marked(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

function inputHtml({ path, accepts }: FormField, value: string, hint: string, example: string): Html {
  if (accepts === 'true or false') {
    const options = ['', 'true', 'false'].map(
      (option) =>
        html`<option value="${option}"${option === value ? html` selected` : ''}>${option || '—'}</option>`,
    )
    return html`<select name="${path}" aria-describedby="${hint}">${options}</select>`
  }
  if (value.length > 60 || value.includes('\n'))
    // A browser drops the first line end of the field.
    return html`<textarea name="${path}" aria-describedby="${hint}">\n${value}</textarea>`
  return html`<input name="${path}" value="${value}" placeholder="${example}" autocomplete="off" aria-describedby="${hint}">`
}

export interface DraftPage {
  tenant: string
  draft: DraftView
  /** Edit as JSON, which the page sends again to publish it. */
  edit: string
  /** True if another operator published first. */
  isConflict: boolean
}

/** Answers with the difference that an edit makes, and with what is wrong with it. */
export function draftPage(c: Context, operator: string, shown: DraftPage): Response | Promise<Response> {
  const t = textsOf(c)
  const { tenant, draft, edit, isConflict } = shown
  const { changes } = draft.difference
  const words = t.gallery
  const unknown = draft.unknown_keys.map((text) => html`<li>${words.unknown}: ${text}</li>`)
  const violations = draft.violations.map(
    ({ path, message }) => html`<p role="alert">${t.plan.violations}: <code>${path}</code> ${message}</p>`,
  )
  const publish = html`<form method="post" action="${pathOf(tenant)}/publish">
<input type="hidden" name="edit" value="${edit}"><input type="hidden" name="expect" value="${draft.current ?? ''}">
${violations.length > 0 ? html`<label class="inline"><input type="checkbox" name="force" value="1" required>${words.anyway}</label>` : ''}
<p><button>${words.publish}</button></p></form>`
  const body = html`${isConflict ? html`<p role="alert">${words.conflict}</p>` : ''}
${changes.length === 0 ? html`<p>${words.noChange}</p>` : differenceHtml(c, draft.difference)}
${unknown.length > 0 ? html`<ul>${unknown}</ul>` : ''}${violations}${changes.length === 0 ? '' : publish}
<p class="links"><a href="${pathOf(tenant)}">${t.back}</a></p>`
  return page(c, isConflict ? 409 : 200, { title: `${t.plan.title}: ${tenant}`, operator, body })
}

/** Answers with the difference to an earlier version, and the way back to it. */
export function versionPage(
  c: Context,
  operator: string,
  shown: { tenant: string; version: string; current: string; difference: DraftView['difference'] },
): Response | Promise<Response> {
  const t = textsOf(c)
  const { tenant, version, current, difference } = shown
  const body = html`${differenceHtml(c, difference)}
<form method="post" action="${pathOf(tenant)}/rollback"><input type="hidden" name="version" value="${version}">
<input type="hidden" name="expect" value="${current}"><p><button>${t.gallery.rollBack}</button></p></form>
<p class="links"><a href="${pathOf(tenant)}">${t.back}</a></p>`
  return page(c, 200, { title: `${t.gallery.showDifference}: ${version.slice(0, 8)}`, operator, body })
}
