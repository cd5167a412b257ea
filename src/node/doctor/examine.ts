/** Runs all checks of one tenant, from the environment to each platform. */
import { Resolver } from 'node:dns/promises'
import { SettingsError } from '../../base/variables.ts'
import { parseHost, type TenantHost } from '../../contract/host.ts'
import type { Services } from '../../runtime/services.ts'
import { createNodeServices, type NodeHostOptions } from '../process.ts'
import { reachingAdvice } from './advice.ts'
import { checkAnswer, checkTokens } from './control-plane.ts'
import { checkCallbackDns, checkDns, type Names } from './dns.ts'
import {
  both,
  createExamination,
  type Examination,
  type Finding,
  type Step,
  solid,
  type Verdict,
} from './examination.ts'
import { checkCertificate, checkSite, type FrontDoor } from './front-door.ts'
import { checkSignIn } from './process.ts'
import { createRedaction, type Redaction } from './redaction.ts'
import { checkSharedStore, triedStores } from './shared-store.ts'
import { examineTenant } from './tenant.ts'
import { Trouble } from './trouble.ts'

export interface DoctorOptions extends Pick<NodeHostOptions, 'providers'> {
  /** Host of the tenant. */
  host: string
  /** Environment of the app; see docs/configuration.md. */
  variables: Readonly<Record<string, string | undefined>>
  /** Receives each finding as soon as its check ends. */
  onFinding?: (finding: Finding) => void
  /** Time limit of one check. Default 30,000, which is longer than a storage waits for its vendor. */
  limitMs?: number
  /** Default: the system's name servers. */
  names?: Names
  door?: FrontDoor
  /** Default: `dist/ui` of this package. */
  uiDirectory?: string
  now?: () => number
}

/** Examines one tenant and returns all findings. Publishes nothing and changes none of the tenant's data. Never rejects. */
export async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { limitMs = 30_000, onFinding = () => undefined } = options
  const redaction = createRedaction()
  const examination = createExamination({ limitMs, redact: redaction.clean, onFinding })
  const environment = {
    id: 'environment',
    title: 'Environment',
    advise: (error: unknown) =>
      error instanceof SettingsError
        ? 'Set these variables as docs/configuration.md says; --env FILE reads them from a file.'
        : undefined,
  }
  const services = await examination.check(environment, solid, async () => openServices(options, redaction))
  const host = await examination.check({ id: 'host', title: 'Host' }, services, async ({ settings }) =>
    checkHost(options.host, settings),
  )
  await examineDoor(options, examination, services, host)
  await examineProcess(options, examination, services)
  const source = await examineSource(examination, services)
  const runtime = await examination.check(
    { id: 'configuration', title: 'Configuration' },
    both(both(services, host), source),
    async ([[{ settings, source, configurations }, tenantHost]]) => {
      const verdict = await checkAnswer(settings, source, tenantHost)
      const value = await configurations.load(tenantHost, jobContext())
      return { ...verdict, value }
    },
  )
  await examineTenant(examination, redaction, both(services, runtime))
  return examination.findings
}

/** Returns the lookup context of a job. */
function jobContext() {
  return {
    requestId: crypto.randomUUID(),
    waitUntil: () => undefined,
    countUnknownHost: () => () => undefined,
  }
}

async function openServices(
  { variables, uiDirectory, providers, now }: DoctorOptions,
  redaction: Redaction,
): Promise<Verdict<Services>> {
  const services = await createNodeServices({
    variables,
    // The findings replace the log.
    write: () => undefined,
    ...(uiDirectory !== undefined && { uiDirectory }),
    ...(providers && { providers }),
    ...(now && { now }),
  })
  redaction.addSecrets(services.settings)
  return { value: services, said: `complete; configurations come from ${sourceName(services)}` }
}

function sourceName({ source }: Services): string {
  return source.kind === 'file' ? 'CONFIG_FILE' : 'the orchestrator'
}

function checkHost(raw: string, { baseDomain, callbackHost }: Services['settings']): Verdict<TenantHost> {
  const tenantHost = parseHost(raw, baseDomain, [callbackHost])
  if (tenantHost) return { value: tenantHost, said: `${tenantHost.host} is one label under ${baseDomain}` }
  throw new Trouble(
    `“${raw.slice(0, 80)}” cannot be a tenant's host: it must be exactly one label under ${baseDomain}, but not www or the callback host`,
    'Correct the host, or ORCHESTRATOR_BASE_DOMAIN.',
  )
}

/** Checks DNS and certificate, which only a deployment has. */
async function examineDoor(
  { names = new Resolver({ timeout: 3000, tries: 2 }), door = {}, now = Date.now }: DoctorOptions,
  examination: Examination,
  services: Step<Services>,
  host: Step<TenantHost>,
): Promise<void> {
  const dns = { id: 'dns', title: 'DNS' }
  const callback = { id: 'dns.callback', title: 'DNS of the sign-in' }
  const certificate = { id: 'certificate', title: 'Certificate' }
  const site = { id: 'site', title: 'Site' }
  if (services.passed && !services.passed.value.settings.forceHttps) {
    for (const what of [dns, callback, certificate, site])
      examination.skip(what, 'not checked in development (FORCE_HTTPS=false)')
    return
  }
  const served = both(services, host)
  const resolved = await examination.check(dns, served, async ([{ settings }, { host: name }]) =>
    checkDns(names, name, settings.baseDomain),
  )
  if (services.passed && !services.passed.value.signIn) examination.skip(callback, 'no sign-in is configured')
  else {
    await examination.check(callback, services, async ({ settings }) =>
      checkCallbackDns(names, settings.callbackHost),
    )
  }
  const reachable = both(host, resolved)
  const trusted = await examination.check(certificate, reachable, async ([{ host: name }], signal) =>
    checkCertificate(name, door, now(), signal),
  )
  const asked = { ...site, advise: doorAdvice(host) }
  await examination.check(asked, both(host, trusted), async ([{ host: name }], signal) =>
    checkSite(name, door, signal),
  )
}

function doorAdvice({ passed }: Step<TenantHost>): (error: unknown) => string | undefined {
  return (error) => reachingAdvice(error, { address: passed?.value.host ?? 'the host' })
}

/** Checks the parts that all tenants share. */
async function examineProcess(
  options: DoctorOptions,
  examination: Examination,
  services: Step<Services>,
): Promise<void> {
  const { variables } = options
  for (const store of triedStores) {
    const finding = { id: store.vendor, title: store.title }
    if (store.isNamed(variables)) {
      await examination.check(finding, services, async ({ settings, now }) =>
        checkSharedStore(store, settings, variables, now),
      )
    } else examination.skip(finding, store.advice.unset)
  }
  await examination.check(
    { id: 'sign-in', title: 'Sign-in provider' },
    services,
    async ({ settings, now }, signal) => checkSignIn(settings, now, signal),
  )
}

/** Checks that the config source works. */
async function examineSource(examination: Examination, services: Step<Services>): Promise<Step<unknown>> {
  const orchestrator = { id: 'orchestrator', title: 'Orchestrator' }
  if (services.passed?.value.source.kind === 'file') {
    examination.skip(orchestrator, 'not used with CONFIG_SOURCE=file')
    return solid
  }
  return examination.check(orchestrator, services, async ({ settings: { configSource, callbackHost } }) => {
    if (configSource.kind === 'orchestrator') return checkTokens(configSource, callbackHost)
    throw new TypeError('A file needs no tokens.')
  })
}
