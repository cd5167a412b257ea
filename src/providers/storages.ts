/** Storages that tenants can keep their photos in. To add a storage, put a file below src/providers/storage and an entry here. */
import { z } from 'zod'
import { hostOf } from '../base/url-host.ts'
import { httpUrl, secretText, type Variables } from '../base/variables.ts'
import { type StorageProvider, storageProviders } from '../contract/blocks/storage.ts'
import {
  type InstalledStorage,
  type InstalledStorages,
  type StorageDriver,
  type StorageTools,
  storageDriver,
} from '../ports/storage-driver.ts'
import { createDropboxStore } from './storage/dropbox.ts'
import { createDriveStore } from './storage/gdrive.ts'
import { createS3Store, createVerdictMemory } from './storage/s3.ts'

const dropbox = storageDriver({
  title: 'Dropbox',
  vendor: 'dropbox',
  credentials: ['dropbox'],
  variables: {
    DROPBOX_APP_KEY: z
      .string()
      .optional()
      .meta({
        description:
          'Key of the shared Dropbox app. Without the app Dropbox tenants get `provider_unavailable`.',
        examples: ['dropbox-app-key'],
      }),
    DROPBOX_APP_SECRET: secretText.optional().meta({
      description: 'Secret of the shared Dropbox app.',
      examples: ['dropbox-app-secret'],
    }),
    DROPBOX_BASE_URL: httpUrl.optional().meta({
      description: "Replaces Dropbox's api, content and notify hosts.",
      examples: ['http://127.0.0.1:9090'],
      whenAbsent: "Dropbox's three hosts",
    }),
  },
  together: ['DROPBOX_APP_KEY', 'DROPBOX_APP_SECRET'],
  rights: {
    list: 'The Dropbox app needs the permission files.metadata.read.',
    write: 'The Dropbox app needs the permissions files.content.write and files.content.read.',
    link: 'The Dropbox app needs the permission files.content.read.',
  },
  setUp:
    "Set DROPBOX_APP_KEY and DROPBOX_APP_SECRET in the app's environment; the tenant's account is not the cause.",
  advise(message) {
    if (message.includes('invalid_client'))
      return 'Correct DROPBOX_APP_KEY and DROPBOX_APP_SECRET: both must come from the same Dropbox app.'
    if (message.includes('invalid_grant'))
      return 'Connect the Dropbox account again, and store the new refresh token.'
    return undefined
  },
  endpoint: ({ DROPBOX_BASE_URL: baseUrl }) =>
    baseUrl === undefined
      ? { address: 'api.dropboxapi.com' }
      : { setting: 'DROPBOX_BASE_URL', address: hostOf(baseUrl) },
  open({ now }, { DROPBOX_APP_KEY: key, DROPBOX_APP_SECRET: secret, DROPBOX_BASE_URL: baseUrl }) {
    if (key === undefined || secret === undefined) return null
    const app = { key, secret }
    return ({ paths, onRequest }, credentials) =>
      createDropboxStore({ paths, credentials, app, baseUrl, now, onRequest })
  },
})

const s3 = storageDriver({
  title: 'S3',
  vendor: 's3',
  chargesRequests: true,
  credentials: ['s3', 'managed'],
  variables: {},
  rights: {
    list: 'Check the names of the bucket and the endpoint. The key needs s3:ListBucket on the bucket.',
    write: 'The key needs s3:PutObject, s3:GetObject and s3:DeleteObject below the root.',
    link: 'The key needs s3:GetObject below the root.',
  },
  isAboutRights: (message) => /NoSuchBucket|AccessDenied/.test(message),
  advise: (message) =>
    message.includes('RequestTimeTooSkewed')
      ? 'Correct the clock of this machine: S3 refuses signatures that are 15 minutes off.'
      : undefined,
  endpoint: (_variables, credentials) => ({
    setting: '`endpoint_url` of its credentials',
    address: credentials ? hostOf(credentials.endpoint_url) : 'the S3 server',
  }),
  open({ now, fetch, checkEndpoint, allowPrivateEndpoints }) {
    const tools = { now, fetch, checkEndpoint, allowPrivateEndpoints, verdicts: createVerdictMemory() }
    return (context, credentials) => createS3Store({ ...tools, ...context, credentials })
  },
})

