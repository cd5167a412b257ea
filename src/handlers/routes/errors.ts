/** Page that explains each error code. The `type` of every problem document links here. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { html } from 'hono/html'
import { errorKinds } from '../../base/error-codes.ts'
import type { Services } from '../../runtime/services.ts'
import type { AppEnv } from '../exchange.ts'
import { messageStylePath } from '../message-style.ts'
import { errorsPath } from '../problem.ts'
import { routeFor } from '../route.ts'

export function errorsRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('anyone', services, {
    method: 'get',
    path: errorsPath,
    operationId: 'getErrors',
    summary: 'Meaning of each error code',
    tags: ['page'],
    description: 'On any host. The fragment is the code: `/errors#photo_not_found`.',
    responses: { 200: { description: 'HTML page', content: { 'text/html': {} } } },
  })
  // The page is the same on every host of a process.
  let page: string | undefined
  app.openapi(route, async (c) => {
    page ??= await errorsPage()
    return c.body(page, 200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    })
  })
}

/** Renders the page without inline styles or scripts, which the content security policy would block. */
async function errorsPage(): Promise<string> {
  const sections = Object.entries(errorKinds).map(
    ([code, { status, title, explanation }]) => html`<section id="${code}">
<h2>${title}</h2>
<p><code>${code}</code>, status ${status}</p>
<p>${withCode(explanation)}</p>
</section>
`,
  )
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="dark light"><title>Error codes</title><link rel="stylesheet" href="${messageStylePath}"></head>
<body><main><h1>Error codes</h1>
${sections}</main></body>
</html>
`
  return String(await page)
}

/** Marks up text between backticks as code. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`))
}
