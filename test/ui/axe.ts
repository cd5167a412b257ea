/** The page looked at by axe: nothing that it finds is small enough to be let through. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Expects no violation of any impact in the page as it is now. Moving things are brought to their end first, since colours that
 * fade are too weak on their way. The source is evaluated by the driver, to which the page's policy does not apply.
 */
export async function expectAccessible(page: Page, options: RunOptions = {}): Promise<void> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish()
  })
  await page.evaluate(await source)
  const results = await page.evaluate(async (runOptions) => {
    const axe: { run(context: Document, options: object): Promise<unknown> } = Reflect.get(window, 'axe')
    return (await axe.run(document, runOptions)) as AxeResults
  }, options)
  const found = results.violations.map(({ id, impact, nodes }) => ({
    id,
    impact,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
  }))
  expect(found).toEqual([])
}
