/** A page with one message, for people: an error, a question, a farewell. */
import { html } from 'hono/html'
import { messageStylePath } from './message-style.ts'

/** The one thing that a page offers to do next. */
export interface PageLink {
  text: string
  href: string
}

export interface MessagePage {
  title: string
  text: string
  link?: PageLink
  /** A choice of pages. */
  links?: readonly PageLink[]
  /** A button that posts to this address, in place of a link. */
  button?: PageLink
  /** For those who ask us about it. */
  requestId?: string
}

/** The whole document. Nothing inline, so that the strictest policy fits it, and readable where the stylesheet does not come. */
export async function messagePage({
  title,
  text,
  link,
  links = [],
  button,
  requestId,
}: MessagePage): Promise<string> {
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark light"><title>${title}</title><link rel="stylesheet" href="${messageStylePath}"></head>
<body><main><h1>${title}</h1><p>${text}</p>${[
    links.length > 0 &&
      html`<ul>${links.map(({ href, text: name }) => html`<li><a href="${href}">${name}</a></li>`)}</ul>`,
    link && html`<p><a href="${link.href}">${link.text}</a></p>`,
    button && html`<form method="post" action="${button.href}"><button>${button.text}</button></form>`,
    requestId && html`<p><small>Request ${requestId}</small></p>`,
  ]}</main></body>
</html>
`
  return String(await page)
}
