/** All platforms of the plan on loopback, some milliseconds away, with the times at which a platform works for us. */
import { randomBytes } from 'node:crypto'
import { startInstagramEmulator } from '../../dev/emulators/instagram.ts'
import { startMastodonEmulator } from '../../dev/emulators/mastodon.ts'
import { startOpenAiEmulator } from '../../dev/emulators/openai.ts'
import { startTelegramEmulator } from '../../dev/emulators/telegram.ts'
import { startBluesky } from '../../dev/peers/pds.ts'
import { startMailServer } from '../../test/support/fakes/smtp-servers.ts'
import { type DelayProxy, startDelayProxy } from '../delay-proxy.ts'

/** Times of `Date.now()`. */
export interface Span {
  from: number
  to: number
}

export interface Accounts {
  /** Entries of the tenant's configuration: six channels. */
  publishers: Record<string, unknown>[]
  emailServer: Record<string, unknown>
  /** Credentials by their reference. */
  credentials: Record<string, Record<string, unknown>>
}

export interface Platforms {
  /** Environment of the publisher. */
  variables: Record<string, string>
  /** Port where the publisher serves pictures to Instagram. */
  servePicturesAt(port: number): void
  /** Opens accounts on all platforms for a tenant. */
  open(tenant: string): Promise<Accounts>
  /** Requests to platforms so far, with the answers of the platforms. */
  spans(): Span[]
  close(): Promise<void>
}

/** Names of the six channels. */
export const channels = ['telegram', 'email', 'instagram', 'bluesky', 'mastodon', 'second'] as const

/** Starts the platforms. Each answers after `delayMs`. */
export async function startPlatforms(delayMs: number): Promise<Platforms> {
  let picturePort = 0
  const openai = await startOpenAiEmulator({ keys: ['key'], delayMs })
  const telegram = await startTelegramEmulator({ bots: [] })
  // A photo is ready at the first question, so the publisher does not pause before the second.
  const instagram = await startInstagramEmulator({ accounts: [], polls: 0, portOf: () => picturePort })
  const mastodon = await startMastodonEmulator({ accounts: [] })
  const bluesky = await startBluesky({ accounts: [] })
  const mail = await startTimedMailServer()
  const proxies: Record<'telegram' | 'instagram' | 'mastodon' | 'bluesky', DelayProxy> = {
    telegram: await startDelayProxy(telegram.url, delayMs),
    instagram: await startDelayProxy(instagram.url, delayMs),
    mastodon: await startDelayProxy(mastodon.url, delayMs),
    bluesky: await startDelayProxy(bluesky.url, delayMs),
  }
  let ids = 10_000
  return {
    variables: {
      ALLOW_PRIVATE_ENDPOINTS: 'true',
      OPENAI_BASE_URL: openai.url,
      TELEGRAM_API_BASE_URL: proxies.telegram.url,
      INSTAGRAM_API_BASE_URL: `${proxies.instagram.url}/v25.0`,
      BLUESKY_SERVICE_URL: proxies.bluesky.url,
    },
    servePicturesAt(port) {
      picturePort = port
    },
    async open(tenant) {
      const id = ++ids
      const chats = [
        { id: -id, title: tenant },
        { id: -id - 500_000, title: `${tenant} 2` },
      ]
      const bot = `${id}:${'x'.repeat(35)}`
      telegram.addBot({ token: bot, chats })
      instagram.addAccount({ userId: `1784${id}`, username: tenant, token: `instagram-${id}` })
      mastodon.addAccount({ username: tenant, token: `mastodon-${id}` })
      const account = await bluesky.open(`a${randomBytes(6).toString('hex')}`, proxies.bluesky.url)
      return accountsOf(tenant, id, {
        bot,
        mailPort: mail.port,
        bluesky: { handle: account.handle, app_password: account.appPassword },
        mastodonUrl: proxies.mastodon.url,
      })
    },
    spans: () => [...Object.values(proxies).flatMap(({ calls }) => calls), ...mail.spans],
    async close() {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()))
      const servers = [openai, telegram, instagram, mastodon, bluesky, mail]
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

interface Opened {
  bot: string
  mailPort: number
  bluesky: { handle: string; app_password: string }
  mastodonUrl: string
}

function accountsOf(tenant: string, id: number, opened: Opened): Accounts {
  const { bot, mailPort, bluesky, mastodonUrl } = opened
  const entry = (channel: string, type: string, config: Record<string, unknown> = {}) => {
    return { id: channel, type, credentials_ref: type, config }
  }
  return {
    publishers: [
      entry('telegram', 'telegram', { channel_id: -id }),
      entry('email', 'email', { recipient: `${tenant}@upload.example.org` }),
      entry('instagram', 'instagram'),
      entry('bluesky', 'bluesky'),
      entry('mastodon', 'mastodon'),
      entry('second', 'telegram', { channel_id: -id - 500_000 }),
    ],
    emailServer: {
      host: '127.0.0.1',
      port: mailPort,
      use_tls: false,
      from_email: `${tenant}@example.org`,
      password_ref: 'smtp',
    },
    credentials: {
      ai: { provider: 'openai', api_key: 'key' },
      telegram: { provider: 'telegram', bot_token: bot },
      smtp: { provider: 'smtp', password: 'right-canary' },
      instagram: { provider: 'instagram', access_token: `instagram-${id}`, user_id: `1784${id}` },
      bluesky: { provider: 'bluesky', ...bluesky },
      mastodon: { provider: 'mastodon', instance_url: mastodonUrl, access_token: `mastodon-${id}` },
    },
  }
}

/** Starts a mail server that notes the time of each connection. */
async function startTimedMailServer() {
  const spans: Span[] = []
  const open = new Map<string, Span>()
  const server = await startMailServer({
    onConnect({ id }, done) {
      const span = { from: Date.now(), to: Number.NaN }
      open.set(id, span)
      spans.push(span)
      done()
    },
    onClose({ id }) {
      const span = open.get(id)
      if (span) span.to = Date.now()
    },
  })
  return { ...server, spans }
}
