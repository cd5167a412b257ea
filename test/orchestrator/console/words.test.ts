/** Words on the pages of the console. */
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
  ])('speaks the language of a browser that prefers "%s"', async (header, language) => {
    const { olga } = await signedIn()
    const page = await olga.send('/', { headers: { 'accept-language': header } })
    expect(page.text).toContain(`<html lang="${language}">`)
  })

  it('accepts a folder of the fleet as a storage', async () => {
    const { olga } = await signedIn()
    const publish = { config: { storage: { provider: 'local', paths: { root: '/' } } }, force: true }
    const { config_version } = JSON.parse((await olga.send('/api/galleries/alice')).text) as {
      config_version: string
    }
    await olga.send('/api/galleries/alice/settings', { json: { ...publish, expect: config_version } })
    const { text } = await olga.send('/galleries/alice/doctor', { form: {} })
    expect(text).toMatch(/OK<\/span> A storage is connected/)
    expect(text).not.toContain('<ul class="plain" role="status">')
  })

  it.each([
    [{ act: 'suspend' }, 'Select a gallery first'],
    [{ act: 'plan', path: 'features.publish_enabled', value: 'true' }, 'Select a gallery first'],
    [{ act: 'plan', tenant: 'alice', path: '', value: 'true' }, 'Name a setting first'],
  ])('says what is missing in the bulk form %j', async (form, words) => {
    const { olga } = await signedIn()
    const { status, text } = await olga.send('/bulk', { form })
    expect([status, text]).toEqual([422, expect.stringContaining(words)])
  })

  it('refuses to lock a setting that does not exist', async () => {
    const { olga } = await signedIn()
    const { status, text } = await olga.send('/galleries/alice/locks', {
      form: { paths: 'content.hashtag_sting' },
    })
    expect([status, text]).toEqual([422, expect.stringContaining('did you mean hashtag_string?')])
  })

  it('names the current version once after a rollback to the same configuration', async () => {
    const { olga } = await signedIn()
    for (const value of ['A', 'B', 'A']) {
      const { config_version } = JSON.parse((await olga.send('/api/galleries/alice')).text) as {
        config_version: string
      }
      const changes = [{ path: 'appearance.title', value }]
      await olga.send('/api/galleries/alice/settings', { json: { changes, expect: config_version } })
    }
    const { text } = await olga.send('/galleries/alice')
    expect(text.split('(current version)')).toHaveLength(2)
  })
})
