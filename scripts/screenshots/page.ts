/** Navigation and waiting steps shared by several views. */
import type { Page } from 'playwright-core'

export const photoAddress = '/?photo=last-light-at-the-jetty.jpg'
const gridAddress = '/?view=grid'
export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' })

export async function openDetails(page: Page): Promise<void> {
  await button(page, 'Details').click()
}

export async function openGrid(page: Page): Promise<void> {
  await page.goto(gridAddress)
  await page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll<HTMLImageElement>('.thumbnail')]
    const isShown = pictures.every(({ naturalWidth }) => naturalWidth > 0)
    return isShown && pictures.length > 0 && pictures.length === document.querySelectorAll('a.tile').length
  })
}

/** Waits until the photo itself is visible, not only its placeholder. */
export async function pictureShown(page: Page, within = 'body'): Promise<void> {
  await page.waitForFunction((selector) => {
    const pictures = [...document.querySelectorAll<HTMLImageElement>(`${selector} img`)]
    return pictures.length > 0 && pictures.every(({ complete, naturalWidth }) => complete && naturalWidth > 0)
  }, within)
}
