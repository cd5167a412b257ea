/** Checks that the orchestrator accepts the service tokens, and that the config source has a valid configuration of this host. */
import { z } from 'zod'
import { isPublisherError } from '../../base/errors.ts'
import { hostOf } from '../../base/url-host.ts'
import { clampTtl } from '../../contract/envelope.ts'
import type { TenantHost } from '../../contract/host.ts'
import type { RuntimeAnswer } from '../../contract/runtime-answer.ts'
import { unknownKeys, unknownKeyText } from '../../contract/unknown-keys.ts'
import type { ConfigSource } from '../../ports/config-source.ts'
import type { ConfigSourceSettings, Settings } from '../../runtime/settings/settings.ts'
import { createOrchestratorClient } from '../../runtime/tenancy/orchestrator-client.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

type OrchestratorSettings = Extract<ConfigSourceSettings, { kind: 'orchestrator' }>

/** Tries each token alone, which reveals an unfinished rotation. */
export async function checkTokens(
  settings: OrchestratorSettings,
  probeHost: string,
): Promise<Verdict<undefined>> {
  const { tokens } = settings
  const answers = await Promise.all(
    tokens.map((token) => createOrchestratorClient({ ...settings, tokens: [token], probeHost }).check()),
  )
  const good = answers.filter(({ ready }) => ready).length
  if (good === tokens.length) {
    const said =
      good === 1
        ? 'it answers and accepts the service token'
        : `it answers and accepts all ${good} service tokens`
    return { value: undefined, said }
  }
  const reasons = answers.flatMap((answer) => (answer.ready ? [] : [answer.reason]))
  if (good === 0) {
    throw new Trouble([...new Set(reasons)].join('; '), tokenAdvice(reasons, settings.baseUrl))
  }
  const refused = answers.flatMap(({ ready }, index) => (ready ? [] : [index + 1]))
  return {
    value: undefined,
    said: `${good} of ${tokens.length} service tokens are accepted; refused: number ${refused.join(', ')}`,
    warning: true,
    todo: 'Expected during a rotation. Afterwards, remove refused tokens from ORCHESTRATOR_SERVICE_TOKEN (docs/operations/secrets.md).',
  }
}

function tokenAdvice(reasons: readonly string[], baseUrl: string): string {
  const isRefused = reasons.some((reason) => reason.includes('token'))
  if (isRefused) return 'Correct ORCHESTRATOR_SERVICE_TOKEN; see docs/operations/secrets.md.'
  const address = hostOf(baseUrl)
  return reasons.some((reason) => reason.includes('cannot be reached'))
    ? `Check that ${address} can be reached from here and that the orchestrator runs. Correct ORCHESTRATOR_BASE_URL if that is not its address; see docs/operations/incidents.md.`
    : `Correct ORCHESTRATOR_BASE_URL if ${address} is not the orchestrator; otherwise look at its log. See docs/operations/incidents.md.`
}

/** Fetches the host's configuration and checks the answer. Throws {@link Trouble} if the tenant cannot be served. */
export async function checkAnswer(
  { configSource, callbackHost }: Settings,
  file: ConfigSource,
  { host, tenant }: TenantHost,
): Promise<Verdict<RuntimeAnswer>> {
  if (configSource.kind === 'file') {
    const found = await lookUp(file, host)
    if (found.status === 'found') return verdictOn(found, tenant)
    throw new Trouble('CONFIG_FILE is for another host', 'Correct `tenant` or `host` in this file.')
  }
  let status = 0
  const recording: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    status = response.status
    return response
  }
  const client = createOrchestratorClient({ ...configSource, probeHost: callbackHost, fetch: recording })
  const found = await lookUp(client, host)
  if (found.status === 'found') return verdictOn(found, tenant)
  if (status === 404) {
    throw new Trouble(
      'the orchestrator answers 404: the host is unknown there, or its tenant is suspended',
      'Bind the host to the tenant in the orchestrator.',
    )
  }
  throw new Trouble(
    'the orchestrator has bound the host to another application',
    'Bind the host to the app type "publisher_v2" there.',
  )
}

async function lookUp(source: ConfigSource, host: TenantHost['host']) {
  try {
    return await source.lookup(host, undefined, crypto.randomUUID())
  } catch (error) {
    if (!isPublisherError(error, 'config_unavailable')) throw error
    const cause = error.cause
    if (cause instanceof z.ZodError) {
      throw new Trouble(
        'the configuration violates the contract',
        'Correct these fields in the stored configuration; `npm run conformance` checks the whole contract.',
        cause,
      )
    }
    throw new Trouble(
      'the configuration is unavailable',
      source.kind === 'file'
        ? 'Correct CONFIG_FILE: it must name a JSON or YAML file that this user may read.'
        : 'Look at the log of the orchestrator for this host, and try again.',
      cause,
    )
  }
}

/** Reads a number, also from text; `null` for any other value. */
function numberIn(value: unknown): number | null {
  const isWritten = typeof value === 'string' && value.trim() !== ''
  const number = typeof value === 'number' || isWritten ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : null
}

const envelopeSchema = z.object({
  schema_version: z.unknown().transform(numberIn).optional(),
  ttl_seconds: z.unknown().transform(numberIn).optional(),
})

function verdictOn(found: { answer: RuntimeAnswer; body: unknown }, tenant: string): Verdict<RuntimeAnswer> {
  const { answer } = found
  const { features } = answer.config
  const said = [
    `version ${answer.configVersion.slice(0, 40)}, TTL ${answer.ttlSeconds} s`,
    `storage ${answer.config.storage.provider}`,
    `publishing ${features.publish_enabled && features.mode !== 'review' ? 'on' : 'off'}`,
    `analysis ${features.analyze_caption_enabled && answer.config.ai.credentials_ref ? 'on' : 'off'}`,
    features.auto_view_enabled ? 'photos public' : 'photos for admins only',
  ].join(', ')
  const oddities = odditiesOf(found, tenant)
  if (oddities.length === 0) return { value: answer, said }
  return {
    value: answer,
    said: `${said}. ${oddities.join(' ')}`,
    warning: true,
    todo: "If that's not intended, correct the stored configuration.",
  }
}

function odditiesOf({ answer, body }: { answer: RuntimeAnswer; body: unknown }, tenant: string): string[] {
  const { schema_version, ttl_seconds } = envelopeSchema.safeParse(body).data ?? {}
  const oddities: string[] = []
  if (schema_version === 1) oddities.push('It has schema version 1, so analysis and publishing are off.')
  if (typeof ttl_seconds === 'number' && ttl_seconds !== clampTtl(ttl_seconds)) {
    oddities.push(`Its ttl_seconds of ${ttl_seconds} is read as ${answer.ttlSeconds}.`)
  }
  if (answer.tenant !== '' && answer.tenant !== tenant) {
    oddities.push(
      `It names the tenant “${answer.tenant.slice(0, 60)}”, but credentials are resolved for “${tenant}”.`,
    )
  }
  for (const { path, reason, consequence } of answer.faults)
    oddities.push(`${path} ${reason}, so ${consequence}.`)
  for (const unknown of unknownKeys(body)) oddities.push(`${unknownKeyText(unknown)}.`)
  return oddities
}
