/** What metrics, spans and log call those outside: one word for each, whatever a configuration or a port calls them. */
import { type Platform, platforms } from '../contract/platform.ts'

/** The word for the AI. */
export const aiVendor = 'openai'

/** The word for a storage. `managed` is S3 by another name. */
export function storageVendor(provider: string): string {
  return provider === 'managed' ? 's3' : provider
}

/** The word for what a platform is reached by. */
export function platformVendor(platform: Platform): string {
  return platform === 'email' ? 'smtp' : platform
}

/** Those behind the breakers of tenants. */
export const vendors: readonly string[] = [
  's3',
  'dropbox',
  'local',
  aiVendor,
  ...platforms.map(platformVendor),
]
