/** Providers of the Node host: all registries, with the local disk, a mailer and guarded connections. */
import { join } from 'node:path'
import { assertPublicEndpoint } from '../base/endpoint-guard.ts'
import type { Variables } from '../base/variables.ts'
import type { ModelTools } from '../ports/model-driver.ts'
import type { LinkToOriginal, StorageTools } from '../ports/storage-driver.ts'
import { model } from '../providers/model.ts'
import { installPublishers } from '../providers/publishers.ts'
import { createLocalStore } from '../providers/storage/local.ts'
import { installStorages } from '../providers/storages.ts'
import { originalLinks } from '../runtime/sealing/original-links.ts'
import type { ServiceOptions } from '../runtime/services.ts'
import type { Settings } from '../runtime/settings/settings.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { lateMailer, lateModel } from './late.ts'
import { createPinnedLookup } from './public-lookup.ts'

/** Storages, platforms and the AI of a process. */
export type NodeProviders = Pick<ServiceOptions, 'storages' | 'publishers' | 'model'>

interface NodeProviderOptions {
  settings: Settings
  variables: Variables
  now: () => number
}

/** Installs the providers of a process. */
export function nodeProviders({ settings, variables, now }: NodeProviderOptions): NodeProviders {
  const { allowPrivateEndpoints: allowPrivate, callbackHost } = settings
  const fetch = createGuardedFetch({ allowPrivate })
  const mailer = lateMailer(async () => {
    const { createMailer } = await import('../providers/mail/nodemailer.ts')
    return createMailer({ allowPrivate, lookup: createPinnedLookup(), name: callbackHost })
  })
  return {
    storages(links) {
      const linkToOriginal = originalLinks(links)
      return installStorages(
        {
          now,
          fetch,
          checkEndpoint: (endpoint) => assertPublicEndpoint(endpoint, { allowPrivate }),
          allowPrivateEndpoints: allowPrivate,
          isDedicated: settings.configSource.kind === 'file',
          linkToOriginal,
          openDisk: diskOpener(linkToOriginal, now),
        },
        variables,
      )
    },
    publishers: installPublishers({ mailer, fetch }, variables),
    model: model.install({ now, openAi }, variables),
  }
}

const openAi: ModelTools['openAi'] = (options) =>
  lateModel(async () => {
    const { createOpenAiModel } = await import('../providers/ai/openai.ts')
    return createOpenAiModel(options)
  })

/** Opens stores on the local disk. */
function diskOpener(
  linkToOriginal: LinkToOriginal,
  now: () => number,
): NonNullable<StorageTools['openDisk']> {
  return ({ host, tenant, paths, onRequest }, root) =>
    createLocalStore({
      paths,
      // Each tenant has its own folder, which its configuration cannot leave.
      baseDirectory: root === undefined ? undefined : join(root, tenant),
      now,
      onRequest,
      link: (folder, name, expiresAt) => linkToOriginal(host, folder, name, expiresAt),
    })
}
