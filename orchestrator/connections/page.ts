/** Frame of the plain pages on the way through a vendor. */
import { createHash } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { html, raw } from 'hono/html'
import { parseAccept } from 'hono/utils/accept'

export type Language = 'en' | 'de'

const style = `:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.4rem}a.go{display:inline-block;padding:.8rem 1.4rem;border-radius:.5rem;background:#1d4ed8;color:#fff;text-decoration:none}`
const styleHash = createHash('sha256').update(style).digest('base64')

/** Adds headers that keep the pages out of caches, frames and referrers. */
export const pageHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  const headers = {
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  }
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
}

/** Returns the language that the browser prefers. A region does not matter: `de-AT` is German. */
export function languageOf(c: Context): Language {
  const preferred = parseAccept(c.req.header('accept-language') ?? '')
    .filter(({ q }) => q > 0)
    .toSorted((first, second) => second.q - first.q)
    .map(({ type }) => type.toLowerCase().split('-')[0])
  return preferred.find((language) => language === 'de' || language === 'en') === 'de' ? 'de' : 'en'
}

export interface PageText {
  title: string
  sentences: readonly string[]
  /** Link in the form of a button. */
  go?: { href: string; label: string }
}

/** Renders a page. */
export function page(language: Language, { title, sentences, go }: PageText) {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${sentences.map((sentence) => html`<p>${sentence}</p>`)}
${go ? html`<p><a class="go" href="${go.href}">${go.label}</a></p>` : ''}
</main>
</body>
</html>`
}
