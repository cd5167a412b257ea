/** Pages of a setting of several galleries: differences, publication and the way back. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { z } from 'zod'
import type { planOutput } from '../acts/bulk.ts'
import type { DraftView } from '../acts/settings.ts'
import { textsOf } from '../texts.ts'
import { type Html, page } from './layout.ts'

export interface PlanView {
  plan: z.output<typeof planOutput>
  path: string
  /** Value as the operator wrote it. */
  text: string
  chosen: { tenants: readonly string[] } | { every: { search: string; filter: string } }
  notice?: string
}

/** Galleries whose differences are shown. The plan covers all of them. */
const shownGalleries = 200

/** Answers with the differences per gallery. */
export function planPage(c: Context, operator: string, view: PlanView): Response | Promise<Response> {
  const t = textsOf(c)
  const { plan, notice } = view
  const shown = plan.galleries.slice(0, shownGalleries).map(
    ({ tenant, difference, violations }) => html`<section><h2>${tenant}</h2>${differenceHtml(c, difference)}
${violations.map(({ path, message }) => html`<p role="alert">${t.plan.violations}: <code>${path}</code> ${message}</p>`)}</section>`,
  )
  const count = plan.galleries.length
  const body = html`${notice === undefined ? '' : html`<p role="alert">${notice}</p>`}
<p role="status">${count === 0 ? t.plan.none : t.plan.changed(count)}</p>${shown}
${plan.skipped.length > 0 ? html`<p>${t.plan.skipped}: ${plan.skipped.join(', ')}</p>` : ''}
${count === 0 ? '' : publishForm(c, view)}`
  return page(c, notice === undefined ? 200 : 409, { title: t.plan.title, operator, body })
}

function publishForm(c: Context, { plan, path, text, chosen }: PlanView): Html {
  const hidden = (name: string, value: string) => html`<input type="hidden" name="${name}" value="${value}">`
  const names =
    'every' in chosen
      ? html`${hidden('every', '1')}${hidden('search', chosen.every.search)}${hidden('filter', chosen.every.filter)}`
      : html`${chosen.tenants.map((name) => hidden('tenant', name))}`
  return html`<form method="post" action="/bulk/publish">${names}${hidden('path', path)}${hidden('value', text)}
${hidden('plan', plan.plan)}<p><button>${textsOf(c).plan.publish}</button></p></form>`
}

/** Answers after the publication, with the way back. */
export function publishedPage(
  c: Context,
  operator: string,
  { changed, kept, change }: { changed: readonly string[]; kept: readonly string[]; change: string },
): Response | Promise<Response> {
  const t = textsOf(c)
  const undo = html`<form method="post" action="/bulk/undo"><input type="hidden" name="change" value="${change}">
<p><button class="quiet">${t.plan.undo}</button></p></form>`
  const body = html`<p role="status">${t.plan.published(changed.length)}</p>${changed.length > 0 ? undo : ''}
${kept.length > 0 ? html`<p>${t.plan.unpublished}: ${kept.join(', ')}</p>` : ''}
<p class="links"><a href="/">${t.nav.galleries}</a></p>`
  return page(c, 200, { title: t.plan.publishedTitle, operator, body })
}

/** Answers after the way back. */
export function undonePage(
  c: Context,
  operator: string,
  { changed, kept }: { changed: readonly string[]; kept: readonly string[] },
): Response | Promise<Response> {
  const t = textsOf(c)
  const body = html`<p role="status">${t.plan.undone(changed.length)}</p>
${kept.length > 0 ? html`<p>${t.plan.kept}: ${kept.join(', ')}</p>` : ''}
<p class="links"><a href="/">${t.nav.galleries}</a></p>`
  return page(c, 200, { title: t.plan.undoneTitle, operator, body })
}

/** Shows a difference as a table. */
export function differenceHtml(c: Context, { changes, more }: DraftView['difference']): Html {
  const t = textsOf(c)
  const g = t.gallery
  const shown = (value: unknown) =>
    value === undefined ? g.unset : html`<code>${JSON.stringify(value)}</code>`
  const rows = changes.map(
    ({ path, before, after }) => html`<tr><th scope="row"><code>${path}</code></th>
<td data-label="${g.before}">${shown(before)}</td><td data-label="${g.after}">${shown(after)}</td></tr>`,
  )
  return html`<div class="table"><table><thead><tr><th scope="col">${t.galleries.path}</th><th scope="col">${g.before}</th><th scope="col">${g.after}</th></tr></thead>
<tbody>${rows}</tbody></table></div>${more > 0 ? html`<p>+ ${more}</p>` : ''}`
}
