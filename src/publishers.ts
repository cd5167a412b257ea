/** The platforms that this program can publish to. A new one is a file below src/providers/publishers and an entry here. */
import { createEmailPublisher } from './providers/publishers/email.ts'
import { createTelegramPublisher } from './providers/publishers/telegram.ts'
import type { Settings } from './runtime/settings.ts'
import type { PublisherFactories } from './runtime/tenant-publishers.ts'
import type { Mailer } from './workflow/ports/mail.ts'

export interface PublisherTools {
  settings: Pick<Settings, 'telegramBaseUrl'>
  mailer: Mailer
}

export function publisherFactories({ settings, mailer }: PublisherTools): PublisherFactories {
  return {
    telegram: ({ entry, credentials }) =>
      createTelegramPublisher({
        config: entry.config,
        credentials: credentials(entry.credentials_ref, 'telegram'),
        baseUrl: settings.telegramBaseUrl,
      }),
    email: ({ entry, config, host, admins, credentials }) =>
      createEmailPublisher({
        config: entry.config,
        server: config.email_server,
        confirmation: config.confirmation,
        admins,
        credentials: credentials(config.email_server?.password_ref, 'smtp'),
        mailer,
        host,
      }),
  }
}
