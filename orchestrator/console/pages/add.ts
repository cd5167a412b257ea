/** Pages that add a gallery and show its invitation. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { z } from 'zod'
import type { invitedSchema } from '../acts/add-gallery.ts'
import { textsOf } from '../texts.ts'
import { page } from './layout.ts'

export interface AddForm {
  domain: string
  /** Values of a refused form, so that nothing is typed twice. */
  values?: Readonly<Record<string, string>>
  refusal?: string
}

/** Answers with the form. */
export function addPage(c: Context, operator: string, form: AddForm): Response | Promise<Response> {
  const t = textsOf(c)
  const { values = {}, refusal, domain } = form
  const body = html`${refusal === undefined ? '' : html`<p role="alert" lang="en">${refusal}</p>`}
<form method="post" action="/add" class="narrow">
<label>${t.add.name}<input name="name" required maxlength="63" pattern="[A-Za-z0-9\\-]+" autocapitalize="none" autocomplete="off" value="${values.name ?? ''}" aria-describedby="name-hint"></label>
<small id="name-hint">${t.add.nameHint(domain)}</small>
<label>${t.add.galleryTitle}<input name="title" required maxlength="60" autocomplete="off" value="${values.title ?? ''}"></label>
<label>${t.add.email}<input name="email" type="email" required maxlength="254" autocomplete="off" value="${values.email ?? ''}"></label>
<p><button>${t.add.submit}</button></p></form>`
  return page(c, refusal === undefined ? 200 : 422, { title: t.add.title, operator, body })
}

/** Answers with the link of a new invitation, which is shown only once. */
export function invitedPage(
  c: Context,
  operator: string,
  { gallery, address, email, link }: z.output<typeof invitedSchema>,
): Response | Promise<Response> {
  const t = textsOf(c)
  const mail = new URLSearchParams({ subject: t.add.subject, body: t.add.body(link) }).toString()
  const mailto = `mailto:${encodeURIComponent(email)}?${mail.replaceAll('+', '%20')}`
  const body = html`<p role="status">${t.add.added}</p>
<label>${t.add.link}<textarea class="once" readonly rows="2" aria-describedby="once">${link}</textarea></label>
<small id="once">${t.copyHint}</small>
<p><a class="button" href="${mailto}">${t.add.mail}</a></p>
<p>${t.add.address}: <a href="${address}">${address}</a></p>
<p class="links"><a href="/galleries/${encodeURIComponent(gallery)}">${t.add.open}</a> <a href="/add">${t.add.another}</a></p>`
  return page(c, 200, { title: t.add.addedTitle, operator, body })
}
