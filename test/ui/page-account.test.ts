/** The account menu and sign-in on the page. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { openChromium, phone } from '../../scripts/chromium.ts'
import { problem, randomPath, type ScriptedGallery } from '../support/fakes/gallery-server.ts'
import { signedInAs } from '../support/fixtures/admin-page.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

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
  it('shows neither account nor sign-in for a gallery without sign-in', async () => {
    const { page } = await visiting(browser)
    await page.goto('/')
    await pictureOf(page, 'one')
    expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /Account/ }).count()).toBe(0)
  })

  it('offers visitors a sign-in that returns to the same photo', async () => {
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

  it('shows an admin the AI models that will be retired', async () => {
    const { page, gallery } = await visiting(browser, { ...phone })
    visitedBy(gallery, {
      admin: true,
      email: 'alice@example.org',
      notices: [
        {
          model: 'vision',
          severity: 'critical',
          text: 'Goes away soon.',
          shutdown_date: '2026-12-01',
          recommended_replacement: 'newer-model',
        },
      ],
    })
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: 'Account: alice@example.org' }).click()
    const notices = page.getByRole('list', { name: 'AI notices' })
    expect(await notices.getByRole('listitem').allTextContents()).toEqual([
      'Photo description AI: Goes away soon. Shutdown: 2026-12-01. Replacement: newer-model.',
    ])
  })

  it.each([
    ['an admin', { admin: true, email: 'alice@example.org' }, 0],
    ['another gallery’s admin', { admin: false, email: 'bob@example.org' }, 1],
  ])('shows %s their account, with a button to sign out', async (_title, status, warnings) => {
    const { page, gallery } = await visiting(browser, { ...phone })
    visitedBy(gallery, status)
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: `Account: ${status.email}` }).click()
    expect(await page.getByText(status.email, { exact: true }).isVisible()).toBe(true)
    expect(await page.getByText('You’re not an admin of this gallery.').count()).toBe(warnings)
    const signOut = page.getByRole('button', { name: 'Sign out', exact: true })
    expect(await signOut.isVisible()).toBe(true)
    const form = page.locator('form[method=post]').first()
    const action = new URL((await form.getAttribute('action')) ?? '', gallery.origin)
    expect([action.pathname, action.searchParams.get('return_to')]).toEqual([
      '/auth/logout',
      '/?photo=one.jpg',
    ])
    await page.keyboard.press('Escape')
    await signOut.waitFor({ state: 'hidden' })
  })

  it('opens, works and closes by keyboard, with labels for screen readers', async () => {
    const { page, gallery } = await visiting(browser)
    visitedBy(gallery, { admin: false, email: 'bob@example.org' })
    await page.goto('/')
    await pictureOf(page, 'one')
    const button = page.getByRole('button', { name: 'Account: bob@example.org' })
    await button.focus()
    const isExpanded = await expansionOf(page, 'Account: bob@example.org')
    expect(await isExpanded()).toBe(false)
    await page.keyboard.press('Space')
    expect(await isExpanded()).toBe(true)
    expect(await page.getByRole('region').ariaSnapshot()).toBe(
      [
        `- 'region "Account: bob@example.org"':`,
        '  - paragraph: Signed in as',
        '  - paragraph: bob@example.org',
        '  - paragraph: You’re not an admin of this gallery.',
        '  - button "Sign out"',
        '  - button "Sign out everywhere"',
        '  - paragraph: Signs you out on all your devices.',
      ].join('\n'),
    )
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus-visible')
    expect(await focused.textContent()).toBe('Sign out')
    await page.keyboard.press('Escape')
    expect(await isExpanded()).toBe(false)
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await pictureOf(page, 'one')
  })

  it.each([
    ['en', 'Sign out everywhere', 'everywhere', /signed out on all devices/],
    ['de', 'Überall abmelden', 'everywhere', /auf allen Geräten abgemeldet/],
    ['en', 'Sign out everywhere', 'soon', /other devices will follow/],
    ['de', 'Überall abmelden', 'soon', /anderen Geräte folgen/],
  ])('signs out everywhere in %s by “%s” and shows the result (%s)', async (locale, name, said, words) => {
    const { page, gallery } = await visiting(browser, { ...phone, locale })
    visitedBy(gallery, { admin: true, email: 'alice@example.org' })
    const asked: string[] = []
    gallery.script('/auth/logout', (request) => {
      asked.push(`${request.method} ${new URL(request.url).search}`)
      visitedBy(gallery, { admin: false })
      return new Response(null, {
        status: 303,
        headers: { location: `/?photo=one.jpg&signed_out=${said}` },
      })
    })
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('button', { name: /alice@example\.org/ }).click()
    await page.getByRole('button', { name }).click()
    const notice = page.locator('.sign-out-notice')
    await notice.getByText(words).waitFor()
    expect(asked).toEqual(['POST ?return_to=%2F%3Fphoto%3Done.jpg&everywhere=true'])
    await pictureOf(page, 'one')
    expect(new URL(page.url()).search).toBe('?photo=one.jpg')
    await notice.getByRole('button').click()
    await notice.waitFor({ state: 'detached' })
    await page.reload()
    await pictureOf(page, 'one')
    expect(await notice.count()).toBe(0)
  })

  it('reports admin tools that did not load, and loads them after a reload', async () => {
    const { page, gallery } = await visiting(browser)
    signedInAs(gallery, 'alice@example.org')
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0', keep_enabled: true }))
    const tools = '**/assets/darkroom*.js'
    await page.route(tools, (route) => route.abort('connectionreset'))
    await page.goto('/')
    await pictureOf(page, 'one')
    await page.getByRole('alert').getByText('The tools didn’t load.').waitFor()
    await page.unroute(tools)
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('button', { name: 'Keep', exact: true }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('offers to sign out when the gallery is only for another account', async () => {
    const { page, gallery } = await visiting(browser, { ...phone })
    visitedBy(gallery, { admin: false, email: 'bob@example.org' })
    gallery.script(randomPath, () => problem(403, 'not_admin'))
    await page.goto('/')
    const notice = page.getByRole('region', { name: 'You’re not an admin here' })
    await notice.waitFor()
    expect(await notice.getByRole('link', { name: 'Sign in' }).count()).toBe(0)
    const signOut = notice.getByRole('button', { name: 'Sign out' })
    expect(await signOut.isVisible()).toBe(true)
    expect(await notice.locator('form[method=post]').getAttribute('action')).toBe(
      '/auth/logout?return_to=%2F',
    )
    await page.getByRole('button', { name: 'Account: bob@example.org' }).waitFor()
  })

  it('offers a sign-in when the gallery is private', async () => {
    const { page, gallery } = await visiting(browser)
    visitedBy(gallery, { admin: false })
    gallery.script(randomPath, () => problem(401, 'not_signed_in'))
    await page.goto('/')
    await page.getByRole('heading', { name: 'This gallery is private' }).waitFor()
    expect(await page.locator('.notice').getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true)
  })
})

/** Reads from the browser's accessibility tree if the button reports its menu as open. */
async function expansionOf(page: Page, accessibleName: string): Promise<() => Promise<unknown>> {
  const devTools = await page.context().newCDPSession(page)
  return async () => {
    const { root } = await devTools.send('DOM.getDocument')
    const query = { nodeId: root.nodeId, accessibleName, role: 'button' }
    const { nodes } = await devTools.send('Accessibility.queryAXTree', query)
    return nodes[0]?.properties?.find(({ name }) => name === 'expanded')?.value.value
  }
}
