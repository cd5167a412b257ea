/** Pages of a few words. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { textsOf } from '../texts.ts'
import { page } from './layout.ts'

/** Answers with a page for people who are not signed in. */
export function messagePage(
  c: Context,
  status: 200 | 400 | 403 | 404 | 500 | 503,
  title: string,
  words: string,
): Response | Promise<Response> {
  const t = textsOf(c)
  const body = html`<p>${words}</p><p><a class="button" href="/auth/login?other=1">${t.signIn.again}</a></p>`
  return page(c, status, { title, body })
}

/** Answers with the reason of a refusal and a way back. `language` is that of the reason. */
export function refusedPage(
  c: Context,
  status: 400 | 403 | 404 | 409 | 422 | 503,
  operator: string | undefined,
  reason: string,
  language = 'en',
): Response | Promise<Response> {
  const t = textsOf(c)
  const title = status === 404 ? t.notFoundTitle : t.refused
  const body = html`<p role="alert" lang="${language}">${reason}</p><p class="links"><a href="/">${t.nav.galleries}</a></p>`
  return page(c, status, { title, operator, body })
}
