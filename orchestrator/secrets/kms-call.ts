/** Signed calls of AWS KMS, with timeouts and retries (https://docs.aws.amazon.com/kms/latest/APIReference/). */
import { AwsClient } from 'aws4fetch'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../src/base/retry.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import { KeysUnavailable } from './key-source.ts'

export interface KmsOptions {
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
  /** Default: the endpoint of the region. */
  url?: string | undefined
  /** Default: three tries within 2.5 s, so that a caller gets the refusal before the publisher's timeout. */
  retry?: Partial<RetryPolicy>
}

/** Calls an operation. Throws {@link KeysUnavailable}, or `SecretsUnavailable` if the ciphertext itself is refused. */
export type KmsCall = <S extends z.ZodType>(
  operation: 'Encrypt' | 'Decrypt',
  input: Readonly<Record<string, unknown>>,
  output: S,
) => Promise<z.output<S>>

const defaultRetry = { attempts: 3, baseMs: 100, capMs: 500, attemptTimeoutMs: 1000, deadlineMs: 2500 }

/** Errors that concern one ciphertext. All others concern the key or the caller. */
const ofCiphertext = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])
/** Errors with status 400 that pass. Errors with status 5xx pass too. */
const passing = new Set(['ThrottlingException', 'LimitExceededException', 'RequestLimitExceeded'])

const errorSchema = z.object({ __type: z.string() })

/** Creates the calls. */
export function createKmsCall(options: KmsOptions): KmsCall {
  const { region, accessKeyId, secretAccessKey, sessionToken, retry } = options
  const { url = `https://kms.${region}.amazonaws.com/` } = options
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    region,
    service: 'kms',
  })

  async function attempt(operation: string, body: string, signal: AbortSignal): Promise<string> {
    const request = await client.sign(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` },
      body,
      // The body holds a data key, so it must not follow a redirect.
      redirect: 'error',
    })
    const { status, text } = await send(request, signal)
    if (status === 200) return text
    const code = codeOf(text)
    if (ofCiphertext.has(code)) throw new SecretsUnavailable(`AWS KMS refuses a data key: ${code}.`)
    const refusal = `AWS KMS refuses the call: ${code} (${status}).`
    if (status >= 500 || status === 429 || passing.has(code)) throw new RetryableError(refusal)
    throw new KeysUnavailable(refusal)
  }

  return async (operation, input, output) => {
    const body = JSON.stringify(input)
    const text = await withRetry((signal) => attempt(operation, body, signal), {
      ...defaultRetry,
      ...retry,
    }).catch((error: unknown) => {
      if (error instanceof SecretsUnavailable) throw error
      // Other errors may quote the request, which holds a data key.
      throw new KeysUnavailable(
        error instanceof RetryableError ? error.message : 'AWS KMS cannot be called with this configuration.',
      )
    })
    const parsed = output.safeParse(parseJson(text))
    if (!parsed.success) throw new KeysUnavailable('AWS KMS answers in an unknown form.')
    return parsed.data
  }
}

async function send(request: Request, signal: AbortSignal): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(request, { signal })
    return { status: response.status, text: await response.text() }
  } catch {
    throw new RetryableError('AWS KMS does not answer.')
  }
}

/** Returns the name of an error, which other programs may prefix with a namespace. Messages may quote the request. */
function codeOf(text: string): string {
  const type = errorSchema.safeParse(parseJson(text)).data?.__type ?? ''
  return /(?:^|#)([A-Za-z]{1,64})$/.exec(type)?.[1] ?? 'unknown error'
}
