/** Views of the web app by the names of their screenshots. */
import type { Page } from 'playwright-core'
import {
  openCaptions,
  openEmpty,
  openPreview,
  openResults,
  openSelection,
  openUploads,
} from './admin-steps.ts'
import { withOutcomes, withProblem } from './answers.ts'
import { button, openDetails, openGrid } from './page.ts'

export interface View {
  /** Person to sign in first. */
  as?: 'admin'
  locale?: string
  /** Window on which the view is taken. Default: both. */
  on?: 'phone' | 'desktop'
  /** Leads from the gallery's first photo to the view. */
  show?: (page: Page) => Promise<void>
}

/** Origin of the demo's callback host. */
const callbackOrigin = process.argv[2]?.replace(/\/\/[^.]+/, '//app') ?? ''
export const views: Record<string, View> = {
  photo: {},
  details: { show: openDetails },
  grid: { show: (page) => openGrid(page) },
  zoom: {
    async show(page) {
      await button(page, 'Zoom in').click()
      await button(page, 'Zoom in').click()
    },
  },
  empty: { show: (page) => withProblem(page, 404, 'no_photos') },
  empty_admin: { as: 'admin', show: (page) => openEmpty(page, 'no_photos') },
  missing_folder: { as: 'admin', show: (page) => openEmpty(page, 'root_missing') },
  private: { show: (page) => withProblem(page, 401, 'not_signed_in') },
  offline: {
    async show(page) {
      await page.context().setOffline(true)
      await button(page, 'Next').click()
      await button(page, 'Next').click()
      await page.getByText('You’re offline').first().waitFor()
    },
  },
  german: { locale: 'de-DE' },
  admin: { as: 'admin' },
  account: {
    as: 'admin',
    async show(page) {
      await button(page, /^Account/).click()
    },
  },
  captions: { as: 'admin', show: openCaptions },
  preview: { as: 'admin', show: openPreview },
  results: { as: 'admin', show: openResults },
  outcomes: {
    as: 'admin',
    async show(page) {
      await withOutcomes(page, { telegram: 'published', email: 'failed' })
      await openDetails(page)
    },
  },
  published: {
    as: 'admin',
    async show(page) {
      await withOutcomes(page, { telegram: 'published', email: 'published' })
      await button(page, 'Publish').click()
      await page.locator('.sheet textarea').first().waitFor()
    },
  },
  'unknown-page': { show: (page) => openMessage(page, '/nothing/here') },
  'failed-sign-in': {
    show: (page) => openMessage(page, new URL('/auth/callback?error=access_denied', callbackOrigin).href),
  },
  kept: {
    as: 'admin',
    async show(page) {
      await page.route('**/api/images/*/keep', (route) =>
        route.fulfill({ json: { filename: 'x', action: 'keep' } }),
      )
      await button(page, 'Keep').click()
      await page.locator('.toast').waitFor()
    },
  },
  folders: { as: 'admin', show: (page) => openGrid(page) },
  selecting: {
    as: 'admin',
    async show(page) {
      await openGrid(page)
      await button(page, 'Select').click()
    },
  },
  selection: { as: 'admin', show: openSelection },
  delete: {
    as: 'admin',
    async show(page) {
      await openSelection(page)
      await button(page, 'Delete').click()
      await page.getByRole('dialog').waitFor()
    },
  },
  uploads: { as: 'admin', show: openUploads },
  shortcuts: {
    as: 'admin',
    on: 'desktop',
    async show(page) {
      await page.keyboard.press('?')
    },
  },
  'german-captions': {
    as: 'admin',
    locale: 'de-DE',
    async show(page) {
      await page.getByRole('button', { name: 'Veröffentlichen' }).click()
      await page.locator('.sheet textarea').first().waitFor()
    },
  },
}

async function openMessage(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.locator('main').waitFor()
}
