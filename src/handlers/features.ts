/** Features that a tenant has off are refused before anything is done. */
import { PublisherError } from '../base/errors.ts'
import type { RuntimeConfig } from '../contract/runtime-answer.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'

type Flag = Exclude<keyof RuntimeConfig['features'], 'mode'>

/** Throws `feature_disabled`. */
export function requireFeature({ config }: Pick<TenantRuntime, 'config'>, flag: Flag): void {
  if (!config.features[flag]) throw featureOff()
}

/** Tells if publishing is on: the flag, unless the tenant is in review. */
export function canPublish({ config }: Pick<TenantRuntime, 'config'>): boolean {
  return config.features.publish_enabled && config.features.mode !== 'review'
}

/** Publishing: the flag, unless the tenant is in review. Throws `feature_disabled`. */
export function requirePublishing(runtime: Pick<TenantRuntime, 'config'>): void {
  requireFeature(runtime, 'publish_enabled')
  if (runtime.config.features.mode !== 'review') return
  throw new PublisherError('feature_disabled', 'This gallery is in review: nothing is published from it.')
}

export function featureOff(): PublisherError {
  return new PublisherError('feature_disabled', 'This is switched off for this gallery.')
}
