/** Editing and saving on the settings page. */
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem } from '../support/fakes/gallery-server.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { atSettings, saveButton, savedText } from '../support/fixtures/settings-page.ts'
import { goOffline, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

describe('the sections', () => {
  it('leads from a list to a section and back on a phone', async () => {
    const { page } = await atSettings(browser, phone)
    await page.getByRole('link', { name: /^Profile/ }).click()
    const heading = page.getByRole('heading', { name: 'Profile' })
    await heading.waitFor()
    expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await page.getByRole('link', { name: /^Captions/ }).isVisible()).toBe(false)
    await page.getByRole('link', { name: 'All settings' }).click()
    await page.getByRole('link', { name: /^Captions/ }).waitFor()
    expect(await page.getByLabel('Title', { exact: true }).isVisible()).toBe(false)
  })

  it('shows the section beside the list on a desktop', async () => {
    const { page } = await atSettings(browser, desktop)
    await page.getByRole('link', { name: /^Captions/ }).click()
    await page.getByLabel('Hashtags').waitFor()
    expect(await page.getByRole('link', { name: /^Profile/ }).isVisible()).toBe(true)
    expect(await page.locator('[aria-current=page]').textContent()).toContain('Captions')
  })
})

describe.each([
  ['phone', phone],
  ['desktop', desktop],
])('saving on a %s', (_device, window) => {
  it('sends a merge patch with the version, and reports the result', async () => {
    const { page, studio } = await atSettings(browser, window, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Knots')
    await page.getByLabel('Anyone can view the gallery').check()
    await page.getByLabel('Time zone').selectOption('Europe/Berlin')
    await page.getByText('3 unsaved changes').waitFor()
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked).toEqual([
      {
        method: 'PATCH',
        path: '/api/settings',
        body: {
          appearance: { title: 'Knots' },
          features: { auto_view_enabled: true },
          content: { time_zone: 'Europe/Berlin' },
        },
      },
    ])
    await page.reload()
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Knots')
    expect(await page.getByText('unsaved').count()).toBe(0)
  })
})

describe('fields', () => {
  it('removes a value with an empty text', async () => {
    const { page, studio } = await atSettings(browser, desktop, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('')
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked[0]?.body).toEqual({ appearance: { title: null } })
  })

  it('counts no change that was typed back', async () => {
    const { page } = await atSettings(browser, desktop, '/settings#words')
    await page.getByLabel('Hashtags').fill('#rope #knots')
    await page.getByText('1 unsaved change').waitFor()
    await page.getByLabel('Hashtags').fill('#rope')
    await saveButton(page).waitFor({ state: 'detached' })
  })

  it('edits the list of sample captions with the keyboard', async () => {
    const { page, studio } = await atSettings(browser, desktop, '/settings#words')
    await page.getByRole('button', { name: 'Add a caption' }).press('Enter')
    await page.keyboard.type('The rope remembers.')
    await page.getByRole('button', { name: 'Add a caption' }).press('Enter')
    await page.getByRole('button', { name: 'Remove sample caption 1' }).press('Enter')
    expect(await page.locator(':focus').inputValue()).toBe('The rope remembers.')
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked[0]?.body).toEqual({ content: { voice_profile: ['The rope remembers.'] } })
  })

  it('offers at most 20 sample captions', async () => {
    const { page } = await atSettings(browser, desktop, '/settings#words', (studio) => {
      studio.settings = { content: { voice_profile: Array.from({ length: 20 }, (_, at) => `Caption ${at}`) } }
    })
    await page.getByText('That’s the maximum of 20.').waitFor()
    expect(await page.getByRole('button', { name: 'Add a caption' }).count()).toBe(0)
  })

  it('suggests the time zone of the device', async () => {
    const { page, studio } = await atSettings(
      browser,
      { ...phone, timezoneId: 'Asia/Tokyo' },
      '/settings#profile',
    )
    await page.getByRole('button', { name: 'Use Asia/Tokyo' }).click()
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked[0]?.body).toEqual({ content: { time_zone: 'Asia/Tokyo' } })
  })

  it('saves watermark and default channels', async () => {
    const { page, studio } = await atSettings(browser, desktop, '/settings#look')
    await page.getByLabel('Watermark text').fill('© Alice')
    await page.getByLabel('Watermark position').selectOption('top-left')
    await page.getByLabel('Watermark opacity').fill('80')
    await page.getByRole('link', { name: /^Profile/ }).click()
    await page.getByRole('checkbox', { name: 'Instagram' }).check()
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked[0]?.body).toEqual({
      content: {
        watermark: { text: '© Alice', position: 'top-left', opacity: 0.8 },
        default_platforms: ['instagram'],
      },
    })
  })

  it.each([
    ['#777777', 'Text is too hard to read on this background'],
    ['#101014', 'Easy to read.'],
  ])('explains the contrast of the background %s in words', async (colour, advice) => {
    const { page } = await atSettings(browser, phone, '/settings#look')
    await page.getByLabel('Background color').fill(colour)
    const preview = page.locator('figure').first()
    await preview.getByText(advice).waitFor()
    const shown = await preview
      .locator('.preview')
      .evaluate((element) => getComputedStyle(element).backgroundColor)
    expect(shown).toBe(colour === '#101014' ? 'rgb(16, 16, 20)' : 'rgb(15, 15, 16)')
  })

  it('shows a locked value with its reason and without a control', async () => {
    const { page } = await atSettings(browser, desktop, '/settings#words', (studio) => {
      studio.locked = ['content.hashtag_string', 'content.voice_profile']
    })
    await page.getByText('#rope').waitFor()
    expect(await page.getByText('Your operator decides.').count()).toBe(2)
    expect(await page.getByRole('textbox', { name: /Hashtags|Sample/ }).count()).toBe(0)
  })

  it('shows the faults that the server found, each with its field', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#profile')
    studio.instead = () =>
      Response.json(
        {
          code: 'settings_refused',
          detail: 'Refused.',
          errors: [{ pointer: '/appearance/title', detail: 'must be a single line' }],
        },
        { status: 422 },
      )
    await page.getByLabel('Title', { exact: true }).fill('x')
    await saveButton(page).click()
    await page.getByRole('alert').getByText('Title: must be a single line').waitFor()
    expect(await page.getByText('1 unsaved change').isVisible()).toBe(true)
  })
})

