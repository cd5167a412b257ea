/** What the pages of the console say, apart from what they do. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { operator, startConsole } from '../../support/fixtures/console.ts'
import { databasesOf } from '../../support/fixtures/databases.ts'

const databases = databasesOf('sqlite')
beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
afterAll(databases.close)

async function signedIn() {
  const own = await databases.createMigrated()
  onTestFinished(() => own[Symbol.asyncDispose]())
  const { services, browser } = await startConsole(await own.opened())
  const olga = browser()
  await olga.signIn(operator)
  return { services, olga }
}

describe('the words of the console', () => {
  it.each([
    ['de-DE', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['fr-CH, DE-ch;q=0.8, en;q=0.9', 'en'],
    ['de;q=0, en-US', 'en'],
    ['fr', 'en'],
    ['', 'en'],
  ])('are in the language of a browser that prefers "%s"', async (header, language) => {
    const { olga } = await signedIn()
    const page = await olga.send('/', { headers: { 'accept-language': header } })
    expect(page.text).toContain(`<html lang="${language}">`)
  })
})
