/** Pages of tokens, keys, webhooks, audit and operators. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { scopes } from '../../contract/scopes.ts'
import { eventTypes, everyTenant } from '../../notices/outbox.ts'
import { textsOf } from '../texts.ts'
import { type AuditLine, auditTable } from './gallery.ts'
import { type Html, page, timeHtml } from './layout.ts'

type Answer = Response | Promise<Response>

function table(heads: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="table"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
}

function cell(label: string, content: Html | string): Html {
  return html`<td data-label="${label}">${content}</td>`
}

/** Cell with a button, which explains itself. */
function buttonCell(content: Html | string): Html {
  return html`<td>${content}</td>`
}

function checkboxes(name: string, values: readonly string[]): Html {
  return html`${values.map((value) => html`<label class="inline"><input type="checkbox" name="${name}" value="${value}">${value}</label>`)}`
}

/** Shows a secret that was just made, which is stored nowhere in clear text. */
export function secretPage(
  c: Context,
  operator: string,
  shown: { title: string; words: string; label: string; secret: string; back: string },
): Answer {
  const t = textsOf(c)
  const body = html`<p role="status">${shown.words}</p>
<label>${shown.label}<textarea class="once" readonly rows="2" aria-describedby="once">${shown.secret}</textarea></label>
<small id="once">${t.copyHint}</small><p class="links"><a href="${shown.back}">${t.back}</a></p>`
  return page(c, 200, { title: shown.title, operator, body })
}

export interface TokenRow {
  name: string
  scopes: string
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
}

/** Answers with the service tokens. `now` is ISO 8601. */
export function tokensPage(c: Context, operator: string, tokens: readonly TokenRow[], now: string): Answer {
  const t = textsOf(c)
  const w = t.tokens
  const rows = tokens.map((token) => {
    const isExpired = token.expires_at !== null && token.expires_at <= now
    const state = token.revoked_at !== null ? 'revoked' : isExpired ? 'expired' : 'valid'
    const revoke = html`<form method="post" action="/tokens/revoke"><input type="hidden" name="name" value="${token.name}">
<button class="quiet" aria-label="${w.revoke}: ${token.name}">${w.revoke}</button></form>`
    return html`<tr><th scope="row">${token.name}</th>${cell(w.scopes, token.scopes)}${cell(w.createdAt, timeHtml(c, token.created_at))}
${cell(w.lastUsed, token.last_used_at === null ? t.none : timeHtml(c, token.last_used_at))}${cell(w.state, w.states[state])}${buttonCell(state === 'valid' ? revoke : '')}</tr>`
  })
  const body = html`${table([w.name, w.scopes, w.createdAt, w.lastUsed, w.state, w.act], rows)}
<form method="post" action="/tokens" class="narrow"><h2>${w.create}</h2>
<label>${w.name}<input name="name" required maxlength="64" pattern="[\\w.\\-]+" autocomplete="off"></label>
<fieldset><legend>${w.scopes}</legend>${checkboxes('scopes', scopes)}</fieldset>
<label>${w.expires}<input type="date" name="expires"></label><p><button>${w.create}</button></p></form>`
  return page(c, 200, { title: w.title, operator, body })
}

export interface KeysView {
  current: string
  used: Readonly<Record<string, number>>
  unused: readonly string[]
  missing: readonly string[]
}

/** Answers with the key-encryption keys. */
export function keysPage(c: Context, operator: string, keys: KeysView): Answer {
  const w = textsOf(c).keys
  const ids = [...new Set([keys.current, ...Object.keys(keys.used), ...keys.unused])]
  const rows = ids.map((id) => {
    const state = keys.missing.includes(id)
      ? 'missing'
      : id === keys.current
        ? 'current'
        : keys.unused.includes(id)
          ? 'unused'
          : 'older'
    const isBad = state === 'missing'
    return html`<tr${isBad ? html` class="bad"` : ''}><th scope="row"><code>${id}</code></th>${cell(w.count, String(keys.used[id] ?? 0))}${cell(w.state, w.states[state])}</tr>`
  })
  const all = Object.values(keys.used).reduce((sum, count) => sum + count, 0)
  const body = html`${table([w.id, w.count, w.state], rows)}<p>${w.progress(keys.used[keys.current] ?? 0, all)}</p>`
  return page(c, 200, { title: w.title, operator, body })
}

