/** Counts the requests of all tenants to their storages: for the operator, and for billing where the tenant's configuration says so. */
import type { ConfigSource } from '../../ports/config-source.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import type { TenantStorageOptions } from '../tenancy/tenant-storage.ts'
import { createRequestMeter, type RequestMeter, type RequestMeterOptions } from './request-meter.ts'

interface StorageMeteringOptions extends Pick<RequestMeterOptions, 'runLater' | 'now'> {
  source: ConfigSource
  metrics: Metrics
  log: Logger
}

export interface StorageMetering extends Required<Pick<TenantStorageOptions, 'requestsOf'>> {
  requestMeter: RequestMeter
}

/** Creates the counts of one process. A lost report is only logged, so billing never delays or fails a request. */
export function createStorageMetering(options: StorageMeteringOptions): StorageMetering {
  const { source, metrics, log, runLater, now } = options
  const requestMeter = createRequestMeter({
    report: (event) => source.reportUsage(event, crypto.randomUUID()),
    onLost: (tenant, error) => log.warn('usage was not reported', { tenant, error: describeError(error) }),
    runLater,
    now,
  })
  return {
    requestMeter,
    requestsOf({ vendor, chargesRequests = false }, { tenant, config }) {
      const isBilled = chargesRequests && config.features.storage_ops_metering_enabled
      return (requestClass) => {
        metrics.storageCalled(vendor, requestClass)
        if (isBilled) requestMeter.count(tenant)
      }
    },
  }
}
