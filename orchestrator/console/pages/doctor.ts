/** Page with the answer of the doctor. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Check } from '../acts/doctor.ts'
import { textsOf } from '../texts.ts'
import { page, pathOf } from './layout.ts'

/** Answers with the checks and their words. */
export function doctorPage(
  c: Context,
  operator: string,
  tenant: string,
  checks: readonly Check[],
): Response | Promise<Response> {
  const t = textsOf(c)
  const words = { good: t.gallery.good, bad: t.gallery.bad, unclear: t.gallery.unclear }
  const items = checks.map(
    ({ name, state, words: details }) =>
      html`<li><span class="${state === 'bad' ? 'bad-word' : state === 'good' ? 'good-word' : 'muted'}">${words[state]}</span> ${t.gallery.checks[name]}${details === '' ? '' : html`<br><small>${details}</small>`}</li>`,
  )
  const body = html`<div role="status"><ul class="plain">${items}</ul></div><p class="links"><a href="${pathOf(tenant)}">${t.back}</a></p>`
  return page(c, 200, { title: `${t.gallery.sections.doctor}: ${tenant}`, operator, body })
}
