/** A newcomer's steps in the demo: sign in, request captions, edit, publish, and check the results. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { type RunningDemo, startDemo } from '../support/fixtures/demo-process.ts'

let browser: Browser
let demo: RunningDemo
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([openChromium(), startDemo()])
}, 120_000)
afterAll(async () => {
  await browser.close()
  await demo.end()
})

/** Finds the address in the greeting's line with these words. */
function addressIn(words: string): string {
  const line = demo.output.find((text) => text.includes(words)) ?? ''
  const [address] = /http:\/\/\S+/.exec(line) ?? []
  if (!address) throw new Error(`The demo printed no address for "${words}".`)
  return address
}

it('captions a photo, publishes it on all channels, and moves it to the archive', async () => {
  const context = await browser.newContext({ ...phone })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  await page.goto(demo.addresses[0]?.href ?? '')
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'alice@example.org' }).click()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const name = new URL(page.url()).searchParams.get('photo') ?? ''

  await page.getByRole('button', { name: /captions with AI$/ }).click()
  await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('emulator'))
  const words = `Edited at ${Date.now()}.`
  await page.getByLabel('Caption for Telegram (channel)').fill(words)
  await page.getByLabel('Caption for FetLife').fill(words)
  const description = page.getByLabel('Alt text (describe the photo for screen readers)')
  await description.fill('What a person sees.')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('region', { name: 'FetLife' }).getByText(words).first().waitFor()
  await page.getByRole('button', { name: /^Publish to \d channels$/ }).click()
  await page.getByText('Moved to the archive.').waitFor()

  const photos = join(demo.state, 'photos/alice')
  const archive = join(photos, 'archive')
  const sidecar = name.replace(/\.\w+$/, '.txt')
  expect(await readdir(archive)).toEqual(expect.arrayContaining([name, sidecar]))
  const kept = await readFile(join(archive, sidecar), 'utf8')
  for (const text of [words, '# alt_text: What a person sees.', '# caption_edited: True'])
    expect(kept).toContain(text)
  expect(await readdir(photos)).not.toContain(name)

  await page.goto(addressIn('Telegram channels'))
  await page.getByText(words).waitFor()
  await page.goto(addressIn('mail, by maildev'))
  await page.getByText(words).first().waitFor()
  await context.close()
}, 180_000)
