/** Passes calls of admins on to the studio of the control plane, and its answers back. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ErrorCode } from '../base/error-codes.ts'
import { PublisherError } from '../base/errors.ts'
import { type StudioAnswer, type StudioCall, studioNotOffered, studioUnavailable } from '../ports/studio.ts'
import type { Services } from '../runtime/services.ts'
import { type AppEnv, runtimeOf } from './exchange.ts'
import { sessionOf } from './session.ts'

/** Errors of every call. */
export const studioErrors = ['studio_not_offered', 'studio_unavailable', 'invalid_request'] as const

type Asked = Pick<StudioCall, 'method' | 'path' | 'ifMatch' | 'body'>

/** Answer of the studio with the members that the schema names. */
export interface Passed<T> {
  body: T
  etag: string | null
}

/**
 * Asks the studio in the name of the signed-in admin. Call after the guard of an `admin` route. Throws {@link studioErrors}, and the refusal of
 * the studio.
 */
export async function askStudio<S extends z.ZodType>(
  c: Context<AppEnv>,
  { source, ...services }: Services,
  asked: Asked,
  schema: S,
): Promise<Passed<z.output<S>>> {
  if (!source.studio) throw studioNotOffered()
  const session = await sessionOf(c, { source, ...services })
  if (!session) throw new PublisherError('not_signed_in', 'Sign in as an admin of this gallery first.')
  const { requestId } = c.env
  const { tenant } = runtimeOf(c.env)
  const answer = await source.studio({ ...asked, tenant, actor: session.email, requestId })
  if (answer.status < 200 || answer.status > 299) throw refusalIn(answer)
  const parsed = schema.safeParse(answer.body)
  if (!parsed.success) throw unexpected(answer)
  return { body: parsed.data, etag: tagIn(answer) }
}

/**
 * Asks for a change, and shows the change in the next answer of this process. The control plane tells the other processes. Without an answer the
 * configuration stays, so that an outage of the control plane does not stop the gallery.
 */
export async function changeStudio<S extends z.ZodType>(
  c: Context<AppEnv>,
  services: Services,
  asked: Asked,
  schema: S,
): Promise<Passed<z.output<S>>> {
  const passed = await askStudio(c, services, asked, schema)
  await services.configurations.invalidate(runtimeOf(c.env).host)
  return passed
}

const codes: Readonly<Record<string, ErrorCode>> = {
  invalid_request: 'invalid_request',
  body_too_large: 'request_too_large',
  unknown_provider: 'not_found',
  unknown_key: 'not_found',
  unknown_webhook: 'not_found',
  settings_refused: 'settings_refused',
  settings_changed: 'settings_changed',
  if_match_required: 'version_required',
  limit_reached: 'limit_reached',
  webhook_refused: 'webhook_refused',
  connection_refused: 'connection_refused',
}

const refusalSchema = z.object({ code: z.string(), detail: z.string().max(2000) })

/** Members that a refusal may have. Others stay behind. */
const memberSchema = z.object({
  errors: z
    .array(z.object({ pointer: z.string().max(500), detail: z.string().max(500) }))
    .max(100)
    .optional(),
  reason: z.string().max(40).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  locked: z.array(z.string()).optional(),
  config_version: z.string().optional(),
  offered: z.record(z.string(), z.unknown()).optional(),
})

function refusalIn(answer: StudioAnswer): PublisherError {
  const refused = refusalSchema.safeParse(answer.body).data
  const code = refused && Object.hasOwn(codes, refused.code) ? codes[refused.code] : undefined
  if (!refused || !code) return unexpected(answer)
  const { data: members = {} } = memberSchema.safeParse(answer.body)
  return new PublisherError(code, refused.detail, { members })
}

function unexpected({ status }: StudioAnswer): PublisherError {
  return studioUnavailable(new Error(`The studio answered ${status} in an unknown form.`))
}

function tagIn({ etag }: StudioAnswer): string | null {
  return etag !== null && /^(?:W\/)?"[\x21\x23-\x7e]{1,200}"$/.test(etag) ? etag : null
}
