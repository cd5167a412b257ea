/** A fleet's day, as people see it: each story in a browser, on a phone and on a desk, with its clock. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import {
  acceptInvitation,
  addGallery,
  chooseFolder,
  clocked,
  connectDropbox,
  connectTelegram,
  consentAtDropbox,
  openSection,
  passTime,
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
      await connectTelegram(page, world.botToken)
      await expectAccessible(page)
      await page.goto(gallery)
      await page.getByRole('img').first().waitFor()
    })
  })

  it('shows the title and colours of a photographer in the gallery as soon as they are saved', async () => {
    const { photographer: page, gallery } = await connected(`own-${device}`)
    await clocked(`A photographer sets hashtags, voice and colours (${device})`, 180, async () => {
      await openSection(page, gallery, /^Captions/)
      await page.getByLabel('Hashtags').fill('#rope #light')
      await page.getByRole('button', { name: 'Add a caption' }).click()
      await page.getByLabel('Sample caption 1', { exact: true }).fill('Quiet hands.')
      await save(page)
      await openSection(page, gallery, /^Appearance/)
      await page.getByLabel('Accent color').first().fill('#7fd1c7')
      await save(page)
      await openSection(page, gallery, /^Profile/)
      await page.getByLabel('Title').fill('Erin in Light')
      await save(page)
    })
    await expectAccessible(page)
    await page.goto(gallery)
    await eventually(async () => expect(await page.title()).toContain('Erin in Light'))
    const colours = await page.evaluate(async () => (await fetch('/appearance.css')).text())
    expect(colours).toContain('#7fd1c7')
  })

  it('tells photographer and operator of a dead token, and works again after one tap', async () => {
    const { photographer: page, operator, gallery } = await connected(`dead-${device}`)
    const atDropbox = await personIn(browser, window)
    await atDropbox.goto(`${world.dropbox}/account/connected_apps`)
    await atDropbox.getByRole('button', { name: 'Disconnect erin@example.org' }).click()
    expect(passTime(world)).toBeLessThan(3_600_000)
    await clocked(`A dead token is told and mended (${device})`, 60, async () => {
      const card = page.getByRole('article', { name: 'Dropbox' })
      await eventually(async () => {
        await openSection(page, gallery, /^Connections/)
        await card.getByText('Broken').waitFor({ timeout: 2000 })
      })
      await expectAccessible(page)
      await operator.goto(world.console)
      await operator.getByRole('link', { name: /^Broken/ }).click()
      await operator.getByRole('link', { name: `Photos of dead-${device}` }).waitFor()
      await expectAccessible(operator)
      await card.getByRole('button', { name: /^Connect again/ }).click()
      await consentAtDropbox(page)
    })
  })

  it('lets an operator change a setting for all, see each difference, publish, and roll back with one tap', async () => {
    const operator = await personIn(browser, window)
    await signInOperator(operator, world)
    await clocked(`An operator changes a setting for all (${device})`, 60, async () => {
      await operator.getByLabel(/Apply to all/).check()
      await operator.getByLabel('Setting').fill('content.hashtag_string')
      await operator.getByLabel('Value').fill(`#of-all-${device}`)
      await operator.getByRole('button', { name: 'Show differences' }).click()
      await operator.getByText(`#of-all-${device}`).first().waitFor()
      await expectAccessible(operator)
      await operator.getByRole('button', { name: 'Publish to all' }).click()
      await operator.getByRole('heading', { name: 'Published' }).waitFor()
      await operator.getByRole('button', { name: 'Roll back all' }).click()
      await operator.getByRole('heading', { name: 'Rolled back' }).waitFor()
    })
    await expectAccessible(operator)
  })
})
