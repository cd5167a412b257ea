/** Scripted answers for states that a healthy demo never shows. */
import type { Page, Route } from 'playwright-core'
import { photoAddress, pictureShown } from './page.ts'

/** Opens a photo with these publishing outcomes. */
export async function withOutcomes(page: Page, outcomes: Readonly<Record<string, 'published' | 'failed'>>) {
  const path = '/api/images/last-light-at-the-jetty.jpg'
  // Fetched by the page, since only browsers resolve names below localhost.
  const photo = await page.evaluate(async (url) => (await (await fetch(url)).json()) as object, path)
  const publications = Object.entries(outcomes).map(([platform, status]) => ({
    platform,
    status,
    at: '2026-11-28T17:05:00Z',
    post_url: status === 'published' && platform === 'telegram' ? 'https://t.me/c/1000010000000/7' : null,
    error: status === 'failed' ? 'The mail server cannot be reached. Try again later.' : null,
  }))
  await page.route(new RegExp(`${path}$`), (route) => route.fulfill({ json: { ...photo, publications } }))
  await page.goto(photoAddress)
  await pictureShown(page)
  await page.getByRole('toolbar').waitFor()
}

/** Makes the gallery answer with this problem and reloads it. */
export async function withProblem(page: Page, status: number, code: string): Promise<void> {
  await page.route('**/api/images/random', (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: code, status, code, request_id: '4c2a345d-fe0a-44b4-a4c6-6d97e85e5e5e' }),
    }),
  )
  await page.goto('/')
  await page.locator('.notice').waitFor()
}

/** Answers a request with these events. */
export function events(route: Route, ...list: [event: string, data: object][]): Promise<void> {
  return route.fulfill({
    contentType: 'text/event-stream',
    body: list.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(''),
  })
}
