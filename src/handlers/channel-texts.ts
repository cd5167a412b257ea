/** Texts by channel in a request. */
import { PublisherError } from '../base/errors.ts'
import { textsByChannel } from '../contract/channels.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'
import { enabledChannels } from '../runtime/workflow-tools.ts'

/** Sorts texts by the names of the tenant's channels. Throws `invalid_request` for the name of no channel and no platform. */
export function textsOf(
  runtime: TenantRuntime,
  texts: Readonly<Record<string, string>>,
): Record<string, string> {
  const sorted = textsByChannel(enabledChannels(runtime), texts)
  if (sorted) return sorted
  throw new PublisherError('invalid_request', 'Invalid request body: a caption is for an unknown channel.')
}
