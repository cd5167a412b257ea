/** Platforms that tenants can publish to. To add a platform, put a file below src/providers/publishers and an entry here. */
import { hostOf } from '../base/url-host.ts'
import { httpUrl, type Variables } from '../base/variables.ts'
import { type Platform, platforms } from '../contract/platform.ts'
import {
  type InstalledPublisher,
  type InstalledPublishers,
  type PublisherDriver,
  type PublisherTools,
  publisherDriver,
} from '../ports/publisher-driver.ts'
import { createBlueskyService } from './publishers/bluesky/service.ts'
import { createBlueskyPublisher } from './publishers/bluesky.ts'
import { createEmailPublisher } from './publishers/email.ts'
import { createInstagramPublisher } from './publishers/instagram.ts'
import { createInstanceCache } from './publishers/mastodon/instance.ts'
import { createMastodonPublisher } from './publishers/mastodon.ts'
import { createTelegramPublisher } from './publishers/telegram.ts'

const telegram = publisherDriver({
  title: 'Telegram',
  vendor: 'telegram',
  credentials: ['telegram'],
  variables: {
    TELEGRAM_API_BASE_URL: httpUrl.default('https://api.telegram.org').meta({
      description: 'Base URL of the Bot API.',
      examples: ['https://api.telegram.org'],
    }),
  },
  endpoint: ({ TELEGRAM_API_BASE_URL: baseUrl }) => ({
    setting: 'TELEGRAM_API_BASE_URL',
    address: hostOf(baseUrl),
  }),
  open:
    (_tools, { TELEGRAM_API_BASE_URL: baseUrl }) =>
    ({ entry }, credentials) =>
      createTelegramPublisher({ config: entry.config, credentials, baseUrl }),
})

const email = publisherDriver({
  title: 'mail',
  vendor: 'smtp',
  credentials: ['smtp'],
  reference: (_entry, { email_server }) => email_server?.password_ref,
  fillIn: 'Fill in `email_server` with its `password_ref`.',
  variables: {},
  endpoint: (_variables, { email_server: server }) => ({
    setting: '`email_server`',
    address: server ? `${server.host}:${server.port}` : 'the mail server',
  }),
  open:
    ({ mailer }) =>
    ({ entry, config, host, admins }, credentials) =>
      createEmailPublisher({
        config: entry.config,
        server: config.email_server,
        confirmation: config.confirmation,
        admins,
        credentials,
        mailer,
        host,
      }),
})

const instagram = publisherDriver({
  title: 'Instagram',
  vendor: 'instagram',
  credentials: ['instagram'],
  variables: {
    INSTAGRAM_API_BASE_URL: httpUrl.default('https://graph.instagram.com/v25.0').meta({
      description:
        'Base URL of the Instagram API, with its version. The host `graph.facebook.com` stands for Facebook Login.',
      examples: ['https://graph.instagram.com/v25.0'],
    }),
  },
  endpoint: ({ INSTAGRAM_API_BASE_URL: baseUrl }) => ({
    setting: 'INSTAGRAM_API_BASE_URL',
    address: hostOf(baseUrl),
  }),
  open:
    (_tools, { INSTAGRAM_API_BASE_URL: baseUrl }) =>
    ({ entry, offerPicture }, credentials) =>
      createInstagramPublisher({ config: entry.config, credentials, offerPicture, baseUrl }),
})

const bluesky = publisherDriver({
  title: 'Bluesky',
  vendor: 'bluesky',
  credentials: ['bluesky'],
  variables: {
    BLUESKY_SERVICE_URL: httpUrl.default('https://bsky.social').meta({
      description:
        'URL of the Bluesky server that signs accounts in. Posts go to the server of each account.',
      examples: ['https://bsky.social'],
    }),
  },
  endpoint: ({ BLUESKY_SERVICE_URL: serviceUrl }) => ({
    setting: 'BLUESKY_SERVICE_URL',
    address: hostOf(serviceUrl),
  }),
  open({ fetch }, { BLUESKY_SERVICE_URL: serviceUrl }) {
    const service = createBlueskyService({ serviceUrl, fetch })
    return ({ entry, host }, credentials) =>
      createBlueskyPublisher({ service, owner: host, config: entry.config, credentials })
  },
})

const mastodon = publisherDriver({
  title: 'Mastodon',
  vendor: 'mastodon',
  credentials: ['mastodon'],
  variables: {},
  endpoint: () => ({ setting: '`instance_url` of its credentials', address: 'the Mastodon server' }),
  open: ({ fetch }) => {
    const instances = createInstanceCache()
    return ({ entry }, credentials) =>
      createMastodonPublisher({ config: entry.config, credentials, fetch, instances })
  },
})

/** All platforms that a configuration may name. */
export const publishers = {
  telegram,
  email,
  instagram,
  bluesky,
  mastodon,
} as const satisfies Readonly<Record<Platform, PublisherDriver>>

/** Prepares all platforms for one process. */
export function installPublishers(tools: PublisherTools, variables: Variables): InstalledPublishers {
  const installed: Partial<Record<Platform, InstalledPublisher>> = {}
  for (const platform of platforms) installed[platform] = publishers[platform].install(tools, variables)
  return installed
}
