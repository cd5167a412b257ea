/** Page of a gallery: state, settings, history, connections, invitations, usage and audit. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { providerName } from '../../connections/page-words.ts'
import type { GalleryView } from '../acts/gallery.ts'
import { textsOf } from '../texts.ts'
import { type Html, page, pathOf, timeHtml } from './layout.ts'
import { settingsForm } from './settings-form.ts'

export interface Version {
  config_version: string
  author: string
  at: string
  note: string
}

export interface InvitationRow {
  id: string
  email: string
  expires_at: string
  accepted_at: string | null
  revoked_at: string | null
}

export type AuditLine = Readonly<Record<string, unknown>>

export interface GalleryPage {
  view: GalleryView
  title: string
  versions: readonly Version[]
  invitations: readonly InvitationRow[]
  lines: readonly AuditLine[]
  /** ISO 8601. */
  now: string
}

/** Versions that the page lists. The API lists all. */
const shownVersions = 50

/** Answers with the page. */
export function galleryPage(c: Context, operator: string, shown: GalleryPage): Response | Promise<Response> {
  const t = textsOf(c)
  const { view } = shown
  const at = pathOf(view.tenant)
  const names = t.gallery.sections
  const section = (name: keyof typeof names, content: Html) =>
    html`<section id="${name}" aria-labelledby="h-${name}"><h2 id="h-${name}">${names[name]}</h2>${content}</section>`
  const body = html`${stateHtml(c, view)}
${section('connections', connectionsSection(c, view))}
${section('doctor', html`<form method="post" action="${at}/doctor"><button class="quiet">${t.gallery.runDoctor}</button></form>`)}
${section('invitations', invitationsSection(c, shown))}
${section('usage', usageHtml(c, view))}
${section('settings', settingsForm(c, view))}
${section('locks', locksForm(c, view))}
${section('hosts', hostsForm(c, view))}
${section('history', historySection(c, shown))}
${section('audit', auditTable(c, shown.lines))}`
  return page(c, 200, { title: shown.title, operator, body })
}

function stateHtml(c: Context, { tenant, suspended, address }: GalleryView): Html {
  const t = textsOf(c)
  const state = suspended ? html`<span class="bad-word">${t.galleries.states.suspended}</span>` : ''
  return html`<p><a href="${address}">${address}</a> ${state}</p>
<form method="post" action="${pathOf(tenant)}/suspension"><input type="hidden" name="suspended" value="${suspended ? '' : '1'}">
<button class="quiet">${suspended ? t.gallery.resume : t.gallery.suspend}</button></form>`
}

function connectionsSection(c: Context, { connections }: GalleryView): Html {
  const t = textsOf(c)
  if (connections.length === 0) return html`<p>${t.gallery.noConnections}</p>`
  const items = connections.map(({ provider, account, state, since, hint, error }) => {
    const kind = state === 'ok' ? 'good-word' : 'bad-word'
    const time = since === null ? '' : html`, ${timeHtml(c, since)}`
    return html`<li>${providerName(provider)}${account ? ` ${account}` : ''}: <span class="${kind}">${t.galleries.connectionStates[state]}</span>${time} ${error} ${hint}</li>`
  })
  return html`<ul>${items}</ul>`
}

function invitationsSection(c: Context, { view, invitations, now }: GalleryPage): Html {
  const t = textsOf(c)
  const at = `${pathOf(view.tenant)}/invitations`
  const items = invitations.map((invitation) => {
    const { id, email, expires_at } = invitation
    const state = stateOf(invitation, now)
    const revoke = html`<form method="post" action="${at}/revoke"><input type="hidden" name="id" value="${id}">
<button class="quiet" aria-label="${t.gallery.revoke}: ${email}">${t.gallery.revoke}</button></form>`
    const until = state === 'open' ? timeHtml(c, expires_at) : ''
    return html`<li>${email}: ${t.gallery.invitationStates[state]} ${until} ${state === 'open' ? revoke : ''}</li>`
  })
  return html`<ul class="plain">${items}</ul><form method="post" action="${at}" class="row narrow">
<label>${t.add.email}<input name="email" type="email" required maxlength="254" autocomplete="off"></label>
<button class="quiet">${t.gallery.invite}</button></form>`
}

function stateOf(
  { accepted_at, revoked_at, expires_at }: InvitationRow,
  now: string,
): 'open' | 'accepted' | 'revoked' | 'expired' {
  if (accepted_at !== null) return 'accepted'
  if (revoked_at !== null) return 'revoked'
  return expires_at > now ? 'open' : 'expired'
}

function usageHtml(c: Context, { ai_tokens_this_month, ai_budget }: GalleryView): Html {
  const t = textsOf(c)
  const number = new Intl.NumberFormat(t.language)
  const budget = ai_budget === null ? t.gallery.unlimited : number.format(ai_budget)
  return html`<p>${t.gallery.used(number.format(ai_tokens_this_month), budget)}</p>`
}

function locksForm(c: Context, { tenant, locked }: GalleryView): Html {
  const t = textsOf(c)
  return html`<form method="post" action="${pathOf(tenant)}/locks" class="narrow">
<label>${t.gallery.locks}<textarea name="paths" aria-describedby="locks-hint">${locked.join('\n')}</textarea></label>
<small id="locks-hint">${t.gallery.locksHint}</small><p><button class="quiet">${t.gallery.save}</button></p></form>`
}

function hostsForm(c: Context, { tenant, hosts, ai_budget }: GalleryView): Html {
  const t = textsOf(c)
  return html`<form method="post" action="${pathOf(tenant)}/limits" class="narrow">
<label>${t.gallery.hosts}<textarea name="hosts">${hosts.join('\n')}</textarea></label>
<label>${t.gallery.budget}<input name="ai_budget" inputmode="numeric" pattern="\\d{0,12}" value="${ai_budget ?? ''}" aria-describedby="budget-hint"></label>
<small id="budget-hint">${t.gallery.budgetHint}</small><p><button class="quiet">${t.gallery.save}</button></p></form>`
}

function historySection(c: Context, { view, versions }: GalleryPage): Html {
  const t = textsOf(c)
  const at = pathOf(view.tenant)
  const items = versions.slice(0, shownVersions).map(({ config_version, author, at: time, note }, index) => {
    const isCurrent = index === 0
    const way = isCurrent
      ? html`(${t.gallery.currentVersion})`
      : html`<a href="${at}/history/${config_version}">${t.gallery.showDifference}</a>`
    return html`<li><code>${config_version.slice(0, 8)}</code> ${timeHtml(c, time)} ${t.gallery.author} ${author}${note === '' ? '' : `, ${note}`} ${way}</li>`
  })
  return html`<ol class="plain">${items}</ol>`
}

/** Shows lines of the audit log. */
export function auditTable(c: Context, lines: readonly AuditLine[]): Html {
  const t = textsOf(c)
  if (lines.length === 0) return html`<p>${t.audit.empty}</p>`
  const columns = ['time', 'action', 'actor', 'tenant', 'outcome', 'subject'] as const
  const rows = lines.map(
    (line) =>
      html`<tr>${columns.map((name) => {
        const value = line[name] ?? (name === 'actor' ? line.token : undefined)
        const text = value === undefined || value === null ? t.none : String(value)
        return html`<td data-label="${t.audit[name]}"${text === t.none ? html` class="none"` : ''}>${name === 'time' ? timeHtml(c, text) : text}</td>`
      })}</tr>`,
  )
  return html`<div class="table"><table aria-label="${t.audit.table}"><thead><tr>${columns.map((name) => html`<th scope="col">${t.audit[name]}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
}
