/** HTML page with one message, for example an error or a question. */
import { html } from 'hono/html'
import { messageStylePath } from './message-style.ts'

/** Link that a page offers. */
export interface PageLink {
  text: string
  href: string
}

export interface MessagePage {
  title: string
  text: string
  link?: PageLink
  /** Links to choose from. */
  links?: readonly PageLink[]
  /** Button that posts to this address. */
  button?: PageLink
  /** Request id for people to quote when they report an error. */
  requestId?: string
}

/**
 * Returns the whole document. The page has nothing inline, which the content security policy would block, and is readable without the
 * stylesheet.
 */
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
