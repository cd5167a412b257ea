/** Library of an admin: folders, selection, and actions on many photos with undo. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { desktop, openChromium, phone } from '../../scripts/chromium.ts'
import { problem, somePhotos } from '../support/fakes/gallery-server.ts'
import { expectAccessible } from '../support/fixtures/axe.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { pictureOf, visiting } from '../support/fixtures/visitor-page.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openChromium()
  return () => browser.close()
})

const features = {
  auth_mode: 'auth0',
  keep_enabled: true,
  remove_enabled: true,
  delete_enabled: true,
  library_enabled: true,
}

/** Shows an admin the grid of a library that the test holds in memory. */
async function atLibrary(window: object = desktop, flags: object = {}, count = 4) {
  const { page, gallery } = await visiting(browser, { ...window })
  const first = somePhotos(5)
  const folders: Record<string, string[]> = {
    root: Array.from({ length: count }, (_, place) => first[place]?.filename ?? `more-${place}.jpg`),
    keep: [],
    archive: ['old.jpg'],
    remove: [],
  }
  const done: string[] = []
  gallery.script('/api/admin/status', () => Response.json({ admin: true, email: 'alice@example.org' }))
  gallery.script('/api/config/features', () => Response.json({ ...features, ...flags }))
  gallery.script('/api/config/captions', () => Response.json({ platforms: [], hashtags: '' }))
  gallery.script('/api/library/objects', (request) => {
    const query = new URL(request.url).searchParams
    const folder = query.get('prefix')?.replace('/', '') ?? ''
    const found = (folders[folder] ?? []).filter((name) => name.includes(query.get('q') ?? ''))
    if (query.get('sort') === 'size') found.reverse()
    const offset = Number(query.get('offset'))
    const objects = found.slice(offset, offset + Number(query.get('limit'))).map((name) => ({
      key: folder === 'root' ? name : `${folder}/${name}`,
      size: 1,
      last_modified: '2026-01-01T00:00:00Z',
    }))
    return Response.json({ objects, cursor: null, total_in_window: found.length, truncated: false })
  })
  const move = (name: string, from: string, to: string | null) => {
    folders[from] = (folders[from] ?? []).filter((other) => other !== name)
    if (to) folders[to] = [...(folders[to] ?? []), name]
  }
  for (const name of [...(folders.root ?? []), 'old.jpg']) {
    for (const action of ['keep', 'remove', 'delete', 'restore']) {
      gallery.script(`/api/images/${name}/${action}`, async (request) => {
        const { from = 'root' } = await request.json()
        const to = action === 'delete' ? null : action === 'restore' ? 'root' : action
        done.push(`${action} ${name}`)
        move(name, from, to)
        return Response.json({ filename: name, action, destination_folder: to, preview_only: false })
      })
    }
  }
  await page.goto('/?view=grid')
  await tile(page, 'one').waitFor()
  await page.getByRole('navigation', { name: 'Folders' }).waitFor()
  return { page, gallery, folders, done }
}

