/** A photographer with everything: storage, an AI, Telegram and mail, all emulated on loopback, and an admin who uses it. */
import type { SMTPServerOptions } from 'smtp-server'
import { type OpenAiEmulator, startOpenAiEmulator } from '../../dev/emulators/openai.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../dev/emulators/telegram.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { type MailServerOnLoopback, startMailServer } from '../publishers/smtp-servers.ts'
import { auth, signInVariables } from './admin.ts'
import { baseDomain, type Fleet, startFleet } from './fleet.ts'
import type { HostKind } from './hosts.ts'
import { startStorages } from './photographers.ts'

export interface Studio extends AsyncDisposable {
  fleet: Fleet
  telegram: TelegramEmulator
  openai: OpenAiEmulator
  mail: MailServerOnLoopback
  /** A tenant with channels of its own; gives its store. */
  tenant(name: string, config?: Record<string, unknown>): PhotoStore
}

/** The token of a tenant's bot; whose token touches which chat is what isolation tests look at. */
export function botToken(tenant: string): string {
  return `${chatOf(tenant)}:${'canary'.padEnd(29, 'x')}${tenant.slice(0, 6).padEnd(6, 'y')}`
}

export function apiKey(tenant: string): string {
  return `sk-canary-${tenant}-0123456789abcdef`
}

export function recipient(tenant: string): string {
  return `${tenant}@upload.fetlife.test`
}

/** The password of each sender. */
const passwordOf = (tenant: string) => `canary-password-of-${tenant}`

/** Knows the password of each sender. */
export const knowsPassword: NonNullable<SMTPServerOptions['onAuth']> = (
  { username = '', password },
  _session,
  done,
) => {
  if (password === passwordOf(username.split('@')[0] ?? '')) done(null, { user: username })
  else done(new Error('Invalid login'))
}

let chats = 100_000
const chatIds = new Map<string, number>()

/** Telegram's number of a tenant's channel. */
export function chatOf(tenant: string): number {
  const known = chatIds.get(tenant)
  if (known !== undefined) return known
  chatIds.set(tenant, ++chats)
  return chats
}

/** Starts everything; `await using` ends it. */
export async function startStudio(
  kind: HostKind,
  variables: Record<string, string> = {},
  now?: () => number,
): Promise<Studio> {
  const [storages, telegram, openai, mail] = await Promise.all([
    startStorages(),
    startTelegramEmulator({ bots: [] }),
    startOpenAiEmulator({ keys: [] }),
    startMailServer({ onAuth: knowsPassword }),
  ])
  const fleet = await startFleet(
    kind,
    {
      ...signInVariables,
      TELEGRAM_API_BASE_URL: telegram.url,
      OPENAI_BASE_URL: openai.url,
      DROPBOX_BASE_URL: storages.dropboxUrl,
      ...variables,
    },
    now,
  )
  return {
    fleet,
    telegram,
    openai,
    mail,
    tenant(name, config = {}) {
      const store = storages.onS3(fleet, name)
      furnish(fleet, name, config, mail.port)
      telegram.addBot({
        token: botToken(name),
        chats: [{ id: -1_000_000_000_000 - chatOf(name), title: name, username: `channel_${chatOf(name)}` }],
      })
      openai.addKey(apiKey(name))
      return store
    },
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]()
      await Promise.all([telegram.close(), openai.close(), mail.close(), storages[Symbol.asyncDispose]()])
    },
  }
}

export function furnish(
  fleet: Pick<Fleet, 'orchestrator'>,
  tenant: string,
  config: Record<string, unknown>,
  mailPort: number,
): void {
  const answer = fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)
  Object.assign(answer?.config ?? {}, {
    features: {
      auto_view_enabled: true,
      publish_enabled: true,
      analyze_caption_enabled: true,
      delete_enabled: true,
    },
    auth,
    ai: { credentials_ref: `${tenant}-ai` },
    publishers: [
      {
        id: 'channel',
        type: 'telegram',
        credentials_ref: `${tenant}-telegram`,
        config: { channel_id: -1_000_000_000_000 - chatOf(tenant) },
      },
      { id: 'fetlife', type: 'fetlife', config: { recipient: recipient(tenant) } },
    ],
    email_server: {
      host: '127.0.0.1',
      port: mailPort,
      use_tls: false,
      from_email: `${tenant}@sender.test`,
      password_ref: `${tenant}-smtp`,
    },
    ...config,
  })
  const secrets: Record<string, Record<string, unknown>> = {
    ai: { provider: 'openai', version: '1', api_key: apiKey(tenant) },
    telegram: { provider: 'telegram', version: '1', bot_token: botToken(tenant) },
    smtp: { provider: 'smtp', version: '1', password: passwordOf(tenant) },
  }
  for (const [ref, secret] of Object.entries(secrets)) {
    fleet.orchestrator.credentials.set(`${tenant}/${tenant}-${ref}`, secret)
  }
}
