/** Emulated vendors of the demo, which the publisher's real clients talk to. Bluesky is the real server. */
import { randomBytes } from 'node:crypto'
import { MailDev } from 'maildev'
import { startInstagramEmulator } from '../emulators/instagram.ts'
import { startMastodonEmulator } from '../emulators/mastodon.ts'
import { startOpenAiEmulator } from '../emulators/openai.ts'
import { startTelegramEmulator } from '../emulators/telegram.ts'
import { startBluesky } from '../peers/pds.ts'
import { accountsOf, channelEntries } from './channels.ts'
import { newcomer } from './newcomer.ts'
import { freePort } from './ports.ts'

export interface DemoVendors {
  /** Pages where people see what was published. */
  pages: readonly { address: string; text: string }[]
  /** Addresses of the vendors, for the publisher's environment. */
  variables: Readonly<Record<string, string>>
  /** Returns the entries of a tenant's channels and AI in the orchestrator's two files. */
  channelsOf(tenant: string): {
    config: Record<string, unknown>
    secrets: Record<string, Record<string, unknown>>
  }
  /** Apps and further addresses of the vendors, for the orchestrator's environment. */
  apps: Readonly<Record<string, string>>
  /** Token of the newcomer's bot, for pasting. */
  newcomerBotToken: string
  /** Address of the mail server, for `NOTICE_SMTP_URL`. */
  smtpUrl: string
  close(): Promise<void>
}

const loopback = '127.0.0.1'
const instagramApp = { id: 'demo-instagram-app', secret: 'demo-instagram-app-secret' }

/** Starts all vendors, on ports from `firstPort` on, with accounts of the tenants and of the newcomer. The mail server accepts mail for every recipient and forwards none. */
export async function startVendors(tenants: readonly string[], firstPort: number): Promise<DemoVendors> {
  const accounts = new Map(tenants.map((tenant, index) => [tenant, accountsOf(tenant, index)]))
  const coming = accountsOf(newcomer, tenants.length)
  const all = [...accounts.values(), coming]
  const apiKey = `sk-demo-${randomBytes(16).toString('hex')}`
  const [telegram, openai, mail, instagram, mastodon, bluesky] = await Promise.all([
    startTelegramEmulator({
      port: await freePort(firstPort),
      bots: all.map(({ botToken, chats }) => ({ token: botToken, chats: [...chats] })),
    }),
    // A real model takes time too, and the stages of an analysis become visible.
    startOpenAiEmulator({ port: await freePort(firstPort + 10), keys: [apiKey], delayMs: 900 }),
    startMail(firstPort + 25),
    startInstagramEmulator({
      port: await freePort(firstPort + 30),
      accounts: all.map((account) => account.instagram),
      app: instagramApp,
    }),
    startMastodonEmulator({
      port: await freePort(firstPort + 40),
      accounts: all.map((account) => account.mastodon),
    }),
    startBluesky({ port: await freePort(firstPort + 50), accounts: tenants }),
  ])
  const places = {
    mastodonUrl: mastodon.url,
    smtp: { host: loopback, port: mail.smtpPort },
    bluesky: (tenant: string) => bluesky.account(tenant),
  }
  return {
    pages: [
      { address: `${telegram.url}/`, text: 'Telegram channels, emulated' },
      { address: mail.inboxUrl, text: 'mail, by maildev' },
      { address: `${instagram.url}/`, text: 'Instagram, emulated' },
      { address: bluesky.pageUrl, text: 'Bluesky, a real server' },
      { address: `${mastodon.url}/`, text: 'Mastodon, emulated' },
    ],
    variables: {
      OPENAI_BASE_URL: openai.url,
      TELEGRAM_API_BASE_URL: telegram.url,
      INSTAGRAM_API_BASE_URL: instagram.apiUrl,
      BLUESKY_SERVICE_URL: bluesky.url,
    },
    apps: {
      INSTAGRAM_APP_ID: instagramApp.id,
      INSTAGRAM_APP_SECRET: instagramApp.secret,
      BLUESKY_DIRECTORY_URL: bluesky.directoryUrl,
    },
    newcomerBotToken: coming.botToken,
    smtpUrl: `smtp://${loopback}:${mail.smtpPort}`,
    channelsOf(tenant) {
      const account = accounts.get(tenant)
      if (!account) throw new RangeError(`${tenant} has no accounts.`)
      const { config, secrets } = channelEntries(tenant, account, places)
      return {
        config: {
          ai: { credentials_ref: `${tenant}-ai` },
          captionfile: { extended_metadata_enabled: true, artist_alias: tenant },
          ...config,
        },
        secrets: { [`${tenant}-ai`]: { provider: 'openai', api_key: apiKey }, ...secrets },
      }
    },
    async close() {
      const vendors = [telegram, openai, mail, instagram, mastodon, bluesky]
      await Promise.all(vendors.map((vendor) => vendor.close()))
    },
  }
}

async function startMail(firstPort: number) {
  const smtpPort = await freePort(firstPort)
  const webPort = await freePort(smtpPort + 1)
  const mail = new MailDev({ smtp: smtpPort, ip: loopback, web: webPort, webIp: loopback, silent: true })
  await withoutAnnouncement(() => mail.start())
  return { smtpPort, inboxUrl: `http://${loopback}:${webPort}/`, close: () => mail.stop() }
}

/** Silences the announcement of MailDev's web server, which MailDev prints even with `silent`. */
async function withoutAnnouncement(start: () => Promise<unknown>): Promise<void> {
  const { info } = console
  console.info = () => undefined
  try {
    await start()
  } finally {
    console.info = info
  }
}
