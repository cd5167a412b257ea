/** A fleet's day, as people see it: each story in a browser, on a phone and on a desk, with its clock. */
import { createServer } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import {
  acceptInvitation,
  addGallery,
  chooseFolder,
  clocked,
  connectDropbox,
  consentAtDropbox,
  openSection,
  personIn,
  type StoryWorld,
  save,
  signInOperator,
  startWorld,
} from '../support/fixtures/stories.ts'

let browser: Browser
let world: StoryWorld
beforeAll(async () => {
  ;[browser, world] = await Promise.all([openChromium(), startWorld()])
})
afterAll(async () => {
  await browser?.close()
  await world?.demo.end()
})

describe.each([
  { device: 'phone', window: phone },
  { device: 'desk', window: desktop },
])('on a $device', ({ device, window }) => {
  /** Prepares a photographer whose storage is connected. */
  async function connected(name: string) {
    const operator = await personIn(browser, window)
    await signInOperator(operator, world)
    const { invitation, gallery } = await addGallery(operator, name)
    const photographer = await personIn(browser, window)
    await acceptInvitation(photographer, invitation, `${name}@example.org`)
    await connectDropbox(photographer)
    return { operator, photographer, gallery }
  }

  it('lets an operator add a gallery and invite its photographer within a minute', async () => {
    const operator = await personIn(browser, window)
    await clocked(`An operator adds a gallery (${device})`, 60, async () => {
      await signInOperator(operator, world)
      const { gallery } = await addGallery(operator, `new-${device}`)
      const answers = await personIn(browser, window)
      const response = await answers.goto(gallery, { timeout: 2000, waitUntil: 'commit' })
      expect(response?.status()).toBe(200)
    })
    await expectAccessible(operator)
  })

  it('leads a photographer from the invitation to a live gallery within three minutes', async () => {
    const operator = await personIn(browser, window)
    await signInOperator(operator, world)
    const name = `live-${device}`
    const { invitation, gallery } = await addGallery(operator, name)
    const page = await personIn(browser, window)
    await clocked(`A photographer is live (${device})`, 180, async () => {
      await acceptInvitation(page, invitation, `${name}@example.org`)
      await expectAccessible(page)
      await connectDropbox(page)
      await openSection(page, gallery, /^Choose/)
      await chooseFolder(page)
      await openSection(page, gallery, /^Connect/)
      await page.getByRole('button', { name: 'Connect Telegram' }).click()
      await page.getByLabel(/token/i).fill(world.botToken)
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await page.getByText('Telegram is connected.').waitFor()
      await expectAccessible(page)
      await page.goto(gallery)
      await page.getByRole('img').first().waitFor()
    })
  })
})
