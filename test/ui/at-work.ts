/** An admin at the workbench, in a real browser. */
import type { Browser, Page } from 'playwright-core'
import { desktop } from '../../scripts/chromium.ts'
import type { ScriptedGallery } from './scripted-gallery.ts'
import { pictureOf, type VisitOptions, visiting } from './visiting.ts'

export const features = {
  auth_mode: 'auth0',
  analyze_caption_enabled: true,
  publish_enabled: true,
  keep_enabled: true,
  remove_enabled: true,
  delete_enabled: true,
  alt_text_enabled: true,
}

const rules = {
  platforms: [
    { platform: 'telegram', max_length: 60, unit: 'utf16', max_hashtags: 30, plain: false },
    { platform: 'email', max_length: 40, unit: 'utf16', max_hashtags: 0, plain: true },
  ],
  hashtags: '',
}

export interface Asked {
  method: string
  path: string
  body: Record<string, unknown>
}

export interface Work {
  page: Page
  gallery: ScriptedGallery
  /** What was asked of paths with an answer, dry runs left out. */
  asked: Asked[]
  answer(path: string, respond: (body: Asked['body']) => Response | Promise<Response>): void
}

/** Is signed in as this person from now on; `null`: nobody. */
export function signedInAs(gallery: ScriptedGallery, email: string | null): void {
  gallery.script('/api/admin/status', () =>
    Response.json(email === null ? { admin: false } : { admin: true, email }),
  )
}

/** An admin with the first photo in front of them. */
export async function atWork(
  browser: Browser,
  window: VisitOptions = desktop,
  flags: object = {},
): Promise<Work> {
  const { page, gallery } = await visiting(browser, window)
  const asked: Asked[] = []
  signedInAs(gallery, 'alice@example.org')
  gallery.script('/api/config/features', () => Response.json({ ...features, ...flags }))
  gallery.script('/api/config/captions', () => Response.json(rules))
  const answer: Work['answer'] = (path, respond) =>
    gallery.script(path, async (request) => {
      const body = await request.json()
      if (body.dry_run) return Response.json(dryRun(body))
      asked.push({ method: request.method, path, body })
      return respond(body)
    })
  answer(path('publish'), () => new Response(null, { status: 500 }))
  await page.goto('/')
  await pictureOf(page, 'one')
  await page.getByRole('toolbar').waitFor()
  return { page, gallery, asked, answer }
}

/** What a healthy server says that it would send. */
function dryRun({ platforms, captions }: Asked['body']) {
  const texts: Record<string, string> = typeof captions === 'object' ? { ...captions } : {}
  const names = Array.isArray(platforms) ? platforms : []
  const results = names.map((name) => [
    name,
    {
      success: false,
      skipped: 'dry_run',
      preview: 'A sentence.',
      caption: texts[name] ?? '',
      ...(name === 'email' && { subject: `Private: ${texts[name]}` }),
    },
  ])
  return { filename: 'one.jpg', results: Object.fromEntries(results), any_success: false, archived: false }
}

/** A whole stream of events. */
export function events(...list: [event: string, data: object][]): Response {
  return new Response(list.map(eventText).join(''), { headers: { 'content-type': 'text/event-stream' } })
}

function eventText([event, data]: [event: string, data: object]): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** A stream that the test writes. */
export function openStream() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, {
    highWaterMark: 100,
  })
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  return {
    response: new Response(readable, { headers: { 'content-type': 'text/event-stream' } }),
    send: (event: string, data: object) => writer.write(encoder.encode(eventText([event, data]))),
    end: () => writer.close(),
  }
}

export const path = (action: string) => `/api/images/one.jpg/${action}`
export const onePath = '/api/images/one.jpg'
export const openSheet = (page: Page) => page.getByRole('button', { name: /^(Publish|Captions)$/ }).click()
export const captionOf = (page: Page, platform: string) => page.getByLabel(`Caption for ${platform}`)
export const altTextField = (page: Page) =>
  page.getByLabel('Alt text (describe the photo for screen readers)')
export const sheetOf = (page: Page) => page.getByRole('dialog')

/** While the sheet is there, keys are its own. */
export async function closeSheet(page: Page): Promise<void> {
  await sheetOf(page).getByRole('button', { name: 'Close', exact: true }).click()
  await sheetOf(page).waitFor({ state: 'detached' })
}

/** From the words to the preview of what goes out. */
export async function openPreview(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('heading', { name: 'Preview' }).waitFor()
}

/** From the preview to the platforms. */
export const sendOut = (page: Page) => page.getByRole('button', { name: /^Publish to/ }).click()
/** The photos of these tests have captions already. */
export const askAi = (page: Page) => page.getByRole('button', { name: 'Write new captions with AI' }).click()

export const published = (results: object, archived = true) => ({
  filename: 'one.jpg',
  results,
  any_success: true,
  archived,
})

export const analysis = (captions: { telegram: string; email: string }) => ({
  filename: 'one.jpg',
  caption: captions.telegram,
  alt_text: 'What photo one shows',
  sd_caption: null,
  platform_captions: captions,
  sidecar_written: true,
})