describe('unsaved changes', () => {
  it('keeps unsaved changes on the device and offers them after a reload', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Half a ti')
    await page.getByText('1 unsaved change').waitFor()
    await page.reload()
    await page.getByText('You have unsaved changes from an earlier visit.').waitFor()
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Alice in Rope')
    await page.getByRole('button', { name: 'Restore changes' }).click()
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Half a ti')
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked).toHaveLength(1)
    expect(await page.evaluate(() => localStorage.getItem('settings'))).toBeNull()
  })

  it('forgets unsaved changes when the person discards them', async () => {
    const { page } = await atSettings(browser, desktop, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Half a ti')
    await page.reload()
    await page.getByRole('button', { name: 'Discard them' }).click()
    expect(await page.evaluate(() => localStorage.getItem('settings'))).toBeNull()
    await page.reload()
    await page.getByLabel('Title', { exact: true }).waitFor()
    expect(await page.getByText('earlier visit').count()).toBe(0)
  })

  it('hides unsaved changes from another admin of the same device', async () => {
    const { page, gallery } = await atSettings(browser, desktop, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Half a ti')
    gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'carol@example.org' }))
    await page.reload()
    await page.getByLabel('Title', { exact: true }).waitFor()
    expect(await page.getByText('earlier visit').count()).toBe(0)
  })

  it('warns before the person leaves', async () => {
    const { page } = await atSettings(browser, desktop, '/settings#profile')
    const dialogs: string[] = []
    page.on('dialog', (dialog) => dialogs.push(dialog.type()))
    await page.getByLabel('Title', { exact: true }).pressSequentially('!')
    await page.getByRole('link', { name: 'Gallery' }).click()
    await page.waitForURL((url) => url.pathname === '/')
    expect(dialogs).toEqual(['beforeunload'])
  })

  it('keeps unsaved changes when the connection is lost, with a way to try again', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Knots')
    await goOffline(page)
    await saveButton(page).click()
    await page.getByRole('alert').getByText('You’re offline.').waitFor()
    await page.context().setOffline(false)
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.settings.appearance).toMatchObject({ title: 'Knots' })
  })

  it.each([500, 503])('does not claim that nothing was changed when a save ends with %i', async (status) => {
    const { page, studio } = await atSettings(browser, phone, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Knots')
    studio.instead = () => problem(status, 'studio_unavailable')
    await saveButton(page).click()
    await page.getByText('check what was saved').waitFor()
    expect(await page.getByText('Nothing was changed').count()).toBe(0)
    await page.getByText('1 unsaved change').waitFor()
  })

  it('keeps unsaved changes during a sign-in, which returns to the section', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#profile')
    studio.instead = () => problem(401, 'not_signed_in')
    await page.getByLabel('Title', { exact: true }).fill('Knots')
    await saveButton(page).click()
    const href = await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).getAttribute('href')
    expect(href).toBe('/auth/login?return_to=%2Fsettings%23profile')
    expect(await page.evaluate(() => localStorage.getItem('settings'))).toContain('Knots')
  })
})

