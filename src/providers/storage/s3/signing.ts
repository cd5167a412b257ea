/** Signs requests for objects, and creates signed links. */
import { AwsClient } from 'aws4fetch'
import { PublisherError } from '../../../base/errors.ts'
import type { Secret } from '../../../base/secret.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import { credentialsRejected, storageUnavailable } from './errors.ts'
import { encodeKey, encodeStrictly } from './keys.ts'

/** Credentials that the orchestrator resolves for `s3` and `managed`. */
export interface S3Credentials {
  access_key_id: Secret
  secret_access_key: Secret
  endpoint_url: string
  bucket: string
  region: string
}

export interface UnsignedRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** Key of the object. Default: the bucket itself. */
  key?: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  /** Body. A stream is sent once, without retries. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
}

export interface EndpointPolicy {
  /** Allows http endpoints, for development. */
  allowPrivateEndpoints: boolean
  /** Throws `endpoint_refused` for an endpoint that a tenant may not name. Checks every URL, including signed links. */
  checkEndpoint(endpoint: string): unknown
}

/** Signing. Both functions throw `endpoint_refused` for an endpoint that tenants may not name. */
export interface S3Signing {
  /** Signs the request's headers. Throws `credentials_rejected` for credentials that cannot sign. */
  request(credentials: S3Credentials, request: UnsignedRequest): Promise<Request>
  /** Creates a URL that reads the key for `seconds` without further credentials. */
  link(credentials: S3Credentials, key: string, seconds: number): Promise<string>
}

/** Creates the signing by AWS Signature Version 4, with one signer per set of credentials. */
export function createS3Signing({ allowPrivateEndpoints, checkEndpoint }: EndpointPolicy): S3Signing {
  const signers = new WeakMap<S3Credentials, AwsClient>()

  function urlOf(
    credentials: S3Credentials,
    key: string | undefined,
    query: Readonly<Record<string, string>>,
  ): string {
    const url = objectUrl(credentials, key, query, allowPrivateEndpoints)
    checkEndpoint(url)
    return url
  }

  function signerOf(credentials: S3Credentials): AwsClient {
    const known = signers.get(credentials)
    if (known) return known
    const signer = new AwsClient({
      accessKeyId: credentials.access_key_id.reveal(),
      secretAccessKey: credentials.secret_access_key.reveal(),
      region: credentials.region,
      service: 's3',
      retries: 0,
    })
    signers.set(credentials, signer)
    return signer
  }

  return {
    async request(credentials, { method, key, query = {}, headers = {}, body }) {
      const url = urlOf(credentials, key, query)
      try {
        const init = { method, headers: { ...headers }, ...(body !== undefined && { body }) }
        return await signerOf(credentials).sign(url, init)
      } catch {
        // Drops the error: the error of an illegal header quotes the header, including the credentials in it.
        throw credentialsRejected(new Error('A request could not be signed with these credentials.'))
      }
    },

    async link(credentials, key, seconds) {
      const url = urlOf(credentials, key, { 'X-Amz-Expires': String(seconds) })
      return (await signerOf(credentials).sign(url, { method: 'GET', aws: { signQuery: true } })).url
    },
  }
}

/**
 * Builds the URL. Throws `endpoint_refused` for an endpoint that tenants may not name, and `storage_unavailable` for a key that a URL
 * would change.
 */
function objectUrl(
  { endpoint_url, bucket }: S3Credentials,
  key: string | undefined,
  query: Readonly<Record<string, string>>,
  allowPrivateEndpoints: boolean,
): string {
  const endpoint = new URL(endpoint_url)
  if (
    (endpoint.protocol !== 'https:' && !allowPrivateEndpoints) ||
    endpoint.username !== '' ||
    endpoint.password !== ''
  ) {
    throw new PublisherError(
      'endpoint_refused',
      'The address of the photo storage must start with https:// and contain no user name.',
    )
  }
  const path = `${withoutSlashAtEnd(endpoint.pathname)}/${encodeStrictly(bucket)}${key === undefined ? '' : `/${encodeKey(key)}`}`
  const url = new URL(path, endpoint.origin)
  if (url.pathname !== path) throw storageUnavailable(new Error('The key cannot be written as a URL.'))
  const parameters = Object.entries(query).map(
    ([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`,
  )
  return parameters.length === 0 ? url.href : `${url.href}?${parameters.join('&')}`
}
