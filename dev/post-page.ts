/** Frame of the pages that show an emulated platform's posts. */
import { html, raw } from 'hono/html'

export interface PostPage {
  /** Title of the browser's tab. */
  title: string
  heading: string
  note: string
  style: string
  /** Posts, newest first. */
  articles: readonly unknown[]
}

/** Renders the page, which renews itself. It allows no script, and pictures only from its own server. */
export async function postPage({ title, heading, note, style, articles }: PostPage): Promise<Response> {
  const page = await html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <meta http-equiv="refresh" content="5">
  <title>${title}</title>
  <style>${raw(style)}</style>
</head>
<body>
  <h1>${heading}</h1>
  <p class="note">${note}</p>
  ${articles.length === 0 ? html`<p>Nothing has been posted yet.</p>` : articles}
</body>
</html>`
  return new Response(String(page), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
    },
  })
}
