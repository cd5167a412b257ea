/** Advice by the cause of a failure: an unreachable server, a missing variable, a missing permission. */
import { isPublisherError } from '../../base/errors.ts'
import type { Endpoint } from '../../ports/driver.ts'
import type { InstalledStorage, StorageRight } from '../../ports/storage-driver.ts'
import { causesOf } from './explain.ts'

/** Upper bound on the examined part of a message, in characters. */
const maxMessageLength = 2000
/** Codes of Node and undici for failed connections. */
const unreachableCodes =
  /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOST\w+|UND_ERR_\w*TIMEOUT|bad port)\b/
const untrustedCodes = /\b(?:\w*SELF_SIGNED\w*|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+)\b/

/** Returns the advice for a failed connection; `undefined` for any other error. */
export function reachingAdvice(error: unknown, { setting, address }: Endpoint): string | undefined {
  const texts = causesOf(error).map((cause) => textOf(cause).slice(0, maxMessageLength))
  const isSet = setting === undefined ? '' : ` Correct ${setting} if that is not the right address.`
  if (texts.some((text) => untrustedCodes.test(text))) {
    return `Check the certificate of ${address}. For a private authority, set NODE_EXTRA_CA_CERTS.${isSet}`
  }
  if (isUnreachable(error)) {
    return `Check that ${address} can be reached from here: its name, its port, and the network in between.${isSet}`
  }
  if (isPublisherError(error, 'endpoint_refused')) {
    return `Use a public address instead of ${address}. ALLOW_PRIVATE_ENDPOINTS=true allows private addresses for all tenants.`
  }
  return undefined
}

function textOf(error: Error): string {
  return 'code' in error ? `${error.message} ${String(error.code)}` : error.message
}

/** Checks if the connection failed. */
export function isUnreachable(error: unknown): boolean {
  return causesOf(error).some((cause) => unreachableCodes.test(textOf(cause).slice(0, maxMessageLength)))
}

/** Checks if the error may be about permissions or credentials, which the owner can correct. */
function isAboutRights(error: unknown): boolean {
  return isPublisherError(error, 'credentials_rejected') || !isPublisherError(error)
}

/** Returns the advice for a failing storage. `endpoint` is the address of its server, if any. `right` is the attempted access. */
export function storageAdvice(
  error: unknown,
  storage: InstalledStorage,
  endpoint: Endpoint | undefined,
  right: StorageRight,
): string | undefined {
  if (isPublisherError(error, 'provider_unavailable')) return storage.setUp
  const reaching = endpoint && reachingAdvice(error, endpoint)
  if (reaching !== undefined) return reaching
  const messages = causesOf(error).map(({ message }) => message.slice(0, maxMessageLength))
  const known = messages.map((message) => storage.advise?.(message)).find((advice) => advice !== undefined)
  if (known !== undefined) return known
  const isRefused = messages.some(
    (message) => / 40[034] /.test(message) || storage.isAboutRights?.(message) === true,
  )
  if (isAboutRights(error) || isRefused) return storage.rights?.[right]
  return endpoint && `Try again. If the problem persists, check the status page of ${endpoint.address}.`
}