describe('two devices', () => {
  it('shows field by field what another device changed, and lets the person choose', async () => {
    const { page, studio } = await atSettings(browser, phone, '/settings#profile')
    await page.getByLabel('Title', { exact: true }).fill('Mine')
    await page.getByLabel('Anyone can view the gallery').check()
    studio.changeElsewhere({ appearance: { title: 'Theirs' }, content: { hashtag_string: '#new' } })
    await saveButton(page).click()
    const list = page.getByRole('region', { name: 'Settings were changed on another device' })
    await list.waitFor()
    const rows = list.getByRole('listitem')
    expect(await rows.nth(0).textContent()).toMatch(/Title\s*Other device\s*Theirs\s*Here\s*Mine/)
    expect(await rows.nth(1).textContent()).toMatch(/Hashtags\s*Other device\s*#new/)
    expect(await page.getByText('2 unsaved changes').isVisible()).toBe(true)
    await rows.nth(0).getByRole('button', { name: 'Use theirs Title' }).click()
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Theirs')
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.settings).toMatchObject({
      appearance: { title: 'Theirs' },
      content: { hashtag_string: '#new' },
      features: { auto_view_enabled: true },
    })
  })

  it('keeps what the person typed while saving', async () => {
    const { page, studio } = await atSettings(browser, desktop, '/settings#profile')
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    studio.instead = async () => {
      studio.instead = null
      await held
      return null
    }
    await page.getByLabel('Title', { exact: true }).fill('First')
    await saveButton(page).click()
    await page.getByText('Saving…').waitFor()
    await page.getByLabel('Title', { exact: true }).fill('Second')
    release()
    await page.getByText('1 unsaved change').waitFor()
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Second')
    await saveButton(page).click()
    await savedText(page).waitFor()
    expect(studio.asked.map(({ body }) => body)).toEqual([
      { appearance: { title: 'First' } },
      { appearance: { title: 'Second' } },
    ])
  })
})

describe('without access', () => {
  it('offers a sign-in that returns to the settings', async () => {
    const { page } = await atSettings(browser, phone, '/settings', (_studio, gallery) => {
      gallery.script('/api/settings', () => problem(401, 'not_signed_in'))
    })
    const link = page.getByRole('link', { name: 'Sign in' })
    expect(await link.getAttribute('href')).toBe('/auth/login?return_to=%2Fsettings')
  })

  it('explains to another account that it is no admin', async () => {
    const { page } = await atSettings(browser, desktop, '/settings', (_studio, gallery) => {
      gallery.script('/api/settings', () => problem(403, 'not_admin'))
    })
    await page.getByText('You’re not an admin here.').waitFor()
    expect(await page.locator('form').getAttribute('action')).toBe('/auth/logout?return_to=%2Fsettings')
  })

  it('shows the values to read, and names the operator, where no studio is offered', async () => {
    const { page, gallery } = await visiting(browser, phone)
    gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
    gallery.script('/api/settings', () => problem(404, 'studio_not_offered'))
    gallery.script('/api/connections', () => problem(404, 'studio_not_offered'))
    gallery.script('/api/config/features', () =>
      Response.json({ auth_mode: 'auth0', auto_view_enabled: true, storage_provider: 'dropbox' }),
    )
    gallery.script('/api/config/publishers', () => Response.json({ telegram: true, email: false }))
    gallery.script('/api/config/voice-profile', () => Response.json({ voice_profile: ['Quiet hands.'] }))
    gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '#rope' }))
    await page.goto('/settings')
    await page.getByText('ask your operator').waitFor()
    expect(await page.locator('.values').textContent()).toMatch(
      /Public gallery\s*On[\s\S]*Dropbox[\s\S]*Telegram[\s\S]*#rope[\s\S]*Quiet hands\./,
    )
    expect(await page.getByRole('textbox').count()).toBe(0)
  })

  it('tries again when the server is back', async () => {
    const { page, gallery, studio } = await atSettings(browser, phone, '/settings', (_studio, gallery) => {
      gallery.script('/api/settings', () => problem(503, 'control_plane_unavailable'))
    })
    await page.getByText('Not available right now.').waitFor()
    gallery.script('/api/settings', () => Response.json({ ...studio, config_version: 'v1' }))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: /^Profile/ }).waitFor()
  })
})

describe('the menu of an admin', () => {
  it('links to the settings', async () => {
    const { page, gallery } = await visiting(browser, phone)
    gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
    gallery.script('/api/config/features', () => Response.json({ auth_mode: 'auth0' }))
    await page.goto('/')
    await page.getByRole('button', { name: 'Account: alice@example.org' }).click()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.waitForURL((url) => url.pathname === '/settings')
    await eventually(async () => expect(await page.title()).toMatch(/^Settings/))
  })
})
