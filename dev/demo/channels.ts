/** Channels of the demo's tenants: entries for the orchestrator's two files, with accounts on the emulated platforms. */
import { randomBytes } from 'node:crypto'

/** Account of a tenant on one platform. */
export interface ChannelAccounts {
  /** Token of the tenant's bot. */
  botToken: string
  /** Channels that the bot may post to: the main channel, then the second channel. */
  chats: readonly [TelegramChat, TelegramChat]
  instagram: { userId: string; username: string; token: string }
  mastodon: { username: string; displayName: string; token: string }
}

interface TelegramChat {
  id: number
  title: string
  username: string
}

/** Places of the vendors, and the accounts that only a running vendor can name. */
export interface ChannelPlaces {
  mastodonUrl: string
  smtp: { host: string; port: number }
  bluesky(tenant: string): { handle: string; appPassword: string }
}

interface Entry {
  config: Record<string, unknown>
  /** Secret behind the entry's `credentials_ref`. Mail has its secret elsewhere. */
  secret?: Record<string, unknown>
}

/** Kinds of channels. Alice has all of them; the others have fewer, so that galleries differ. */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  alice: ['channel', 'closeups', 'fetlife', 'instagram', 'bluesky', 'mastodon'],
  bob: ['channel', 'fetlife', 'mastodon'],
  carol: ['channel', 'fetlife', 'bluesky'],
  dora: ['channel', 'mastodon'],
}

/** Makes up the accounts of a tenant. */
export function accountsOf(tenant: string, index: number): ChannelAccounts {
  const id = 10_000_000 + index
  const token = () => randomBytes(24).toString('base64url')
  const chat = (offset: number, title: string, username: string) => ({
    id: -1_000_000_000_000 - id - offset,
    title,
    username,
  })
  return {
    botToken: `${id}:${token()}`,
    chats: [
      chat(0, `${tenant}’s photos`, `${tenant}_photos`),
      chat(1_000_000, `${tenant}’s close-ups`, `${tenant}_closeups`),
    ],
    instagram: { userId: `1784140000000000${index}`, username: `${tenant}.photos`, token: token() },
    mastodon: { username: tenant, displayName: `${tenant}’s photos`, token: token() },
  }
}

/** Returns the tenant's channels and mail server in the form of the orchestrator's two files. */
export function channelEntries(tenant: string, accounts: ChannelAccounts, places: ChannelPlaces) {
  const kinds = kindsOf[tenant] ?? ['channel']
  const made = kinds.map((kind) => [kind, entryOf(kind, tenant, accounts, places)] as const)
  const { host, port } = places.smtp
  const secrets = made.flatMap(([kind, { secret }]) => (secret ? [[`${tenant}-${kind}`, secret]] : []))
  return {
    config: {
      publishers: made.map(([kind, { config, secret }]) => ({
        id: kind,
        ...(secret && { credentials_ref: `${tenant}-${kind}` }),
        ...config,
      })),
      email_server: {
        host,
        port,
        use_tls: false,
        from_email: `${tenant}@example.org`,
        password_ref: `${tenant}-smtp`,
      },
    },
    secrets: {
      ...Object.fromEntries(secrets),
      [`${tenant}-smtp`]: { provider: 'smtp', password: 'not-needed-by-maildev' },
    },
  }
}

function entryOf(kind: string, tenant: string, accounts: ChannelAccounts, places: ChannelPlaces): Entry {
  const { botToken, chats, instagram, mastodon } = accounts
  const bot = { provider: 'telegram', bot_token: botToken }
  switch (kind) {
    case 'closeups':
      return { config: { type: 'telegram', config: { channel_id: chats[1].id } }, secret: bot }
    case 'fetlife':
      return { config: { type: 'fetlife', config: { recipient: `${tenant}-12345@upload.fetlife.example` } } }
    case 'instagram': {
      const { userId, token } = instagram
      return {
        config: { type: 'instagram', config: {} },
        secret: { provider: 'instagram', access_token: token, user_id: userId },
      }
    }
    case 'bluesky': {
      const { handle, appPassword } = places.bluesky(tenant)
      return {
        config: { type: 'bluesky', config: { langs: ['en'] } },
        secret: { provider: 'bluesky', handle, app_password: appPassword },
      }
    }
    case 'mastodon':
      return {
        config: { type: 'mastodon', config: {} },
        secret: { provider: 'mastodon', instance_url: places.mastodonUrl, access_token: mastodon.token },
      }
    default:
      return { config: { type: 'telegram', config: { channel_id: chats[0].id } }, secret: bot }
  }
}