/** Photos on the host's own disk. Each tenant gets a folder, because a configuration could otherwise name any path. */
const local = storageDriver({
  title: 'the disk of the server',
  vendor: 'local',
  credentials: [],
  variables: {
    LOCAL_STORAGE_ROOT: z
      .string()
      .optional()
      .meta({
        description:
          'Folder with a subfolder for each tenant. Storage `local` needs the folder, except with `CONFIG_SOURCE=file`.',
        examples: ['/photos'],
        host: 'node',
      }),
  },
  rights: {
    list: 'The process needs to read the folder `paths.root`.',
    write: 'The process needs to write into the folder `paths.root`.',
    link: 'The process needs to read the photos.',
  },
  unavailable: 'This server keeps no photos on its own disk: the storage "local" needs LOCAL_STORAGE_ROOT.',
  setUp:
    'To keep photos on the disk of this server, set LOCAL_STORAGE_ROOT; otherwise use dropbox, s3 or gdrive.',
  open({ openDisk, isDedicated }, { LOCAL_STORAGE_ROOT: root }) {
    if (!openDisk || (root === undefined && !isDedicated)) return null
    return (context) => openDisk(context, root)
  },
})

const gdrive = storageDriver({
  title: 'Google Drive',
  vendor: 'gdrive',
  credentials: ['gdrive'],
  variables: {
    GOOGLE_CLIENT_ID: z
      .string()
      .optional()
      .meta({
        description:
          'Client ID of the Google Cloud app. Refresh tokens need the app, and service accounts do not.',
        examples: ['google-client-id'],
      }),
    GOOGLE_CLIENT_SECRET: secretText.optional().meta({
      description: 'Client secret of the Google Cloud app.',
      examples: ['google-client-secret'],
    }),
    GOOGLE_API_BASE_URL: httpUrl.optional().meta({
      description:
        "Replaces Google's hosts for files, uploads and tokens (`/drive/v3`, `/upload/drive/v3`, `/token`).",
      examples: ['http://127.0.0.1:9090'],
      whenAbsent: "Google's two hosts",
    }),
  },
  together: ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'],
  rights: {
    list: 'The Google app needs the scope https://www.googleapis.com/auth/drive, or the folder must be shared with the service account.',
    write:
      'The Google account must own the folder or be a content manager of the shared drive. A service account has no storage space of its own.',
    link: 'The process needs to read the photos.',
  },
  isAboutRights: (message) =>
    /insufficientFilePermissions|appNotAuthorizedToFile|service account/.test(message),
  setUp:
    "Set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET in the app's environment; the tenant's account is not the cause.",
  advise(message) {
    if (message.includes('invalid_client'))
      return 'Correct GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET: both must come from the same Google Cloud app.'
    if (message.includes('invalid_grant'))
      return "Connect the Google account again, and store the new refresh token. Publish the Google app: in 'Testing', access ends after 7 days."
    if (/service account|do not have storage quota/i.test(message))
      return 'Use a shared drive, domain-wide delegation, or a refresh token of the photographer.'
    return undefined
  },
  endpoint: ({ GOOGLE_API_BASE_URL: baseUrl }) =>
    baseUrl === undefined
      ? { address: 'www.googleapis.com' }
      : { setting: 'GOOGLE_API_BASE_URL', address: hostOf(baseUrl) },
  open(
    { now, linkToOriginal },
    { GOOGLE_CLIENT_ID: id, GOOGLE_CLIENT_SECRET: secret, GOOGLE_API_BASE_URL: baseUrl },
  ) {
    if (!linkToOriginal) return null
    const app = id !== undefined && secret !== undefined ? { id, secret } : undefined
    return ({ host, paths, onRequest }, credentials) =>
      createDriveStore({
        paths,
        credentials,
        app,
        baseUrl,
        now,
        onRequest,
        link: (folder, name, expiresAt) => linkToOriginal(host, folder, name, expiresAt),
      })
  },
})

/** All storages that a configuration may name. */
export const storages = {
  dropbox,
  s3,
  /** S3 that the fleet's operator provides. */
  managed: s3,
  gdrive,
  local,
} as const satisfies Readonly<Record<StorageProvider, StorageDriver>>

/** Prepares all storages for one process. */
export function installStorages(tools: StorageTools, variables: Variables): InstalledStorages {
  const installed: Partial<Record<StorageProvider, InstalledStorage>> = {}
  // `s3` and `managed` share one installation, and with it the remembered verdicts on servers.
  const byDriver = new Map<StorageDriver, InstalledStorage>()
  for (const provider of storageProviders) {
    const driver = storages[provider]
    const known = byDriver.get(driver) ?? driver.install(tools, variables)
    byDriver.set(driver, known)
    installed[provider] = known
  }
  return installed
}