const tile = (page: Page, name: string) => page.getByRole('link', { name: `${name}.jpg` })
const check = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}.jpg` })
const names = (page: Page) =>
  page.locator('a.tile').evaluateAll((tiles) => tiles.map((found) => found.getAttribute('title')))

describe('folders', () => {
  it('opens folders by a click and returns by Back', async () => {
    const { page } = await atLibrary()
    await page.getByRole('link', { name: 'Archive' }).click()
    await tile(page, 'old').waitFor()
    expect(page.url()).toMatch(/\?view=grid&folder=archive$/)
    await page.getByRole('link', { name: 'Kept' }).click()
    await page.getByRole('heading', { name: 'This folder is empty' }).waitFor()
    await page.goBack()
    await tile(page, 'old').waitFor()
    await page.goBack()
    await tile(page, 'one').waitFor()
    expect(await page.getByRole('option').allTextContents()).toEqual([
      'By name',
      'Newest first',
      'Largest first',
    ])
  })

  it('shows a photo of another folder with a button that moves it to the inbox', async () => {
    const { page, gallery, folders } = await atLibrary()
    const [photo] = somePhotos(1)
    gallery.script('/api/images/old.jpg', (request) => {
      const isThere = new URL(request.url).searchParams.get('folder') === 'archive'
      return isThere ? Response.json({ ...photo, filename: 'old.jpg' }) : problem(404, 'photo_not_found')
    })
    await page.goto('/?view=grid&folder=archive')
    await tile(page, 'old').click()
    await pictureOf(page, 'one')
    await page.getByText('1 / 1', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Publish' }).count()).toBe(0)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Move back to inbox' }).click()
    await page.getByText('1 moved back to the inbox.').waitFor()
    expect(folders).toMatchObject({ archive: [] })
    expect(folders.root).toContain('old.jpg')
  })
})

describe('selecting', () => {
  it('selects by checkboxes, Shift and Ctrl, and announces the number', async () => {
    const { page } = await atLibrary()
    await tile(page, 'one').hover()
    await check(page, 'one').click()
    await tile(page, 'three').click({ modifiers: ['Shift'] })
    await page.getByText('3 selected').waitFor()
    await tile(page, 'two').click({ modifiers: ['Control'] })
    await page.getByText('2 selected').waitFor()
    expect(await check(page, 'three').getAttribute('aria-checked')).toBe('true')
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectAccessible(page)
    }
    await page.keyboard.press('Escape')
    expect(await page.getByRole('toolbar', { name: 'Actions for selected photos' }).count()).toBe(0)
    await page.keyboard.press('Control+a')
    await page.getByText('4 selected').waitFor()
  })

  it('selects by keys', async () => {
    const { page } = await atLibrary()
    await tile(page, 'one').focus()
    await page.keyboard.press('x')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+X')
    await page.getByText('4 selected').waitFor()
  })

  it('starts with a long press on a phone and continues with taps', async () => {
    const { page } = await atLibrary(phone)
    const touch = await page.context().newCDPSession(page)
    const box = await tile(page, 'one').boundingBox()
    const touchPoints = [{ x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + 60 }]
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    await page.getByText('1 selected').waitFor()
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await tile(page, 'three').tap()
    await page.getByText('2 selected').waitFor()
    expect(page.url()).toMatch(/\?view=grid$/)
    await expectAccessible(page)
  })

  it('keeps photos selected when their tiles are scrolled away', async () => {
    const { page } = await atLibrary(desktop, {}, 2000)
    await tile(page, 'one').focus()
    await page.keyboard.press('x')
    await page.keyboard.press('End')
    await page.getByRole('link', { name: 'more-1999.jpg' }).waitFor()
    await page.keyboard.press('x')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('Home')
    await eventually(async () => expect(await check(page, 'one').getAttribute('aria-checked')).toBe('true'))
  })

  it('offers only the actions that are on', async () => {
    const { page } = await atLibrary(desktop, { keep_enabled: false, delete_enabled: false })
    await tile(page, 'one').focus()
    await page.keyboard.press('x')
    const tools = page.getByRole('toolbar', { name: 'Actions for selected photos' })
    expect(await tools.getByRole('button').allTextContents()).toEqual(['', 'Select all', 'Remove'])
  })
})

describe('selecting ten thousand photos', () => {
  /** Holds each page of the list until the test releases the page. */
  async function holdPages(page: Page) {
    const held: (() => void)[] = []
    const seen = { most: 0, released: 0 }
    await page.route('**/api/library/objects*', async (route) => {
      const turn = Promise.withResolvers<void>()
      held.push(turn.resolve)
      seen.most = Math.max(seen.most, held.length - seen.released)
      await turn.promise
      await route.continue()
    })
    const release = () => {
      held[seen.released]?.()
      seen.released++
    }
    return { held, seen, release }
  }

  it('loads three pages at a time and selects all photos', async () => {
    const { page } = await atLibrary(desktop, {}, 10_000)
    const { held, seen, release } = await holdPages(page)
    await page.keyboard.press('Control+a')
    await page.getByText('Selecting', { exact: false }).waitFor()
    for (let asked = 3; asked <= 19; asked++) {
      await eventually(() => expect(held).toHaveLength(asked))
      release()
    }
    release()
    release()
    await page.getByText('10,000 selected').waitFor()
    expect(seen.most).toBe(3)
  })

  it.each([
    ['Escape', (page: Page) => page.keyboard.press('Escape')],
    ['another folder', (page: Page) => page.getByRole('link', { name: 'Archive' }).click()],
  ])('stops loading after %s', async (_, act) => {
    const { page } = await atLibrary(desktop, {}, 10_000)
    const { held, release } = await holdPages(page)
    await page.keyboard.press('Control+a')
    await page.getByText('Selecting', { exact: false }).waitFor()
    await eventually(() => expect(held).toHaveLength(3))
    await act(page)
    await page.getByText('Selecting', { exact: false }).waitFor({ state: 'detached' })
    const answers = Promise.all([1, 2, 3].map(() => page.waitForEvent('requestfinished')))
    for (const _page of held) release()
    await answers
    await page.getByRole('link', { name: 'Inbox' }).click()
    await tile(page, 'one').waitFor()
    expect(await page.getByRole('toolbar', { name: 'Actions for selected photos' }).count()).toBe(0)
    expect(held.length).toBeLessThanOrEqual(4)
  })
})

describe('many photos at once', () => {
  it('keeps many photos and moves them back by Undo', async () => {
    const { page, folders, done } = await atLibrary()
    await page.keyboard.press('Control+a')
    await tile(page, 'four').click({ modifiers: ['Control'] })
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByText('3 kept.').waitFor()
    expect(await names(page)).toEqual(['four.jpg'])
    expect(folders.keep?.toSorted()).toEqual(['one.jpg', 'three.jpg', 'two.jpg'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('3 photos moved back.').waitFor()
    await eventually(async () => expect(await names(page)).toHaveLength(4))
    expect(folders.keep).toEqual([])
    expect(done.filter((act) => act.startsWith('restore'))).toHaveLength(3)
  })

  it('lists failed photos and retries them', async () => {
    const { page, gallery, done } = await atLibrary()
    let isBroken = true
    gallery.script('/api/images/two.jpg/remove', () => {
      if (isBroken) return problem(503, 'storage_unavailable')
      done.push('remove two.jpg')
      return Response.json({
        filename: 'two.jpg',
        action: 'remove',
        destination_folder: 'remove',
        preview_only: false,
      })
    })
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('1 failed:').waitFor()
    await page.getByText('3 removed.').waitFor()
    await page.getByText('The server says storage_unavailable.').waitFor()
    expect(await names(page)).toEqual(['two.jpg'])
    await expectAccessible(page)
    isBroken = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('4 removed.').waitFor()
    expect(done).toHaveLength(4)
  })

  it('shows the progress and stops on demand', async () => {
    const { page, gallery, done } = await atLibrary(desktop, {}, 40)
    const slow = Promise.withResolvers<Response>()
    gallery.script('/api/images/four.jpg/keep', () => slow.promise)
    gallery.script('/api/images/five.jpg/keep', () => slow.promise.then((answer) => answer.clone()))
    gallery.script('/api/images/more-5.jpg/keep', () => slow.promise.then((answer) => answer.clone()))
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByText('3 of 40').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    slow.resolve(problem(503, 'storage_unavailable'))
    await page.getByText('3 kept.').waitFor()
    expect(done).toHaveLength(3)
  })

  it('replaces the results with the tools on a new selection, and closes them by Escape', async () => {
    const { page } = await atLibrary()
    const tools = page.getByRole('toolbar', { name: 'Actions for selected photos' })
    const result = page.getByRole('region', { name: 'Results' })
    for (const name of ['one', 'two']) {
      await tile(page, name).focus()
      await page.keyboard.press('x')
      await tools.getByRole('button', { name: 'Keep', exact: true }).click()
      await page.getByText('1 kept.').waitFor()
    }
    await page.keyboard.press('Escape')
    await result.waitFor({ state: 'detached' })
    expect(await names(page)).toEqual(['three.jpg', 'four.jpg'])
  })

  it('never covers the focused tile with the bar', async () => {
    const { page } = await atLibrary({ viewport: { width: 700, height: 600 } }, {}, 60)
    await tile(page, 'one').focus()
    await page.keyboard.press('x')
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'End']) {
      const before = await page.evaluate(() => document.activeElement?.getAttribute('title'))
      await page.keyboard.press(key)
      await page.waitForFunction((was) => document.activeElement?.getAttribute('title') !== was, before)
      const [reached, bar] = [
        await page.locator('.tile:focus').boundingBox(),
        await page.locator('.selection-bar').boundingBox(),
      ]
      expect((reached?.y ?? 0) + (reached?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
    }
  })

  it('deletes only after a confirmation that names the number of photos', async () => {
    const { page, done } = await atLibrary()
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    const question = page.getByRole('dialog', { name: 'Delete 4 photos?' })
    await expectAccessible(page)
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    expect(done).toEqual([])
    const opener = page.getByRole('button', { name: 'Delete', exact: true })
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await question.getByRole('button', { name: 'Delete 4 photos' }).click()
    await page.getByText('4 deleted.').waitFor()
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    await page.getByRole('heading', { name: 'No photos yet' }).waitFor()
  })

  it('retries a deletion that needed a new sign-in', async () => {
    const { page, gallery } = await atLibrary()
    let asked = 0
    let isRecent = false
    for (const name of ['one', 'two', 'three', 'four'])
      gallery.script(`/api/images/${name}.jpg/delete`, () => {
        asked++
        return isRecent
          ? Response.json({ filename: `${name}.jpg`, destination_folder: null })
          : problem(401, 'sign_in_too_old')
      })
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('button', { name: 'Delete 4 photos' }).click()
    await page.getByText('4 failed:').waitFor()
    // The first answers apply to all photos.
    expect(asked).toBeLessThan(4)
    const wayIn = page.locator('.failures').getByRole('link', { name: 'Sign in again (opens in a new tab)' })
    expect(await wayIn.getAttribute('target')).toBe('_blank')
    expect(await wayIn.getAttribute('href')).toContain('fresh=true')
    isRecent = true
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('4 deleted.').waitFor()
  })

  it('retries an action after a sign-in in a new tab', async () => {
    const { page, gallery } = await atLibrary()
    let isSignedIn = false
    for (const name of ['one', 'two', 'three', 'four'])
      gallery.script(`/api/images/${name}.jpg/keep`, () =>
        isSignedIn ? Response.json({ filename: `${name}.jpg` }) : problem(401, 'not_signed_in'),
      )
    await page.keyboard.press('Control+a')
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByText('4 failed:').waitFor()
    const wayIn = page.locator('.failures').getByRole('link', { name: 'Sign in (opens in a new tab)' })
    expect(await wayIn.getAttribute('target')).toBe('_blank')
    isSignedIn = true
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('4 kept.').waitFor()
  })
})

describe('an action on many photos that continues in the background', () => {
  const result = (page: Page) => page.getByRole('region', { name: 'Results' })

  /** Keeps two photos, of which the second waits for the test, and opens another photo. */
  async function halfWay(window: object, second?: () => Response) {
    const work = await atLibrary(window)
    const { page, gallery, folders } = work
    if (second) gallery.script('/api/images/two.jpg', second)
    const last = Promise.withResolvers<Response>()
    gallery.script('/api/images/four.jpg/keep', async () => {
      const answer = await last.promise
      if (answer.ok) {
        folders.root = (folders.root ?? []).filter((name) => name !== 'four.jpg')
        folders.keep = [...(folders.keep ?? []), 'four.jpg']
      }
      return answer
    })
    for (const name of ['three', 'four']) await tile(page, name).click({ modifiers: ['Control'] })
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await result(page).getByText('1 of 2').waitFor()
    await tile(page, 'one').focus()
    await page.keyboard.press('Enter')
    await pictureOf(page, 'one')
    return { ...work, last }
  }
  const kept = () =>
    Response.json({ filename: 'four.jpg', action: 'keep', destination_folder: 'keep', preview_only: false })

  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('appears beside every photo on %s, with Undo', async (_, window) => {
    const { page, folders, last } = await halfWay(window)
    await result(page).getByText('1 of 2').waitFor()
    expect(await result(page).getByRole('button', { name: 'Stop' }).isVisible()).toBe(true)
    // The photo has the focus, not the progress beside it.
    expect(await page.evaluate(() => document.activeElement?.className)).toMatch(/^stage/)
    await page.getByRole('button', { name: 'Next' }).click()
    await pictureOf(page, 'two')
    last.resolve(kept())
    await result(page).getByText('2 kept.').waitFor()
    for (const name of ['Next', 'Details', 'Zoom in', 'Undo'])
      await page.getByRole('button', { name, exact: true }).click({ trial: true })
    await expectAccessible(page)
    await result(page).getByRole('button', { name: 'Undo' }).click()
    await result(page).getByText('2 photos moved back.').waitFor()
    expect(folders.keep).toEqual([])
    await result(page).getByRole('button', { name: 'Close' }).click()
    await result(page).waitFor({ state: 'detached' })
  })

  it('appears even without a photo, and retries failures there', async () => {
    const { page, gallery, last } = await halfWay(desktop, () => problem(404, 'photo_not_found'))
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('heading', { name: 'Photo not found' }).waitFor()
    last.resolve(problem(503, 'storage_unavailable'))
    await result(page).getByText('1 failed:').waitFor()
    gallery.script('/api/images/four.jpg/keep', kept)
    await result(page).getByRole('button', { name: 'Try again' }).click()
    await result(page).getByText('2 kept.').waitFor()
  })

  it('warns before the page is left, and leaves Escape to the layers over the photo', async () => {
    const { page, last } = await halfWay(desktop)
    const asks = () => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))
    await eventually(async () => expect(await asks()).toBe(true))
    last.resolve(kept())
    await result(page).getByText('2 kept.').waitFor()
    await eventually(async () => expect(await asks()).toBe(false))
    await page.keyboard.press('z')
    await page.getByRole('button', { name: 'Zoom out' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Zoom out' }).waitFor({ state: 'detached' })
    await result(page).getByText('2 kept.').waitFor()
  })
})

describe('an admin’s shortcuts', () => {
  it('appears in the list of shortcuts', async () => {
    const { page } = await atLibrary()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.getByText('Edit captions and publish').waitFor()
    await sheet.getByText('Select up to here').waitFor()
    await expectAccessible(page)
  })
})
