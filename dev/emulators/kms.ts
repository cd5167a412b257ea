/**
 * Emulates the calls `Encrypt` and `Decrypt` of AWS KMS on this machine (`ORCHESTRATOR_KMS_URL`), for symmetric keys. The emulator verifies
 * signatures and encryption contexts as KMS does (https://docs.aws.amazon.com/kms/latest/APIReference/). Tests can inject faults.
 */
import { z } from 'zod'
import { ConnectionBroken, type Fault, spoiled } from './dropbox/faults.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { type KmsKey, openBlob, sealBlob } from './kms/blob.ts'
import { type KmsAccount, verifySignature } from './kms/signature.ts'
import { contextSchema, decryptSchema, encryptSchema, KmsRefusal, refused, wire } from './kms/wire.ts'

export interface KmsEmulatorOptions {
  account: KmsAccount
  /** IDs of enabled keys. */
  keyIds: readonly string[]
  /** Clock in milliseconds. Default: `Date.now`. */
  now?: () => number
}

export interface KmsCall {
  operation: string
  keyId: string | undefined
  context: Readonly<Record<string, string>>
  /** Status of the answer; `undefined` while the call is in progress and after a broken connection. */
  status: number | undefined
}

/** Decides for each request whether to inject a fault. */
export type KmsFaultRule = (call: KmsCall) => Fault | undefined

export interface KmsEmulator extends EmulatorServer {
  /** Calls so far, oldest first. */
  readonly calls: readonly KmsCall[]
  /** Returns the ARN of a key. */
  arnOf(keyId: string): string
  disable(keyId: string): void
  enable(keyId: string): void
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: KmsFaultRule): () => void
}

/** Answers 400 as KMS does when it limits the rate. */
export const throttled: Fault = {
  kind: 'answer',
  ...wire(
    new KmsRefusal('ThrottlingException', {
      message: 'You have exceeded the rate at which you may call KMS.',
    }),
  ),
}

/** Answers 500 as KMS does. */
export const internalError: Fault = {
  kind: 'answer',
  ...wire(new KmsRefusal('KMSInternalException', { status: 500 })),
}

/** Starts an emulator that runs until closed. */
export async function startKmsEmulator(options: KmsEmulatorOptions): Promise<KmsEmulator> {
  const { account, now = Date.now } = options
  const arnOf = (id: string) => `arn:aws:kms:${account.region}:111122223333:key/${id}`
  const keys = new Map(options.keyIds.map((id) => [id, newKey(id, arnOf(id))]))
  const calls: KmsCall[] = []
  const rules = new Set<KmsFaultRule>()

  function keyOf(named: string): KmsKey {
    const key = [...keys.values()].find(({ id, arn }) => named === id || named === arn)
    if (!key) throw new KmsRefusal('NotFoundException', { message: `Key '${named}' does not exist` })
    if (!key.isEnabled) throw new KmsRefusal('DisabledException', { message: `${key.arn} is disabled.` })
    return key
  }

  async function answer(target: string, body: unknown): Promise<unknown> {
    if (target === 'TrentService.Encrypt') {
      const { KeyId, Plaintext, EncryptionContext } = encryptSchema.parse(body)
      const key = keyOf(KeyId)
      const blob = await sealBlob(key, Buffer.from(Plaintext, 'base64'), EncryptionContext)
      return {
        CiphertextBlob: blob.toString('base64'),
        KeyId: key.arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      }
    }
    if (target !== 'TrentService.Decrypt') throw new KmsRefusal('UnknownOperationException')
    const { KeyId, CiphertextBlob, EncryptionContext } = decryptSchema.parse(body)
    const named = KeyId === undefined ? undefined : keyOf(KeyId)
    const blob = Buffer.from(CiphertextBlob, 'base64')
    const { key, plaintext } = await openBlob([...keys.values()], blob, EncryptionContext, named)
    if (!key.isEnabled) throw new KmsRefusal('DisabledException', { message: `${key.arn} is disabled.` })
    return {
      Plaintext: plaintext.toString('base64'),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }
  }

  async function fetch(request: Request): Promise<Response> {
    const text = await request.text()
    const target = request.headers.get('x-amz-target') ?? ''
    const call = callOf(target, text)
    calls.push(call)
    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    if (fault?.kind === 'reset') throw new ConnectionBroken()
    const response = await spoiled(fault, () =>
      refused(async () => {
        if (request.method !== 'POST' || new URL(request.url).pathname !== '/')
          throw new KmsRefusal('UnknownOperationException', { status: 404 })
        if (request.headers.get('content-type') !== 'application/x-amz-json-1.1')
          throw new KmsRefusal('UnknownOperationException', { status: 404 })
        await verifySignature(request, text, account, now())
        return answer(target, JSON.parse(text))
      }),
    )
    call.status = response.status
    return response
  }

  const enabled = (id: string, isEnabled: boolean) => {
    const key = keys.get(id)
    if (key) key.isEnabled = isEnabled
  }
  const server = await listenOnLoopback(fetch, 0)
  return {
    close: server.close,
    url: server.url,
    calls,
    arnOf,
    disable: (id) => enabled(id, false),
    enable: (id) => enabled(id, true),
    interfere(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
  }
}

function newKey(id: string, arn: string): KmsKey {
  return { id, arn, isEnabled: true, material: crypto.getRandomValues(new Uint8Array(32)) }
}

/** Parts of a request for the log of calls. */
const noted = z.object({ KeyId: z.string().optional(), EncryptionContext: contextSchema.optional() })

function callOf(target: string, text: string): KmsCall {
  const { KeyId, EncryptionContext } = noted.catch({}).parse(jsonOf(text))
  const operation = target.split('.')[1] ?? ''
  return { operation, keyId: KeyId, context: EncryptionContext ?? {}, status: undefined }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
