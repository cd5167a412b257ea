/** A small S3 on loopback with scripted faults, and stores that speak to it over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { pause } from '../../../src/base/time.ts'
import type { CredentialSource } from '../../../src/ports/credentials.ts'
import { createS3Store, type S3Credentials, type S3StoreOptions } from '../../../src/providers/storage/s3.ts'
import { type Answer, createBucket, errorAnswer, type Operation } from './s3-bucket.ts'
import { operationOf } from './s3-operation.ts'

/** Secrets that may appear only in the headers and links where the protocol requires them. */
export const canaries = { accessKeyId: 'CANARYACCESSKEYID', secretAccessKey: 'canary-secret-access-key' }

export const paths = {
  root: 'Photos',
  archive: 'Photos/archive',
  keep: 'Photos/keep',
  remove: 'Photos/reject',
}

/** A request as the server saw it. */
export interface S3Call {
  operation: Operation
  key: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  /** Access key of the signer. */
  accessKeyId: string
  signature: string
  /** Monotonic time in milliseconds. */
  at: number
  /** Settles when the exchange is over; false if the client disconnected early. */
  completed: Promise<boolean>
}

export type Fault =
  /** Sends this answer instead of performing the operation. */
  | ({ kind: 'answer' } & Answer)
  /** Drops the connection instead of performing the operation. */
  | { kind: 'reset' }
  /** Performs the operation, then drops the connection. */
  | { kind: 'answer-lost' }
  /** Never answers. */
  | { kind: 'silence' }
  /** Performs the operation, sends the first bytes of its answer (or of `answer`), then drops the connection. */
  | { kind: 'cut'; afterBytes: number; answer?: Answer }
  /** Performs the operation, sends the first bytes of the answer, and sends the rest after the promise. */
  | { kind: 'hold-tail'; afterBytes: number; until: Promise<unknown> }
  /** Checks the condition of a write at once, but writes after the promise, even if the object has changed. */
  | { kind: 'late-write'; until: Promise<unknown> }

/** Inspects each request and may return a fault for it. */
export type FaultRule = (call: S3Call) => Fault | undefined

/** Creates an S3 error answer. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Fault {
  const { body, headers: own } = errorAnswer(status, code)
  return { kind: 'answer', status, body, headers: { ...own, ...headers } }
}

/** Creates a 200 answer with this body. */
export function answering(body: string, headers: Record<string, string> = {}): Fault {
  return { kind: 'answer', status: 200, body, headers }
}

