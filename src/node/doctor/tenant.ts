/** What belongs to one tenant: credentials, storage, platforms, the AI, and who may administer it. */

import type { Credentials } from '../../contract/credentials.ts'
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { Services } from '../../runtime/services.ts'
import type { Settings } from '../../runtime/settings/settings.ts'
import { adminsOf, canSignIn } from '../../runtime/sign-in/admins.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import { createGuardedFetch } from '../guarded-fetch.ts'
import { hostOf, reachingAdvice, storageAdvice } from './advice.ts'
import { checkModel, checkPublisher } from './channels.ts'
import { checkReference, referencesOf } from './credentials.ts'
import { both, type Examination, type Step, solid, type Verdict } from './examination.ts'
import type { Redaction } from './redaction.ts'
import { checkLink, checkList, checkRecord, grant, type Right } from './storage.ts'

type Ground = Step<[Services, TenantRuntime]>
/** By purpose: the credentials that a check needs. */
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

function checkAdmins(canAnybody: boolean, count: number): Verdict<undefined> {
  if (canAnybody && count > 0) return { value: undefined, said: `${count} may administer this site` }
  return {
    value: undefined,
    said: canAnybody ? 'nobody may administer this site' : 'sign-in is off here',
    warning: true,
    todo: 'If it is not meant so: `auth.enabled` and `auth.allowed_emails` in the configuration, or ADMIN_LOGIN_EMAILS.',
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
  const [{ source }, { tenant, config }] = ground.passed.value
  const references = referencesOf(config)
  for (const { ref } of references) if (ref !== undefined) redaction.add(ref)
  for (const reference of references) {
    const { purpose } = reference
    const what = { id: `credentials.${purpose}`, title: `Credentials of ${nameOf(purpose)}` }
    const step = await examination.check(what, solid, async () => {
      const verdict = await checkReference(source, tenant, reference)
      redaction.addSecrets(verdict.value)
      return verdict
    })
    resolved.set(purpose, step)
  }
  return resolved
}

async function examineStorage(examination: Examination, ground: Ground, resolved: Resolved): Promise<void> {
  const advise = (right: Right) => (error: unknown) => {
    if (!ground.passed) return undefined
    const [{ settings }, { config }] = ground.passed.value
    const { provider } = config.storage
    const endpoint = endpointOf(settings, resolved.get('storage')?.passed?.value)
    return storageAdvice(error, provider, settings, endpoint, grant(provider, right))
  }
  const usable = both(ground, resolved.get('storage') ?? solid)
  const listed = await examination.check(
    { id: 'storage.list', title: 'Storage: list', advise: advise('list') },
    usable,
    async ([[, runtime]]) => checkList(runtime.storage()),
  )
  await examination.check(
    { id: 'storage.records', title: 'Storage: write', advise: advise('write') },
    usable,
    async ([[, runtime]]) => checkRecord(runtime.storage()),
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

/** Where the storage is, for a person who looks for what is in between. */
function endpointOf(settings: Settings, credentials: Credentials | undefined) {
  if (credentials?.provider === 's3' || credentials?.provider === 'managed') {
    const { endpoint_url } = credentials
    return { setting: '`endpoint_url` of its credentials', address: hostOf(endpoint_url) }
  }
  return settings.dropboxBaseUrl === undefined
    ? { address: 'api.dropboxapi.com' }
    : { setting: 'DROPBOX_BASE_URL', address: hostOf(settings.dropboxBaseUrl) }
}

/** Where the server of a platform or of the AI is. */
function channelEndpointOf(purpose: string, settings: Settings, { email_server }: RuntimeConfig) {
  if (purpose === 'email') {
    const address = email_server ? `${email_server.host}:${email_server.port}` : 'the mail server'
    return { setting: '`email_server`', address }
  }
  return purpose === 'ai'
    ? { setting: 'OPENAI_BASE_URL', address: hostOf(settings.openaiBaseUrl ?? 'https://api.openai.com') }
    : {
        setting: 'TELEGRAM_API_BASE_URL',
        address: hostOf(settings.telegramBaseUrl ?? 'https://api.telegram.org'),
      }
}

async function examineChannels(examination: Examination, ground: Ground, resolved: Resolved): Promise<void> {
  if (!ground.passed) {
    await examination.check({ id: 'publishers', title: 'Publishers' }, ground, nothing)
    await examination.check({ id: 'ai', title: 'AI' }, ground, nothing)
    return
  }
  const [{ settings }, runtime] = ground.passed.value
  const advise = (purpose: string) => (error: unknown) =>
    reachingAdvice(error, channelEndpointOf(purpose, settings, runtime.config))
  const { available, unavailable } = runtime.publishers()
  for (const platform of unavailable) {
    const what = { id: `publisher.${platform}`, title: `Publishing by ${nameOf(platform)}` }
    await examination.check(what, solid, async () => ({
      value: undefined,
      said: 'this server cannot publish there',
      warning: true,
      todo: 'Disable the platform in the configuration.',
    }))
  }
  for (const publisher of available) {
    const { platform } = publisher
    const what = {
      id: `publisher.${platform}`,
      title: `Publishing by ${nameOf(platform)}`,
      advise: advise(platform),
    }
    await examination.check(what, resolved.get(platform) ?? solid, (_, signal) =>
      checkPublisher(publisher, signal),
    )
  }
  const model = runtime.model()
  if (!model) examination.skip({ id: 'ai', title: 'AI' }, 'the configuration names none')
  else {
    await examination.check(
      { id: 'ai', title: 'AI', advise: advise('ai') },
      resolved.get('ai') ?? solid,
      (_, signal) => checkModel(model, runtime.config.ai, signal),
    )
  }
}

/** For what is skipped for want of its ground, and so never run. */
async function nothing(): Promise<Verdict<undefined>> {
  return { value: undefined, said: '' }
}

const names: Record<string, string> = {
  ai: 'the AI',
  storage: 'the storage',
  telegram: 'Telegram',
  email: 'mail',
}

function nameOf(purpose: string): string {
  return names[purpose] ?? purpose
}
