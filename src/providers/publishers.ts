/** The platforms that this program can publish to. A new one is a file below src/providers/publishers and an entry here. */

import type { Mailer } from '../ports/mail.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import type { PublisherFactories } from '../runtime/tenancy/tenant-publishers.ts'
import { createEmailPublisher } from './publishers/email.ts'
import { createTelegramPublisher } from './publishers/telegram.ts'

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