export interface WebhookRow {
  id: string
  tenant: string
  url: string
  types: readonly string[]
  disabled_at: string | null
}

/** Answers with the webhooks. */
export function webhooksPage(c: Context, operator: string, webhooks: readonly WebhookRow[]): Answer {
  const w = textsOf(c).webhooks
  const rows = webhooks.map(({ id, tenant, url, types, disabled_at }) => {
    const state = w.states[disabled_at === null ? 'active' : 'disabled']
    const remove = html`<form method="post" action="/webhooks/delete"><input type="hidden" name="id" value="${id}">
<button class="quiet" aria-label="${w.delete}: ${url}">${w.delete}</button></form>`
    return html`<tr><th scope="row">${url}</th>${cell(w.tenantColumn, tenant === everyTenant ? w.every : tenant)}
${cell(w.types, types.length === 0 ? w.every : types.join(', '))}${cell(w.state, state)}${buttonCell(remove)}</tr>`
  })
  const list =
    rows.length === 0
      ? html`<p>${w.empty}</p>`
      : table([w.url, w.tenantColumn, w.types, w.state, w.act], rows)
  const body = html`${list}<form method="post" action="/webhooks" class="narrow"><h2>${w.create}</h2>
<label>${w.url}<input name="url" type="url" required maxlength="2000" autocomplete="off"></label>
<label>${w.tenant}<input name="tenant" maxlength="200" autocomplete="off"></label>
<fieldset><legend>${w.types}</legend>${checkboxes('types', eventTypes)}</fieldset>
<p><button>${w.create}</button></p></form>`
  return page(c, 200, { title: w.title, operator, body })
}

export interface AuditView {
  lines: readonly AuditLine[]
  before: number | null
  tenant: string
  /** Outcome of a verification. */
  verdict?: { lines: number; broken_at: number | null }
}

/** Answers with a page of the audit log. */
export function auditPage(c: Context, operator: string, view: AuditView): Answer {
  const t = textsOf(c)
  const w = t.audit
  const { lines, before, tenant, verdict } = view
  const found =
    verdict && (verdict.broken_at === null ? w.whole(verdict.lines) : `${w.broken}: ${verdict.broken_at}`)
  const older =
    before === null ? '' : new URLSearchParams({ before: String(before), ...(tenant && { tenant }) })
  const body = html`${found === undefined ? '' : html`<p role="${verdict?.broken_at === null ? 'status' : 'alert'}">${found}</p>`}
<form method="post" action="/audit/verify"><button class="quiet">${w.verify}</button></form>
<form class="row" role="search"><label>${w.tenant}<input name="tenant" value="${tenant}" maxlength="200"></label><button class="quiet">${t.galleries.find}</button></form>
${auditTable(c, lines)}${older === '' ? '' : html`<p><a href="/audit?${older.toString()}">${w.older}</a></p>`}`
  return page(c, 200, { title: w.title, operator, body })
}

export interface OperatorRow {
  email: string
  signed_in_at: string | null
}

/** Answers with the operators. */
export function operatorsPage(
  c: Context,
  operator: string,
  operators: readonly OperatorRow[],
  isDone: boolean,
): Answer {
  const w = textsOf(c).operators
  const rows = operators.map(({ email, signed_in_at }) => {
    const end = html`<form method="post" action="/operators/sign-out"><input type="hidden" name="email" value="${email}">
<button class="quiet" aria-label="${w.signOut}: ${email}">${w.signOut}</button></form>`
    const last = signed_in_at === null ? w.never : timeHtml(c, signed_in_at)
    return html`<tr><th scope="row">${email}</th>${cell(w.lastSignIn, last)}${buttonCell(signed_in_at === null ? '' : end)}</tr>`
  })
  const body = html`${isDone ? html`<p role="status">${w.done}</p>` : ''}${table([w.email, w.lastSignIn, w.act], rows)}`
  return page(c, 200, { title: w.title, operator, body })
}
