/** Posts and mails that arrived, compared with those that hosts reported. */
import { apiKey, chatOf, recipient } from '../test/support/fixtures/studio.ts'
import type { Judge } from './rules.ts'
import { markPattern, type Tenant } from './tenants.ts'
import type { World } from './world.ts'

export interface Inbox {
  /** Records a post that a host reported as sent. */
  noteReported(platform: string, mark: string): void
  /** Collects new posts. The emulator keeps only a few hundred. */
  collect(): void
  /** Checks everything that has arrived. Returns the number of posts and mails. */
  inspect(): number
}

export function createInbox({ telegram, openai, mail, tenants }: World, judge: Judge): Inbox {
  const reported = new Set<string>()
  const posts = new Map<string, { chat: string; bot: string; caption: string }>()
  const callsLooked = new Set<unknown>()

  function collect(): void {
    for (const { chat, messageId, bot, caption } of telegram.posts) {
      posts.set(`${chat.id} ${messageId}`, { chat: chat.title, bot, caption })
    }
    for (const call of openai.calls) {
      if (callsLooked.has(call)) continue
      callsLooked.add(call)
      const owner = tenants.find(({ name }) => apiKey(name) === call.key)
      expectOwn(owner, `${call.prompt} ${call.system}`, 'an AI call')
    }
  }

  function expectOwn(owner: Tenant | undefined, text: string, what: string): void {
    const names = text.match(/soak\d{4}/g) ?? []
    const isOwn = owner !== undefined && names.every((name) => name === owner.name)
    judge.expect('vendors', isOwn, () => `${what} of ${owner?.name}: ${text.slice(0, 200)}`)
  }

  return {
    noteReported: (platform, mark) => void reported.add(`${platform} ${mark}`),
    collect,
    inspect() {
      collect()
      const arrived = new Map<string, number>()
      const count = (platform: string, text: string) => {
        const key = `${platform} ${markPattern.exec(text)?.[0]}`
        arrived.set(key, (arrived.get(key) ?? 0) + 1)
      }
      for (const { chat, bot, caption } of posts.values()) {
        const owner = tenants.find(({ name }) => name === chat && bot === String(chatOf(name)))
        expectOwn(owner, caption, 'a post')
        count('telegram', caption)
      }
      // Each photo's mail is followed by a confirmation mail to the admin, which is not counted.
      const sent = mail.mails.filter(({ to }) =>
        to.some((address) => address.endsWith('@upload.fetlife.test')),
      )
      for (const { from, to, headers } of sent) {
        const owner = tenants.find(({ name }) => from.startsWith(name) && to.includes(recipient(name)))
        expectOwn(owner, headers, 'a mail')
        count('email', headers)
      }
      for (const [key, times] of arrived) judge.expect('once', times === 1, () => `${key}: ${times} times`)
      for (const key of reported) judge.expect('real', arrived.has(key), () => `${key} never arrived`)
      return posts.size + sent.length
    },
  }
}

/** Returns the platforms that this `publish` answer reports as just sent. */
export function sentIn(body: Record<string, unknown>): string[] {
  const { results } = body
  if (typeof results !== 'object' || results === null) return []
  return Object.entries(results).flatMap(([platform, outcome]: [string, unknown]) => {
    const isSent =
      typeof outcome === 'object' &&
      outcome !== null &&
      'success' in outcome &&
      outcome.success === true &&
      !('skipped' in outcome)
    return isSent ? [platform] : []
  })
}
