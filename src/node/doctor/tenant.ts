/** Checks of one tenant: admins, credentials, storage, platforms and the AI. */
import { type Channel, isFirstOfPlatform } from '../../contract/channels.ts'
import type { Credentials } from '../../contract/credentials.ts'
import type { ChannelPublisher } from '../../ports/publisher.ts'
import type { StorageRight } from '../../ports/storage-driver.ts'
import type { Services } from '../../runtime/services.ts'
import { adminsOf, canSignIn } from '../../runtime/sign-in/admins.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import { createGuardedFetch } from '../guarded-fetch.ts'
import { reachingAdvice, storageAdvice } from './advice.ts'
import { checkModel, checkPublisher } from './channels.ts'
import { checkReference, purposeOf, referencesOf } from './credentials.ts'
import { both, type Examination, type Step, solid, type Verdict } from './examination.ts'
import type { Redaction } from './redaction.ts'
import { checkLink, checkList, checkRecord } from './storage.ts'

type Ground = Step<[Services, TenantRuntime]>
/** Credentials that a check needs, by purpose. */
type Resolved = ReadonlyMap<string, Step<Credentials>>

export async function examineTenant(
  examination: Examination,
  redaction: Redaction,
  ground: Ground,
): Promise<void> {
  await examination.check({ id: 'admins', title: 'Admins' }, ground, async ([{ settings }, { config }]) =>
    checkAdmins(canSignIn(config, settings), adminsOf(config, settings).length),
  )
  const resolved = await examineCredentials(examination, redaction, ground)
  await examineStorage(examination, ground, resolved)
  await examineChannels(examination, ground, resolved)
}

function checkAdmins(isSignInOn: boolean, count: number): Verdict<undefined> {
  if (isSignInOn && count > 0) return { value: undefined, said: `${count} may administer this site` }
  return {
    value: undefined,
    said: isSignInOn ? 'this site has no admins' : 'sign-in is off on this site',
    warning: true,
    todo: "If that's not intended, correct `auth.enabled` and `auth.allowed_emails` in the configuration, or ADMIN_LOGIN_EMAILS.",
  }
}

async function examineCredentials(
  examination: Examination,
  redaction: Redaction,
  ground: Ground,
): Promise<Resolved> {
  const resolved = new Map<string, Step<Credentials>>()
  if (!ground.passed) {
    await examination.check({ id: 'credentials', title: 'Credentials' }, ground, nothing)
    return resolved
  }
  const [services, { tenant, config }] = ground.passed.value
  const references = referencesOf(config, services)
  for (const { ref } of references) if (ref !== undefined) redaction.add(ref)
  for (const reference of references) {
    const { purpose, title } = reference
    const what = { id: `credentials.${purpose}`, title: `Credentials of ${title}` }
    const step = await examination.check(what, solid, async () => {
      const verdict = await checkReference(services.source, tenant, reference)
      redaction.addSecrets(verdict.value)
      return verdict
    })
    resolved.set(purpose, step)
  }
  return resolved
}

async function examineStorage(examination: Examination, ground: Ground, resolved: Resolved): Promise<void> {
  const advise = (right: StorageRight) => (error: unknown) => {
    if (!ground.passed) return undefined
    const [{ storages }, { config }] = ground.passed.value
    const storage = storages[config.storage.provider]
    const endpoint = storage?.endpoint(resolved.get('storage')?.passed?.value)
    return storage && storageAdvice(error, storage, endpoint, right)
  }
  const usable = both(ground, resolved.get('storage') ?? solid)
  const listed = await examination.check(
    { id: 'storage.list', title: 'Storage: list', advise: advise('list') },
    usable,
    async ([[, runtime]]) => checkList(runtime.viewing()),
  )
  await examination.check(
    { id: 'storage.records', title: 'Storage: write', advise: advise('write') },
    usable,
    async ([[, runtime]]) => checkRecord(runtime),
  )
  const link = { id: 'storage.link', title: 'Storage: link' }
  if (listed.passed?.value.photos.length === 0) {
    examination.skip(link, 'there is no photo to link to')
    return
  }
  await examination.check(
    { ...link, advise: advise('link') },
    both(usable, listed),
    async ([[[{ settings }, runtime]], { photos }], signal) => {
      const fetch = createGuardedFetch({ allowPrivate: settings.allowPrivateEndpoints })
      return checkLink(runtime.storage(), photos, fetch, signal)
    },
  )
}

async function examineChannels(examination: Examination, ground: Ground, resolved: Resolved): Promise<void> {
  if (!ground.passed) {
    await examination.check({ id: 'publishers', title: 'Publishers' }, ground, nothing)
    await examination.check({ id: 'ai', title: 'AI' }, ground, nothing)
    return
  }
  const [services, runtime] = ground.passed.value
  const channels: Channels = { examination, services, runtime, resolved }
  const { available, unavailable } = runtime.publishers()
  for (const channel of unavailable) await noteUnavailable(channels, channel)
  for (const publisher of available) await examinePublisher(channels, publisher)
  await examineModel(channels)
}

interface Channels {
  examination: Examination
  services: Services
  runtime: TenantRuntime
  resolved: Resolved
}

/** Names the channel unless it is the first of its platform. */
function publisherFinding({ services }: Channels, channel: Channel) {
  const { name, platform } = channel
  const title = services.publishers[platform]?.title ?? platform
  const addition = isFirstOfPlatform(channel) ? '' : ` (${name})`
  return { id: `publisher.${name}`, title: `Publishing by ${title}${addition}` }
}

async function noteUnavailable(channels: Channels, channel: Channel): Promise<void> {
  await channels.examination.check(publisherFinding(channels, channel), solid, async () => ({
    value: undefined,
    said: 'this server cannot publish there',
    warning: true,
    todo: 'Disable the platform in the configuration.',
  }))
}

async function examinePublisher(channels: Channels, publisher: ChannelPublisher): Promise<void> {
  const { examination, services, runtime, resolved } = channels
  const { channel, platform } = publisher
  const endpoint = services.publishers[platform]?.endpoint(runtime.config)
  await examination.check(
    {
      ...publisherFinding(channels, channel),
      advise: (error) => endpoint && reachingAdvice(error, endpoint),
    },
    resolved.get(purposeOf(channel)) ?? solid,
    (_, signal) => checkPublisher(publisher, signal),
  )
}

async function examineModel({ examination, services, runtime, resolved }: Channels): Promise<void> {
  const what = { id: 'ai', title: 'AI' }
  const model = runtime.model()
  if (!model) {
    examination.skip(what, 'the configuration has no AI')
    return
  }
  const endpoint = services.model?.endpoint()
  await examination.check(
    { ...what, advise: (error) => endpoint && reachingAdvice(error, endpoint) },
    resolved.get('ai') ?? solid,
    (_, signal) => checkModel(model, runtime.config.ai, signal),
  )
}

/** Body of a check whose prerequisite failed; never called. */
async function nothing(): Promise<Verdict<undefined>> {
  return { value: undefined, said: '' }
}
