/** What checks expect of answers. Messages say what came, and never hold a secret. */
import { z } from 'zod'
import { parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'

/** Thrown by a check that cannot be made, or for what the contract leaves open. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

export function expectStatus(response: Response, status: number, what = 'it'): void {
  if (response.status !== status) throw new Error(`${what} answered ${response.status}, not ${status}`)
}

/** The JSON of a 200. */
export async function jsonOf(response: Response): Promise<unknown> {
  expectStatus(response, 200)
  try {
    return JSON.parse(await response.text())
  } catch {
    throw new Error('the answer is no JSON')
  }
}

const envelopeSchema = z.object({
  config_version: z.string().min(1),
  ttl_seconds: z.number().nullish(),
})

/** The parts of a runtime answer around its configuration, as they were sent. */
export async function envelopeOf(response: Response): Promise<z.output<typeof envelopeSchema>> {
  const parsed = envelopeSchema.safeParse(await jsonOf(response))
  if (!parsed.success) throw new Error(wrongFields(parsed.error))
  return parsed.data
}

/** Throws unless the publisher would take the answer. */
export async function expectRuntimeAnswer(response: Response): Promise<void> {
  const answer = await jsonOf(response)
  try {
    if (parseRuntimeAnswer(answer) === 'other_app_type') throw new Error('it is bound to another app type')
  } catch (error) {
    throw error instanceof z.ZodError ? new Error(wrongFields(error)) : error
  }
}

/** Names the fields and what is wrong with them. */
export function wrongFields(error: z.ZodError): string {
  const fields = error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'} (${message})`)
  return `wrong: ${fields.join(', ')}`
}

/** Throws where two answers can be told apart by what an orchestrator says on purpose: status, type and body. */
export async function expectSame(left: Response, right: Response): Promise<void> {
  const said = async (response: Response) =>
    [response.status, response.headers.get('content-type'), withoutIds(await response.text())].join('\n')
  if ((await said(left)) !== (await said(right))) throw new Error('the two answers differ')
}

/** A request id or a time in a body differs between any two answers. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, 'uuid')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'time')
}

export function tenantOf(host: string): string {
  return host.split('.')[0] ?? ''
}

/** A host beside this one that nobody has bound. */
export function unknownHostBeside(host: string): string {
  return `nobody-${crypto.randomUUID().slice(0, 8)}${host.slice(host.indexOf('.'))}`
}

/** Looks the same as another one, as far as an orchestrator can tell. */
export function unknownRef(): string {
  return `no-such-reference-${crypto.randomUUID()}`
}
