/** Expectations of checks. Their messages describe the answer, and never contain a secret. */
import { z } from 'zod'
import { parseRuntimeAnswer } from '../../../src/contract/runtime-answer.ts'

/** Thrown by a check that cannot run, or for behaviour that the contract leaves open. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

export function expectStatus(response: Response, status: number, what = 'it'): void {
  if (response.status !== status) throw new Error(`${what} got ${response.status}, not ${status}`)
}

/** Returns the JSON of a 200. */
export async function jsonOf(response: Response): Promise<unknown> {
  expectStatus(response, 200)
  try {
    return JSON.parse(await response.text())
  } catch {
    throw new Error('the answer is not JSON')
  }
}

const envelopeSchema = z.object({
  config_version: z.string().min(1),
  ttl_seconds: z.number().nullish(),
})

/** Returns the fields around the configuration of a runtime answer, as sent. */
export async function envelopeOf(response: Response): Promise<z.output<typeof envelopeSchema>> {
  const parsed = envelopeSchema.safeParse(await jsonOf(response))
  if (!parsed.success) throw new Error(wrongFields(parsed.error))
  return parsed.data
}

/** Throws unless the publisher would accept the answer. */
export async function expectRuntimeAnswer(response: Response): Promise<void> {
  const answer = await jsonOf(response)
  try {
    if (parseRuntimeAnswer(answer) === 'other_app_type')
      throw new Error('the host is bound to another app type')
  } catch (error) {
    throw error instanceof z.ZodError ? new Error(wrongFields(error)) : error
  }
}

/** Names the invalid fields and their faults. */
export function wrongFields(error: z.ZodError): string {
  const fields = error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the answer itself'} (${message})`,
  )
  return `invalid: ${fields.join(', ')}`
}

/** Throws if two answers differ in status, content type or body. Ignores request ids and times. */
export async function expectSame(left: Response, right: Response): Promise<void> {
  const said = async (response: Response) =>
    [response.status, response.headers.get('content-type'), withoutIds(await response.text())].join('\n')
  if ((await said(left)) !== (await said(right))) throw new Error('the two answers differ')
}

/** Masks request ids and times, which differ between any two answers. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, 'uuid')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'time')
}

export function tenantOf(host: string): string {
  return host.split('.')[0] ?? ''
}

/** Returns an unbound host of the same domain. */
export function unknownHostBeside(host: string): string {
  return `unbound-${crypto.randomUUID().slice(0, 8)}${host.slice(host.indexOf('.'))}`
}

/** Returns a reference that no orchestrator knows. */
export function unknownRef(): string {
  return `no-such-reference-${crypto.randomUUID()}`
}
