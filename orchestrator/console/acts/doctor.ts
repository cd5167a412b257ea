/** The doctor: checks of a gallery that the orchestrator can make itself. */
import { z } from 'zod'
import { boundedAnswer } from '../../../src/base/bounded-body.ts'
import { unknownKeys, unknownKeyText } from '../../../src/contract/unknown-keys.ts'
import type { PeopleServices } from '../../people-services.ts'
import { violationText } from '../../registry/rules.ts'
import { violationsOf } from '../../registry/sql/drafts.ts'
import { tenantRow } from '../../registry/sql/tenant-rows.ts'
import { valueAt } from '../contract-fields.ts'
import { act } from './act.ts'
import { type GalleryView, readGallery, tenantOnly } from './gallery.ts'

export const checkNames = [
  'configuration',
  'suspended',
  'rules',
  'unknown_keys',
  'storage',
  'connections',
  'served',
  'fleet',
] as const
export type CheckName = (typeof checkNames)[number]

const checkSchema = z.object({
  name: z.enum(checkNames),
  state: z.enum(['good', 'bad', 'unclear']),
  words: z.string().meta({ description: 'Details of a problem. Empty: none' }),
})
export type Check = z.output<typeof checkSchema>

export const runDoctor = act({
  id: 'runDoctor',
  method: 'post',
  path: '/galleries/{tenant}/doctor',
  summary: 'Checks a gallery',
  input: tenantOnly,
  output: z.object({ checks: z.array(checkSchema) }),
  async run(context, { tenant }) {
    const { services } = context
    const view = await readGallery.call(context, { tenant })
    const [rules, fleet] = await Promise.all([rulesOf(services, view), fleetState(services, view)])
    return { checks: [...ownChecks(view), rules, fleet].toSorted(inOrder) }
  },
})

function inOrder(one: Check, other: Check): number {
  return checkNames.indexOf(one.name) - checkNames.indexOf(other.name)
}

function ownChecks(view: GalleryView): Check[] {
  const { config, connections, served, config_version } = view
  const unknown = unknownKeys({ config }).map(unknownKeyText)
  const broken = connections.filter(({ state }) => state === 'broken')
  return [
    verdict('configuration', config_version !== null),
    verdict('suspended', !view.suspended),
    verdict('unknown_keys', unknown.length === 0, unknown.join('; ')),
    verdict('storage', isLocal(config) || connections.some(({ use }) => use === 'storage')),
    verdict(
      'connections',
      broken.length === 0,
      broken.map(({ provider, error }) => `${provider}: ${error ?? ''}`).join('; '),
    ),
    served === null
      ? { name: 'served', state: 'unclear', words: '' }
      : verdict('served', served.config_version === config_version, served.at),
  ]
}

/** Checks if the photos are in a folder of the fleet, which needs no connection. */
function isLocal(config: GalleryView['config']): boolean {
  return valueAt(config, 'storage.provider') === 'local'
}

function verdict(name: CheckName, isGood: boolean, words = ''): Check {
  return { name, state: isGood ? 'good' : 'bad', words: isGood ? '' : words.slice(0, 2000) }
}

async function rulesOf({ database }: PeopleServices, { tenant, config }: GalleryView): Promise<Check> {
  const { app_type } = await tenantRow(database.read, tenant)
  const found = await violationsOf(database.read, tenant, app_type, config)
  return verdict('rules', found.length === 0, violationText(found))
}

const fleetTimeoutMs = 5000
const maxAnswerBytes = 64 * 1024

/** Asks the fleet if it is ready. The address is the operator's own, so no guard is needed. */
async function fleetState({ env, tools }: PeopleServices, { hosts }: GalleryView): Promise<Check> {
  if (env.FLEET_URL === undefined || hosts.length === 0) return { name: 'fleet', state: 'unclear', words: '' }
  try {
    const url = new URL('/health/ready', env.FLEET_URL)
    const answer = await tools.fetch(url.href, {
      signal: AbortSignal.timeout(fleetTimeoutMs),
      redirect: 'manual',
    })
    await boundedAnswer(answer, maxAnswerBytes).text()
    return verdict('fleet', answer.ok, `HTTP ${answer.status}`)
  } catch (error) {
    return verdict('fleet', false, error instanceof Error ? error.name : 'failed')
  }
}
