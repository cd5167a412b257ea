/** Refuses requests for features that are turned off for the tenant. */
import { PublisherError } from '../base/errors.ts'
import type { RuntimeConfig } from '../contract/runtime-answer.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'

type Flag = Exclude<keyof RuntimeConfig['features'], 'mode'>

/** Throws `feature_disabled` if the flag is off. */
export function requireFeature({ config }: Pick<TenantRuntime, 'config'>, flag: Flag): void {
  if (!config.features[flag]) throw featureOff()
}

/** Checks if publishing is on. A tenant in review cannot publish, even with the flag on. */
export function canPublish({ config }: Pick<TenantRuntime, 'config'>): boolean {
  return config.features.publish_enabled && config.features.mode !== 'review'
}

/** Throws `feature_disabled` if publishing is off or the tenant is in review. */
export function requirePublishing(runtime: Pick<TenantRuntime, 'config'>): void {
  requireFeature(runtime, 'publish_enabled')
  if (runtime.config.features.mode !== 'review') return
  throw new PublisherError('feature_disabled', 'This gallery is in review, so publishing is off.')
}

export function featureOff(): PublisherError {
  return new PublisherError('feature_disabled', 'This feature is turned off for this gallery.')
}