/** Injects the fault into requests of this operation, from the `nth` on (1 is the next), `times` in all. */
export function onCall(operation: Operation, fault: Fault, { nth = 1, times = 1 } = {}): FaultRule {
  let seen = 0
  return (call) => {
    if (call.operation !== operation) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Injects the fault into every request. */
export const always =
  (fault: Fault): FaultRule =>
  () =>
    fault

/** Injects the fault into the first attempt of each request. */
export function firstOfEach(fault: Fault): FaultRule {
  const seen = new Set<string>()
  return ({ operation, key, query }) => {
    const request = `${operation} ${key} ${query}`
    if (seen.has(request)) return undefined
    seen.add(request)
    return fault
  }
}

/** Models a server that delays conditional writes of these keys between check and write. */
export function gapOf(isMeant: (key: string) => boolean, gapMs = 40): FaultRule {
  return ({ operation, key, headers }) => {
    if (operation !== 'put' || headers['if-none-match'] === undefined || !isMeant(key)) return undefined
    return { kind: 'late-write', until: pause(gapMs) }
  }
}

/** Models a server that refuses every conditional write with this error. */
export function refusingConditions(status: number, code: string): FaultRule {
  return ({ operation, headers }) =>
    operation === 'put' && (headers['if-none-match'] ?? headers['if-match']) !== undefined
      ? refusal(status, code)
      : undefined
}

/** Quick retries with generous time limits. */
export const quickRetry = {
  attempts: 3,
  baseMs: 1,
  capMs: 2000,
  attemptTimeoutMs: 5000,
  deadlineMs: 10_000,
}

export interface CredentialScript {
  /** Address of the server. */
  endpoint: string
  /** Access keys to hand out: the next after each rejection, the last for ever. */
  accessKeyIds?: readonly string[]
  secretAccessKey?: string
}

/** Resolves credentials on first use and again after a rejection, like the credential cache. */
export function credentialSource({
  endpoint,
  accessKeyIds = [canaries.accessKeyId],
  secretAccessKey = canaries.secretAccessKey,
}: CredentialScript) {
  let resolutions = 0
  let current: S3Credentials | undefined
  const source: CredentialSource<S3Credentials> = {
    async get() {
      if (current) return current
      const accessKeyId = accessKeyIds[resolutions] ?? accessKeyIds.at(-1) ?? ''
      resolutions++
      current = {
        access_key_id: new Secret(accessKeyId),
        secret_access_key: new Secret(secretAccessKey),
        endpoint_url: endpoint,
        bucket: 'photos',
        region: 'auto',
      }
      return current
    },
    reject(rejected) {
      if (current === rejected) current = undefined
    },
  }
  return { source, resolutions: () => resolutions }
}

/** Starts a server with an empty bucket for one test, and closes the server when the test ends. */
export async function startScriptedS3() {
  const bucket = createBucket()
  const calls: S3Call[] = []
  const rules: FaultRule[] = []
  let onUploaded = (_bytes: number): void => undefined

  const server = createServer((request, response) => {
    const call = callOf(request, response)
    calls.push(call)
    let fault: Fault | undefined
    for (const rule of rules) fault = rule(call) ?? fault
    request.on('data', (chunk: Buffer) => onUploaded(chunk.length))
    const perform = async () => {
      const body = await buffer(request)
      if (fault?.kind !== 'late-write') return bucket.answer({ ...call, body })
      if (bucket.answer({ ...call, operation: 'head', body }).status === 200)
        return errorAnswer(412, 'PreconditionFailed')
      await fault.until
      const { 'if-none-match': _, ...headers } = call.headers
      return bucket.answer({ ...call, headers, body })
    }
    // Some tests disconnect the client mid-request.
    respond(fault, perform, response).catch(() => response.destroy())
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const endpoint = `http://127.0.0.1:${port}`

  return {
    bucket,
    endpoint,
    /** All requests so far. */
    calls,
    count: (operation: Operation) => calls.filter((call) => call.operation === operation).length,
    script: (rule: FaultRule) => void rules.push(rule),
    /** Removes all scripted faults. */
    heal: () => void rules.splice(0),
    /** Registers a callback for the bytes of request bodies as they arrive. */
    watchUploads: (watch: (bytes: number) => void) => {
      onUploaded = watch
    },
    /** A store as in a separate process: stores share only the bucket. */
    store: (overrides: Partial<S3StoreOptions> = {}) =>
      createS3Store({
        provider: 's3',
        paths,
        credentials: credentialSource({ endpoint }).source,
        allowPrivateEndpoints: true,
        retry: quickRetry,
        ...overrides,
      }),
  }
}

export type ScriptedS3 = Awaited<ReturnType<typeof startScriptedS3>>

function callOf(request: IncomingMessage, response: ServerResponse): S3Call {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3.test')
  const [, accessKeyId = '', signature = ''] =
    /Credential=([^/]*)\/.*Signature=(\w+)/.exec(request.headers.authorization ?? '') ?? []
  return {
    operation: operationOf(request, searchParams),
    key: decodeURIComponent(pathname.split('/').slice(2).join('/')),
    query: searchParams,
    headers: request.headers,
    accessKeyId,
    signature,
    at: performance.now(),
    completed: new Promise((resolve) => {
      response.once('close', () => resolve(response.writableFinished))
    }),
  }
}

async function respond(
  fault: Fault | undefined,
  perform: () => Promise<Answer>,
  response: ServerResponse,
): Promise<void> {
  if (fault?.kind === 'silence') return
  if (fault?.kind === 'reset') return void response.destroy()
  const performed = fault?.kind === 'answer' ? fault : await perform()
  const { status, headers = {}, body = '' } = (fault?.kind === 'cut' && fault.answer) || performed
  if (fault?.kind === 'answer-lost') return void response.destroy()
  const bytes = Buffer.from(body)
  const length = status === 204 ? {} : { 'content-length': bytes.length }
  response.writeHead(status, { ...length, ...headers })
  if (fault?.kind === 'cut') {
    response.write(bytes.subarray(0, fault.afterBytes), () => response.destroy())
    return
  }
  if (fault?.kind === 'hold-tail') {
    response.write(bytes.subarray(0, fault.afterBytes))
    await fault.until
    response.end(bytes.subarray(fault.afterBytes))
    return
  }
  response.end(bytes)
}
