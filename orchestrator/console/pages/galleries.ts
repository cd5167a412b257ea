/** Page of the table of galleries. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { z } from 'zod'
import { providerName } from '../../connections/page-words.ts'
import type { Galleries, GalleryRow, galleriesInput } from '../acts/galleries.ts'
import { galleryFilters, gallerySorts } from '../acts/gallery-query.ts'
import { textsOf } from '../texts.ts'
import { type Html, page, timeHtml } from './layout.ts'

type Query = z.output<typeof galleriesInput>

/** Answers with the table. */
export function galleriesPage(
  c: Context,
  operator: string,
  query: Query,
  found: Galleries,
): Response | Promise<Response> {
  const t = textsOf(c)
  const body = html`<p><a class="button" href="/add">${t.galleries.add}</a></p>
${filters(c, query, found)}
${searchForm(c, query)}
<p role="status">${t.galleries.count(found.total)}</p>
${found.galleries.length === 0 ? html`<p>${t.galleries.empty}</p>` : bulkForm(c, query, found)}
${pager(c, query, found)}`
  return page(c, 200, { title: t.galleries.title, operator, body })
}

function addressOf(query: Query, change: Partial<Query>): string {
  const { search, filter, sort, page: at } = { ...query, ...change }
  return `/?${new URLSearchParams({ search, filter, sort, page: String(at) })}`
}

function filters(c: Context, query: Query, { counts }: Galleries): Html {
  const t = textsOf(c)
  const links = galleryFilters.map((filter) => {
    const current = query.filter === filter ? html` aria-current="true"` : ''
    return html`<a href="${addressOf(query, { filter, page: 1 })}"${current}>${t.galleries.filters[filter]} (${counts[filter]})</a>`
  })
  return html`<nav aria-label="${t.galleries.filterLabel}">${links}</nav>`
}

function searchForm(c: Context, { search, filter, sort }: Query): Html {
  const t = textsOf(c)
  const options = gallerySorts.map(
    (name) =>
      html`<option value="${name}"${name === sort ? html` selected` : ''}>${t.galleries.sorts[name]}</option>`,
  )
  return html`<form class="row" role="search"><input type="hidden" name="filter" value="${filter}">
<label>${t.galleries.search}<input type="search" name="search" value="${search}" maxlength="100"></label>
<label>${t.galleries.sort}<select name="sort">${options}</select></label>
<button class="quiet">${t.galleries.find}</button></form>`
}

function bulkForm(c: Context, query: Query, { galleries, total }: Galleries): Html {
  const t = textsOf(c)
  const { columns } = t.galleries
  const { select, ...shown } = columns
  const heads = Object.values(shown).map((name) => html`<th scope="col">${name}</th>`)
  const { search, filter } = query
  return html`<form method="post" action="/bulk">
<input type="hidden" name="search" value="${search}"><input type="hidden" name="filter" value="${filter}">
<div class="table"><table><thead><tr><th scope="col"><span class="hidden">${select}</span></th>${heads}</tr></thead><tbody>${galleries.map((row) => rowHtml(c, row))}</tbody></table></div>
<fieldset><legend>${t.galleries.bulk}</legend>
<label class="inline"><input type="checkbox" name="every" value="1">${t.galleries.everyMatch(total)}</label>
<p class="row"><button class="quiet" name="act" value="suspend">${t.galleries.suspend}</button>
<button class="quiet" name="act" value="resume">${t.galleries.resume}</button></p>
<div class="row"><label>${t.galleries.path}<input name="path" placeholder="features.publish_enabled" maxlength="500"></label>
<label>${t.galleries.value}<input name="value" maxlength="5000" aria-describedby="value-hint"></label>
<button class="quiet" name="act" value="plan">${t.galleries.plan}</button></div>
<small id="value-hint">${t.galleries.valueHint}</small></fieldset></form>`
}

function rowHtml(c: Context, row: GalleryRow): Html {
  const t = textsOf(c)
  const { columns, of } = t.galleries
  const isBroken = row.connections.some(({ state }) => state === 'broken')
  const number = new Intl.NumberFormat(t.language)
  const budget = row.ai_budget === null ? '' : ` ${of} ${number.format(row.ai_budget)}`
  return html`<tr${isBroken ? html` class="bad"` : ''}>
<td><label class="pick"><input type="checkbox" name="tenant" value="${row.name}" aria-label="${columns.select}: ${row.name}"></label></td>
<th scope="row"><a href="/galleries/${encodeURIComponent(row.name)}">${row.title ?? row.name}</a><br><small>${row.hosts[0] ?? row.name}</small></th>
<td data-label="${columns.state}">${t.galleries.states[stateOf(row)]}</td>
<td data-label="${columns.connections}">${connectionsHtml(c, row)}</td>
<td data-label="${columns.spend}">${number.format(row.ai_tokens_this_month)}${budget}</td>
<td data-label="${columns.version}">${versionHtml(c, row)}</td>
<td data-label="${columns.served}">${servedHtml(c, row)}</td></tr>`
}

function stateOf({
  suspended,
  invited,
  connections,
}: GalleryRow): 'live' | 'suspended' | 'invited' | 'not_set_up' {
  if (suspended) return 'suspended'
  if (connections.length > 0) return 'live'
  return invited.length > 0 ? 'invited' : 'not_set_up'
}

/** Shows the connections with the words of their states, so that no colour alone tells a failure. */
export function connectionsHtml(c: Context, { connections }: Pick<GalleryRow, 'connections'>): Html {
  const t = textsOf(c)
  if (connections.length === 0) return html`${t.none}`
  return html`${connections.map(({ provider, state }, index) => {
    const words = t.galleries.connectionStates[state]
    const end = index < connections.length - 1 ? ', ' : ''
    return state === 'ok'
      ? html`${providerName(provider)}${end}`
      : html`<span class="bad-word">${providerName(provider)} ${words}</span>${end}`
  })}`
}

function versionHtml(c: Context, { config_version, published_at }: GalleryRow): Html {
  if (config_version === null || published_at === null) return html`${textsOf(c).none}`
  return html`<code>${config_version.slice(0, 8)}</code> ${timeHtml(c, published_at)}`
}

function servedHtml(c: Context, { served, config_version }: GalleryRow): Html {
  const t = textsOf(c)
  if (served === null) return html`${t.galleries.neverServed}`
  const words = served.config_version === config_version ? t.galleries.current : t.galleries.outdated
  return html`${words}, ${timeHtml(c, served.at)}`
}

function pager(c: Context, query: Query, { pages }: Galleries): Html {
  const t = textsOf(c)
  const { page: at } = query
  if (pages < 2) return html``
  const link = (to: number, words: string) =>
    to >= 1 && to <= pages ? html`<a href="${addressOf(query, { page: to })}">${words}</a>` : ''
  return html`<nav aria-label="${t.galleries.pagesLabel}">${link(at - 1, t.galleries.previous)}
<span>${t.galleries.page(at, pages)}</span> ${link(at + 1, t.galleries.next)}</nav>`
}
