/** A small S3 on loopback that misbehaves as a test scripts it, and stores that speak to it over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { pause } from '../../../src/base/time.ts'
import type { CredentialSource } from '../../../src/ports/credentials.ts'
import { createS3Store, type S3Credentials, type S3StoreOptions } from '../../../src/providers/storage/s3.ts'
import { type Answer, createBucket, errorAnswer, type Operation } from './s3-bucket.ts'

/** Secrets that must turn up nowhere but in the headers and links where the protocol puts them. */
export const canaries = { accessKeyId: 'CANARYACCESSKEYID', secretAccessKey: 'canary-secret-access-key' }

export const paths = {
  root: 'Photos',
  archive: 'Photos/archive',
  keep: 'Photos/keep',
  remove: 'Photos/reject',
}

/** One request, as the server saw it. */
export interface S3Call {
  operation: Operation
  key: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  /** Who signed it. */
  accessKeyId: string
  signature: string
  /** Milliseconds on a clock that only goes forward. */
  at: number
  /** Settles when the exchange is over; false where the client left before its end. */
  completed: Promise<boolean>
}

export type Fault =
  /** Answers so instead of doing anything. */
  | ({ kind: 'answer' } & Answer)
  /** Breaks the connection instead of doing anything. */
  | { kind: 'reset' }
  /** Does what was asked, then breaks the connection. */
  | { kind: 'answer-lost' }
  /** Never answers. */
  | { kind: 'silence' }
  /** Does what was asked, sends so many bytes of the answer (or of this one), and breaks the connection. */
  | { kind: 'cut'; afterBytes: number; answer?: Answer }
  /** Does what was asked, sends so many bytes of the answer, waits for the promise, and sends the rest. */
  | { kind: 'hold-tail'; afterBytes: number; until: Promise<unknown> }
  /** Checks the condition of a write at once, and writes after the promise, whatever is there by then. */
  | { kind: 'late-write'; until: Promise<unknown> }

/** Looks at each request and may spoil it. */
export type FaultRule = (call: S3Call) => Fault | undefined

/** An error as S3 writes it. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Fault {
  const { body, headers: own } = errorAnswer(status, code)
  return { kind: 'answer', status, body, headers: { ...own, ...headers } }
}

/** An answer that looks fine. */
export function answering(body: string, headers: Record<string, string> = {}): Fault {
  return { kind: 'answer', status: 200, body, headers }
}

/** Spoils the `nth` request of this operation from now on (1 is the next), and `times` in all. */
export function onCall(operation: Operation, fault: Fault, { nth = 1, times = 1 } = {}): FaultRule {
  let seen = 0
  return (call) => {
    if (call.operation !== operation) return undefined
    seen += 1
    return seen >= nth && seen < nth + times ? fault : undefined
  }
}

/** Spoils everything. */
export const always =
  (fault: Fault): FaultRule =>
  () =>
    fault

/** Spoils each request the first time that it is made. */
export function firstOfEach(fault: Fault): FaultRule {
  const seen = new Set<string>()
  return ({ operation, key, query }) => {
    const request = `${operation} ${key} ${query}`
    if (seen.has(request)) return undefined
    seen.add(request)
    return fault
  }
}

/** A server that looks first and writes later, at conditional writes of these keys. */
export function gapOf(isMeant: (key: string) => boolean, gapMs = 40): FaultRule {
  return ({ operation, key, headers }) => {
    if (operation !== 'put' || headers['if-none-match'] === undefined || !isMeant(key)) return undefined
    return { kind: 'late-write', until: pause(gapMs) }
  }
}

/** A server that answers so to every condition of a write, and writes nothing then. */
export function refusingConditions(status: number, code: string): FaultRule {
  return ({ operation, headers }) =>
    operation === 'put' && (headers['if-none-match'] ?? headers['if-match']) !== undefined
      ? refusal(status, code)
      : undefined
}

/** Quick, and far from its limits of time. */
export const quickRetry = {
  attempts: 3,
  baseMs: 1,
  capMs: 2000,
  attemptTimeoutMs: 5000,
  deadlineMs: 10_000,
}

export interface CredentialScript {
  /** Where the server is. */
  endpoint: string
  /** One after another, the next one after each rejection; the last one for ever. */
  accessKeyIds?: readonly string[]
  secretAccessKey?: string
}

/** Credentials that are resolved when first needed and anew after a rejection, as the credential cache does it. */
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

/** A server with an empty bucket for one test, closed at its end. */
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
    // A client that leaves in the middle is what some tests are about.
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
    /** From now on everything is answered as it should be. */
    heal: () => void rules.splice(0),
    /** Is told of the bytes of request bodies as they arrive. */
    watchUploads: (watch: (bytes: number) => void) => {
      onUploaded = watch
    },
    /** A store of its own process: nothing is shared with another one but the bucket. */
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

function operationOf({ method, headers }: IncomingMessage, query: URLSearchParams): Operation {
  if (query.has('list-type')) return 'list'
  if (method === 'HEAD') return 'head'
  if (method === 'DELETE') return 'delete'
  if (method === 'GET') return 'get'
  return headers['x-amz-copy-source'] === undefined ? 'put' : 'copy'
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
