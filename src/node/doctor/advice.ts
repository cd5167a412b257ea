/** Advice by the cause of a failure: an unreachable server, one that is not set up here, a missing right. */
import { isPublisherError } from '../../base/errors.ts'
import type { Endpoint } from '../../ports/driver.ts'
import type { InstalledStorage, StorageRight } from '../../ports/storage-driver.ts'
import { causesOf } from './explain.ts'

/** As much of one message as is looked at. Characters. */
const longestMessage = 2000
/** Node's and undici's codes for connections that did not come about. */
const unreachableCodes =
  /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOST\w+|UND_ERR_\w*TIMEOUT|bad port)\b/
const untrustedCodes = /\b(?:\w*SELF_SIGNED\w*|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+)\b/

/** Advice for a connection that did not come about; `undefined` where it did. */
export function reachingAdvice(error: unknown, { setting, address }: Endpoint): string | undefined {
  const texts = causesOf(error).map((cause) => textOf(cause).slice(0, longestMessage))
  const isSet = setting === undefined ? '' : ` Correct ${setting} if that is not the right address.`
  if (texts.some((text) => untrustedCodes.test(text))) {
    return `Look at the certificate of ${address}; a private authority is named by NODE_EXTRA_CA_CERTS.${isSet}`
  }
  if (isUnreachable(error)) {
    return `Check that ${address} can be reached from here: its name, its port, and the network in between.${isSet}`
  }
  if (isPublisherError(error, 'endpoint_refused')) {
    return `Use a public address in place of ${address}. ALLOW_PRIVATE_ENDPOINTS=true allows private ones to all tenants.`
  }
  return undefined
}

function textOf(error: Error): string {
  return 'code' in error ? `${error.message} ${String(error.code)}` : error.message
}

/** True when no connection came about. */
export function isUnreachable(error: unknown): boolean {
  return causesOf(error).some((cause) => unreachableCodes.test(textOf(cause).slice(0, longestMessage)))
}

/** True when the failure names a right or credentials, which the owner can give. */
function isAboutRights(error: unknown): boolean {
  return isPublisherError(error, 'credentials_rejected') || !isPublisherError(error)
}

/** Advice for a storage that fails. `endpoint`: where its server is, if it has one. `right`: the access that was tried. */
export function storageAdvice(
  error: unknown,
  storage: InstalledStorage,
  endpoint: Endpoint | undefined,
  right: StorageRight,
): string | undefined {
  if (isPublisherError(error, 'provider_unavailable')) return storage.setUp
  const reaching = endpoint && reachingAdvice(error, endpoint)
  if (reaching !== undefined) return reaching
  const messages = causesOf(error).map(({ message }) => message.slice(0, longestMessage))
  const known = messages.map((message) => storage.advise?.(message)).find((advice) => advice !== undefined)
  if (known !== undefined) return known
  const isRefused = messages.some(
    (message) => / 40[034] /.test(message) || storage.isAboutRights?.(message) === true,
  )
  if (isAboutRights(error) || isRefused) return storage.rights?.[right]
  return endpoint && `Try again; if it stays, look at the status page of ${endpoint.address}.`
}
