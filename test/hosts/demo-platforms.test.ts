/** Publishing to all platforms of the demo, and the pages where the posts are seen. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, it } from 'vitest'
import { parseEmail } from '../../src/contract/email.ts'
import { sessionCookie } from '../../src/handlers/cookies.ts'
import { sessionAudience } from '../../src/handlers/session.ts'
import { providerVariables } from '../../src/providers/registry.ts'
import { parseSettings } from '../../src/runtime/settings/settings.ts'
import { createSessions, newSessionId } from '../../src/runtime/sign-in/sessions.ts'
import { type RunningDemo, startDemo } from '../support/fixtures/demo-process.ts'
import { sendTo } from '../support/fixtures/http-client.ts'

/** Returns a Cookie header with a session of the demo. */
async function cookieFor(demo: RunningDemo, host: string, address: string): Promise<string> {
  const variables = parseEnv(await readFile(join(demo.state, 'env'), 'utf8'))
  const settings = parseSettings(variables, providerVariables)
  const email = parseEmail(address)
  if (!email) throw new TypeError('Invalid email address.')
  const signedInAt = Math.floor(Date.now() / 1000)
  const signedIn = { id: newSessionId(), email, subject: 'test|alice', signedInAt, provedAt: signedInAt }
  const sessions = createSessions(settings, { isEnded: async () => false, now: Date.now })
  const issued = await sessions.issue(signedIn, sessionAudience(settings, host))
  return `${sessionCookie(settings).name}=${issued?.token}`
}

it.each([
  { title: 'Node', args: [] },
  { title: 'a Worker', args: ['--worker'] },
])(
  'publishes a photo of alice on six channels as $title, and takes it back where that is possible',
  async ({ args }) => {
    const demo = await startDemo(...args)
    try {
      const { host = '', hostname = '', port = '' } = demo.addresses[0] ?? {}
      const cookie = await cookieFor(demo, hostname, 'alice@example.org')
      const ask = async (path: string, body?: object) => {
        const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
        const options = body && { method: 'POST', body: JSON.stringify(body) }
        return (await sendTo(Number(port), host, path, { headers, ...options })).json()
      }
      const { filenames }: { filenames: string[] } = await ask('/api/images/list')
      const photos = await Promise.all(
        filenames.map((name) => ask(`/api/images/${encodeURIComponent(name)}`)),
      )
      const rated = (rating: string) =>
        encodeURIComponent(photos.find(({ metadata }) => metadata?.rating === rating)?.filename ?? '')
      const caption = `Seen at ${Date.now()}`
      const general = await ask(`/api/images/${rated('general')}/publish`, { caption })
      const channels = ['telegram', 'closeups', 'email', 'instagram', 'bluesky', 'mastodon']
      expect(Object.keys(general.results).sort()).toEqual(channels.toSorted())
      for (const channel of channels)
        expect([channel, general.results[channel]]).toMatchObject([channel, { success: true }])

      const pages = demo.output.flatMap((line) => {
        const [, page, title] = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/) +(.*)/.exec(line) ?? []
        return page === undefined ? [] : [{ page, title }]
      })
      expect(pages).toHaveLength(5)
      for (const { page, title } of pages) {
        // The page of the mails needs a browser (demo-workflow).
        if (title?.startsWith('mail')) continue
        const text = await (await fetch(page)).text()
        expect([title, text.includes(caption)]).toEqual([title, true])
      }

      const nudity = await ask(`/api/images/${rated('nudity')}/publish`, {
        platforms: ['instagram', 'mastodon'],
      })
      expect(nudity.results).toMatchObject({
        instagram: { success: false, error: expect.stringMatching(/nud/i) },
        mastodon: { success: true },
      })
      const taken = await ask(`/api/images/${rated('general')}/retract`, {})
      for (const channel of ['telegram', 'closeups', 'bluesky', 'mastodon'])
        expect([channel, taken.results[channel]]).toMatchObject([channel, { success: true }])
      expect(taken.results.email).toMatchObject({ success: false, error: expect.stringMatching(/./) })
    } finally {
      expect(await demo.end()).toEqual([0, null])
    }
  },
  180_000,
)
