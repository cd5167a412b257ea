/** Requests and errors of the emulated KMS, in the JSON form of AWS. */
import { z } from 'zod'

export const contextSchema = z.record(z.string(), z.string())

export const encryptSchema = z.strictObject({
  KeyId: z.string(),
  Plaintext: z.base64().min(1).max(5464),
  EncryptionContext: contextSchema.default({}),
})

export const decryptSchema = z.strictObject({
  KeyId: z.string().optional(),
  CiphertextBlob: z.base64().min(1),
  EncryptionContext: contextSchema.default({}),
})

/** Refusal with the name of AWS's error. */
export class KmsRefusal extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, { message = '', status = 400 } = {}) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** Returns the answer of a refusal. Errors without a message have none in the body. */
export function wire({ code, message, status }: KmsRefusal) {
  const body = JSON.stringify({ __type: code, ...(message !== '' && { message }) })
  return { status, body, headers: headers() }
}

/** Runs the call and answers in the form of AWS. */
export async function refused(act: () => Promise<unknown>): Promise<Response> {
  try {
    return new Response(JSON.stringify(await act()), { headers: headers() })
  } catch (error) {
    const { body, ...init } = wire(refusalOf(error))
    return new Response(body, init)
  }
}

function refusalOf(error: unknown): KmsRefusal {
  if (error instanceof KmsRefusal) return error
  if (error instanceof SyntaxError) return new KmsRefusal('SerializationException')
  if (error instanceof z.ZodError) return new KmsRefusal('ValidationException', { message: error.message })
  throw error
}

function headers() {
  return { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': crypto.randomUUID() }
}
