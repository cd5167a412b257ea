/** Who is signed in, as the page shows it. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath, type ScriptedGallery } from './scripted-gallery.ts'
import { pictureOf, visiting } from './visiting.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

function visitedBy(gallery: ScriptedGallery, status: object): void {
  gallery.script('/api/admin/status', () => Response.json(status))
  gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0' }))
}

describe('the account', () => {
  it('is nowhere where nobody can sign in', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /Account/ }).count()).toBe(0)
  })

  it('is a way in for visitors, that leads back to the very photo', async () => {
    const { page, gallery } = await visiting(browser)
    visitedBy(gallery, { admin: false })
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    const href = (await page.getByRole('link', { name: 'Sign in' }).getAttribute('href')) ?? ''
    const url = new URL(href, gallery.origin)
    expect(url.pathname).toBe('/auth/login')
    expect(url.searchParams.get('return_to')).toBe('/?photo=two.jpg')
  })

  it.each([
    ['an admin', { admin: true, email: 'alice@example.org' }, 0],
    ['somebody else’s admin', { admin: false, email: 'bob@example.org' }, 1],
  ])('tells %s who they are, and lets them out', async (_title, status, warnings) => {
    const { page, gallery } = await visiting(browser, { ...phone })
    visitedBy(gallery, status)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: `Account: ${status.email}` }).click()
    expect(await page.getByText(status.email, { exact: true }).isVisible()).toBe(true)
    expect(await page.getByText('You are not an admin of this gallery.').count()).toBe(warnings)
    const signOut = page.getByRole('button', { name: 'Sign out' })
    expect(await signOut.isVisible()).toBe(true)
    const form = page.locator('form[method=post]')
    const action = new URL((await form.getAttribute('action')) ?? '', gallery.origin)
    expect([action.pathname, action.searchParams.get('return_to')]).toEqual([
      '/auth/logout',
      '/?photo=one.jpg',
    ])
    await page.keyboard.press('Escape')
    await signOut.waitFor({ state: 'hidden' })
  })

  it('is asked for after the photo, and a private gallery offers the way in', async () => {
    const { page, gallery } = await visiting(browser)
    visitedBy(gallery, { admin: false })
    gallery.script(randomPath, () => problem(401, 'not_signed_in'))
    await page.goto('/')
    await page.getByRole('heading', { name: 'This gallery is private' }).waitFor()
    expect(await page.locator('.notice').getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true)
  })
})
