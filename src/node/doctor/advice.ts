/** Advice by the cause of a failure: an unreachable server, one that is not set up here, a missing right. */
import { isPublisherError } from '../../base/errors.ts'
import type { Settings } from '../../runtime/settings/settings.ts'
import { causesOf } from './explain.ts'

/** As much of one message as is looked at. Characters. */
const longestMessage = 2000
/** Node's and undici's codes for connections that did not come about. */
const unreachableCodes =
  /\b(?:ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOST\w+|UND_ERR_\w*TIMEOUT|bad port)\b/
const untrustedCodes = /\b(?:\w*SELF_SIGNED\w*|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+)\b/

/** Where a server is: the place of the setting, and the address where it is known. */
export interface Endpoint {
  /** A variable or a field of the configuration; `undefined` where the address cannot be set. */
  setting?: string | undefined
  /** Host with port. Its path and user stay behind: they may be secret. */
  address: string
}

/** The host of a URL; the text itself where it is none. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url.slice(0, 100)
}

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

/** Advice where a storage fails. `grant`: what is missing where its server refuses us. */
export function storageAdvice(
  error: unknown,
  provider: string,
  settings: Settings,
  endpoint: Endpoint,
  grant: string | undefined,
): string | undefined {
  if (isPublisherError(error, 'provider_unavailable')) return missingHere(provider, settings)
  const reaching = reachingAdvice(error, endpoint)
  if (reaching !== undefined) return reaching
  const causes = causesOf(error).map(({ message }) => message.slice(0, longestMessage))
  if (causes.some((text) => /invalid_client/.test(text)))
    return 'Correct DROPBOX_APP_KEY and DROPBOX_APP_SECRET: they have to be those of one Dropbox app.'
  if (causes.some((text) => /invalid_grant/.test(text)))
    return 'Connect the Dropbox account again, and store the new refresh token.'
  if (causes.some((text) => /RequestTimeTooSkewed/.test(text)))
    return 'Correct the clock of this machine: S3 refuses signatures that are 15 minutes off.'
  if (isAboutRights(error) || causes.some((text) => /NoSuchBucket|AccessDenied| 40[034] /.test(text)))
    return grant
  return `Try again; if it stays, look at the status page of ${endpoint.address}.`
}

function missingHere(provider: string, { dropboxApp }: Settings): string {
  if (provider === 'dropbox' && dropboxApp === null)
    return "Set DROPBOX_APP_KEY and DROPBOX_APP_SECRET in the app's environment; the tenant's account is not the cause."
  if (provider === 'local')
    return 'Set LOCAL_STORAGE_ROOT where this server is to keep photos on its disk; otherwise use dropbox or s3.'
  return 'Set `storage.provider` to dropbox or s3: this server has no other storage.'
}
