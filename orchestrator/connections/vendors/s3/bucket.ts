/** Signed calls to one bucket, by its address in path style. */
import { AwsClient } from 'aws4fetch'
import { z } from 'zod'
import { withoutSlashAtEnd } from '../../../../src/base/text-edges.ts'
import { type RefusalReason, VendorRefused } from '../../vendor.ts'
import type { VendorFetch } from '../../vendor-fetch.ts'
import { parseS3Error } from './xml.ts'

const name = z.string().trim().min(1).max(1024)

/** Credentials in the form of the contract, with bounds. */
export const bucketSchema = z.object({
  endpoint_url: z
    .string()
    .trim()
    .max(500)
    .pipe(z.url({ protocol: /^https?$/ }))
    .meta({ description: 'URL of the S3 server.', examples: ['https://s3.eu-central-1.amazonaws.com'] }),
  // A name of dots would point elsewhere in the path.
  bucket: name
    .regex(/^(?!\.+$)[^/\\]+$/)
    .meta({ description: 'Bucket that holds the photos.', examples: ['bobs-photos'] }),
  region: z
    .string()
    .trim()
    .max(60)
    .regex(/^[\w.-]*$/)
    .default('auto')
    .transform((region) => region || 'auto')
    .meta({ description: 'Region for the signature.', examples: ['eu-central-1'] }),
  access_key_id: name.meta({ description: 'Access key ID.', examples: ['access-key-id'] }),
  secret_access_key: name.meta({ description: 'Secret access key.', examples: ['secret-access-key'] }),
})
export type BucketCredentials = z.output<typeof bucketSchema>

export interface BucketRequest {
  method: 'GET' | 'PUT' | 'DELETE'
  /** Key of an object. Default: the bucket itself. */
  key?: string
  query?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  body?: string
}

export interface Bucket {
  /** Returns the answer of any status. Throws {@link VendorRefused} for an address that a tenant may not name, and without an answer. */
  ask(request: BucketRequest): Promise<Response>
  /** Like {@link ask}. Throws {@link VendorRefused} for each status but 2xx. */
  send(request: BucketRequest): Promise<Response>
}

/** Creates the calls. `unknownKey` is the reason of a refusal for keys that the server does not know. */
export function createBucket(
  fetch: VendorFetch,
  credentials: BucketCredentials,
  unknownKey: RefusalReason,
): Bucket {
  const signer = new AwsClient({
    accessKeyId: credentials.access_key_id,
    secretAccessKey: credentials.secret_access_key,
    region: credentials.region,
    service: 's3',
    retries: 0,
  })

  async function ask({ method, key, query = {}, headers = {}, body }: BucketRequest): Promise<Response> {
    const url = urlOf(credentials, key, query)
    const init = { method, headers: { ...headers }, ...(body !== undefined && { body }) }
    // The error of an illegal header quotes the header, with the credentials in it.
    const signed = await signer.sign(url, init).catch(() => {
      throw new VendorRefused(unknownKey, 'These keys cannot sign a request.')
    })
    return fetch(signed)
  }

  return {
    ask,
    async send(request) {
      const response = await ask(request)
      if (response.ok) return response
      throw refusalOf(response.status, await response.text(), unknownKey)
    },
  }
}

const unknownKeyCodes = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'Unauthorized',
])
const regionCodes = new Set(['AuthorizationHeaderMalformed', 'PermanentRedirect', 'TemporaryRedirect'])

function refusalOf(status: number, xml: string, unknownKey: RefusalReason): VendorRefused {
  const { code, region } = parseS3Error(xml)
  if (status === 429 || code === 'SlowDown')
    return new VendorRefused('rate_limited', 'The storage asks to come back later.', code)
  if (code === 'RequestTimeTooSkewed')
    return new VendorRefused('unavailable', 'The clocks of the storage and of this service differ.', code)
  if (unknownKeyCodes.has(code))
    return new VendorRefused(unknownKey, 'The storage does not accept these keys.', code)
  if (code === 'AccessDenied' || (status === 403 && code !== ''))
    return new VendorRefused('missing_permission', 'The keys do not allow this in the bucket.', code)
  if (status === 401 || status === 403)
    return new VendorRefused(unknownKey, 'The storage does not accept these keys.', code)
  if (code === 'NoSuchBucket')
    return new VendorRefused('unsuitable', 'The storage has no bucket of this name.', code)
  if (regionCodes.has(code)) {
    const right = region === '' ? 'another region' : `the region ${region}`
    return new VendorRefused('unsuitable', `The bucket is in ${right}.`, code)
  }
  if (status < 500 && code === '')
    return new VendorRefused('bad_address', 'No S3 server answers at this address.')
  return new VendorRefused('unavailable', `The storage answered ${status} ${code}.`.replace(' .', '.'), code)
}

function urlOf(
  { endpoint_url, bucket }: BucketCredentials,
  key: string | undefined,
  query: Readonly<Record<string, string>>,
): string {
  const endpoint = new URL(endpoint_url)
  // No fetch accepts such an address, and its error would quote the password.
  if (endpoint.username !== '' || endpoint.password !== '')
    throw new VendorRefused('bad_address', 'The address must not contain a user name or a password.')
  const path = key === undefined ? '' : `/${key.split('/').map(encoded).join('/')}`
  const url = new URL(endpoint.href)
  url.search = ''
  url.hash = ''
  url.pathname = `${withoutSlashAtEnd(endpoint.pathname)}/${encoded(bucket)}${path}`
  const parameters = Object.entries(query).map(([each, value]) => `${encoded(each)}=${encoded(value)}`)
  return parameters.length === 0 ? url.href : `${url.href}?${parameters.join('&')}`
}

/** Percent-encodes all reserved characters, as the signature requires (AWS Signature Version 4, "UriEncode"). */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
