/** The visitor's account and the features of this gallery, from the API. */
import type { AdminStatus } from '../../handlers/routes/config-schemas.ts'
import { getJson } from '../get.ts'
import { isRecord } from '../json.ts'

export interface Account {
  /** Mail address; `null` if signed out. */
  email: string | null
  isAdmin: boolean
  canSignIn: boolean
  features: Features
  /** For admins: AI models that will be retired. */
  notices: AiNotice[]
}

export type AiNotice = NonNullable<AdminStatus['notices']>[number]

/** Features of this gallery. A feature is `true` if the gallery has it switched on. */
export interface Features {
  analyze: boolean
  publish: boolean
  keep: boolean
  remove: boolean
  delete: boolean
  /** The library: listing, moving and uploading files. */
  library: boolean
  maxUploadMegabytes: number
  /** True while the gallery is in review and publishes nothing. */
  review: boolean
  altText: boolean
}

/** Gets the account and the features. Resolves with `null` if either request fails. */
export async function fetchAccount(): Promise<Account | null> {
  const [status, features] = await Promise.all([
    getRecord('/api/admin/status'),
    getRecord('/api/config/features'),
  ])
  if (!status || !features) return null
  return {
    email: typeof status.email === 'string' ? status.email : null,
    isAdmin: status.admin === true,
    canSignIn: features.auth_mode !== 'none',
    notices: Array.isArray(status.notices) ? status.notices : [],
    features: featuresIn(features),
  }
}

function featuresIn(body: Record<string, unknown>): Features {
  return {
    analyze: body.analyze_caption_enabled === true,
    publish: body.publish_enabled === true && body.mode !== 'review',
    keep: body.keep_enabled === true,
    remove: body.remove_enabled === true,
    delete: body.delete_enabled === true,
    library: body.library_enabled === true,
    maxUploadMegabytes: typeof body.max_upload_mb === 'number' ? body.max_upload_mb : 50,
    review: body.mode === 'review',
    altText: body.alt_text_enabled === true,
  }
}

async function getRecord(path: string): Promise<Record<string, unknown> | null> {
  const answer = await getJson(path)
  return 'body' in answer && isRecord(answer.body) ? answer.body : null
}
