/** Verifies Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html) by computing it again. */
import { AwsV4Signer } from 'aws4fetch'
import { KmsRefusal } from './wire.ts'

export interface KmsAccount {
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Required in each call if present. */
  sessionToken?: string
}

/** Largest difference between the clocks. */
const maxSkewMs = 5 * 60_000

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/

/** Verifies the signature. Throws the refusal of AWS. */
export async function verifySignature(
  request: Request,
  body: string,
  account: KmsAccount,
  now: number,
): Promise<void> {
  const authorization = request.headers.get('authorization')
  if (authorization === null) throw new KmsRefusal('MissingAuthenticationTokenException')
  const [, accessKeyId, day, region, service, signed] = form.exec(authorization) ?? []
  if (signed === undefined) throw new KmsRefusal('IncompleteSignatureException')
  const token = request.headers.get('x-amz-security-token') ?? undefined
  if (accessKeyId !== account.accessKeyId || token !== account.sessionToken)
    throw new KmsRefusal('UnrecognizedClientException', {
      message: 'The security token included in the request is invalid.',
    })
  const datetime = request.headers.get('x-amz-date') ?? ''
  if (region !== account.region || service !== 'kms' || !datetime.startsWith(day ?? '-'))
    throw new KmsRefusal('InvalidSignatureException', {
      message: 'Credential should be scoped to this region.',
    })
  if (!(Math.abs(timeOf(datetime) - now) <= maxSkewMs))
    throw new KmsRefusal('InvalidSignatureException', { message: 'Signature expired.' })
  const names = signed.split(';')
  const amz = [...request.headers.keys()].filter((name) => name.startsWith('x-amz-'))
  if (!['host', ...amz].every((name) => names.includes(name))) throw mismatch()
  const headers = names
    .filter((name) => name !== 'host')
    .map((name): [string, string] => [name, request.headers.get(name) ?? ''])
  const { accessKeyId: id, ...others } = account
  const signer = new AwsV4Signer({
    method: request.method,
    url: request.url,
    headers,
    body,
    accessKeyId: id,
    ...others,
    service: 'kms',
    datetime,
    allHeaders: true,
  })
  if ((await signer.authHeader()) !== authorization) throw mismatch()
}

function mismatch(): KmsRefusal {
  return new KmsRefusal('InvalidSignatureException', {
    message: 'The request signature we calculated does not match the signature you provided.',
  })
}

/** Parses `20261201T042618Z`. */
function timeOf(datetime: string): number {
  return Date.parse(datetime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
