/** Emulated vendors of the demo, which the publisher's real clients talk to. */
import { randomBytes } from 'node:crypto'
import { MailDev } from 'maildev'
import { startOpenAiEmulator } from '../emulators/openai.ts'
import { startTelegramEmulator } from '../emulators/telegram.ts'
import { freePort } from './ports.ts'

export interface DemoVendors {
  telegramUrl: string
  openaiUrl: string
  /** URL of the page that shows mail. */
  inboxUrl: string
  smtpPort: number
  /** Returns the entries of a tenant's channels and AI in the orchestrator's two files. */
  channelsOf(tenant: string): {
    config: Record<string, unknown>
    secrets: Record<string, Record<string, unknown>>
  }
  close(): Promise<void>
}

const loopback = '127.0.0.1'

/** Starts all vendors, on ports from `firstPort` on. The mail server accepts mail for every recipient and forwards none. */
export async function startVendors(tenants: readonly string[], firstPort: number): Promise<DemoVendors> {
  const channels = new Map(tenants.map((tenant, index) => [tenant, channelOf(tenant, index)]))
  const apiKey = `sk-demo-${randomBytes(16).toString('hex')}`
  const telegram = await startTelegramEmulator({
    port: await freePort(firstPort),
    bots: [...channels.values()].map(({ token, chat }) => ({ token, chats: [chat] })),
  })
  // A real model takes time too, and the stages of an analysis become visible.
  const openai = await startOpenAiEmulator({
    port: await freePort(firstPort + 10),
    keys: [apiKey],
    delayMs: 900,
  })
  const smtpPort = await freePort(firstPort + 25)
  const webPort = await freePort(firstPort + 26)
  const mail = new MailDev({ smtp: smtpPort, ip: loopback, web: webPort, webIp: loopback, silent: true })
  await withoutAnnouncement(() => mail.start())
  return {
    telegramUrl: telegram.url,
    openaiUrl: openai.url,
    inboxUrl: `http://${loopback}:${webPort}/`,
    smtpPort,
    channelsOf(tenant) {
      const channel = channels.get(tenant)
      if (!channel) throw new RangeError(`${tenant} has no channel.`)
      return {
        config: {
          ai: { credentials_ref: `${tenant}-ai` },
          captionfile: { extended_metadata_enabled: true, artist_alias: tenant },
          publishers: [
            {
              id: 'channel',
              type: 'telegram',
              credentials_ref: `${tenant}-telegram`,
              config: { channel_id: channel.chat.id },
            },
            {
              id: 'fetlife',
              type: 'fetlife',
              config: { recipient: `${tenant}-12345@upload.fetlife.example` },
            },
          ],
          email_server: {
            host: loopback,
            port: smtpPort,
            use_tls: false,
            from_email: `${tenant}@example.org`,
            password_ref: `${tenant}-smtp`,
          },
        },
        secrets: {
          [`${tenant}-ai`]: { provider: 'openai', api_key: apiKey },
          [`${tenant}-telegram`]: { provider: 'telegram', bot_token: channel.token },
          [`${tenant}-smtp`]: { provider: 'smtp', password: 'not-needed-by-maildev' },
        },
      }
    },
    async close() {
      await Promise.all([telegram.close(), openai.close(), mail.stop()])
    },
  }
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

function channelOf(tenant: string, index: number) {
  const id = 10_000_000 + index
  return {
    token: `${id}:${randomBytes(24).toString('base64url')}`,
    chat: { id: -1_000_000_000_000 - id, title: `${tenant}’s photos`, username: `${tenant}_photos` },
  }
}
