/** What belongs to one tenant: credentials, storage, platforms, the AI, and who may administer it. */

import type { Credentials } from '../../runtime/credential-schemas.ts'
import type { Services } from '../../runtime/services.ts'
import { adminsOf, canSignIn } from '../../runtime/sign-in/admins.ts'
import type { TenantRuntime } from '../../runtime/tenant-runtime.ts'
import { createGuardedFetch } from '../guarded-fetch.ts'
import { checkModel, checkPublisher } from './channels.ts'
import { checkReference, referencesOf } from './credentials.ts'
import { both, type Examination, type Step, solid, type Verdict } from './examination.ts'
import type { Redaction } from './redaction.ts'
import { checkLink, checkList, checkRecord, grant } from './storage.ts'

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
  const provider = ground.passed?.value[1].config.storage.provider ?? ''
  const usable = both(ground, resolved.get('storage') ?? solid)
  const listed = await examination.check(
    { id: 'storage.list', title: 'Storage: list', todo: grant(provider, 'list') },
    usable,
    async ([[, runtime]]) => checkList(runtime.storage()),
  )
  await examination.check(
    { id: 'storage.records', title: 'Storage: write', todo: grant(provider, 'write') },
    usable,
    async ([[, runtime]]) => checkRecord(runtime.storage()),
  )
  const link = { id: 'storage.link', title: 'Storage: link' }
  if (listed.passed?.value.photos.length === 0) {
    examination.skip(link, 'there is no photo to link to')
    return
  }
  await examination.check(
    { ...link, todo: grant(provider, 'link') },
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
  const [, runtime] = ground.passed.value
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
    const what = { id: `publisher.${platform}`, title: `Publishing by ${nameOf(platform)}` }
    await examination.check(what, resolved.get(platform) ?? solid, (_, signal) =>
      checkPublisher(publisher, signal),
    )
  }
  const model = runtime.model()
  if (!model) examination.skip({ id: 'ai', title: 'AI' }, 'the configuration names none')
  else {
    await examination.check({ id: 'ai', title: 'AI' }, resolved.get('ai') ?? solid, (_, signal) =>
      checkModel(model, runtime.config.ai, signal),
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
