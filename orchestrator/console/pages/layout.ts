/** Frame of all pages: head, navigation and main part. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import { textsOf } from '../texts.ts'

export type Html = ReturnType<typeof html>

export interface Frame {
  title: string
  /** Operator who is signed in. Absent: the page has no navigation. */
  operator?: string | undefined
  /** Path of the style sheet. */
  style?: string
  body: Html
}

export const stylePath = '/console.css'

const sections = [
  ['/', 'galleries'],
  ['/tokens', 'tokens'],
  ['/keys', 'keys'],
  ['/webhooks', 'webhooks'],
  ['/audit', 'audit'],
  ['/operators', 'operators'],
] as const

/** Returns the path of a gallery's page. */
export function pathOf(tenant: string): string {
  return `/galleries/${encodeURIComponent(tenant)}`
}

/** Answers with a page. */
export function page(
  c: Context,
  status: 200 | 400 | 403 | 404 | 409 | 422 | 500 | 503,
  { title, operator, style = stylePath, body }: Frame,
): Response | Promise<Response> {
  const t = textsOf(c)
  c.header('vary', 'Accept-Language, Cookie')
  return c.html(
    html`<!doctype html>
<html lang="${t.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${t.product}</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<a class="skip" href="#content">${t.skip}</a>
${operator === undefined ? '' : header(c, operator)}
<main id="content" tabindex="-1"><h1>${title}</h1>
${body}</main>
</body>
</html>`,
    status,
  )
}

function header(c: Context, operator: string): Html {
  const t = textsOf(c)
  const links = sections.map(
    ([path, name]) =>
      html`<a href="${path}"${c.req.path === path ? html` aria-current="page"` : ''}>${t.nav[name]}</a>`,
  )
  return html`<header><nav aria-label="${t.nav.label}">${links}</nav>
<form method="post" action="/auth/logout"><span class="who">${operator}</span> <button class="quiet" title="${operator}">${t.signOut}</button></form></header>`
}

/** Shows a time to people, for machines in full. */
export function timeHtml(c: Context, time: string): Html {
  const date = new Date(time)
  const shown = Number.isNaN(date.getTime())
    ? time
    : new Intl.DateTimeFormat(textsOf(c).language, {
        dateStyle: 'medium',
        timeStyle: 'short',
        timeZone: 'UTC',
      }).format(date)
  return html`<time datetime="${time}" title="${time}">${shown} UTC</time>`
}
