/** Adds a gallery: tenant, first configuration and invitation in a single change. */
import { z } from 'zod'
import { parseHost } from '../../../src/contract/host.ts'
import type { OrchestratorEnvironment } from '../../environment.ts'
import { invite } from '../../invitations/invitations.ts'
import { draftOf, publishDraft } from '../../registry/sql/drafts.ts'
import { Refused } from '../../registry/sql/refusals.ts'
import { createTenant } from '../../registry/sql/tenant-changes.ts'
import { galleryOrigin } from '../settings.ts'
import { act } from './act.ts'
import { email } from './schemas.ts'

export const invitedSchema = z.object({
  gallery: z.string(),
  address: z.string().meta({ description: 'Address of the gallery' }),
  email: z.string(),
  invitation: z.string().meta({ description: 'ID of the invitation' }),
  link: z.string().meta({ description: 'Link of the invitation, which is shown only now' }),
})

/** Returns the link of an invitation. */
export function invitationLink(env: OrchestratorEnvironment, secret: string): string {
  return `${URL.parse(env.ORCHESTRATOR_PUBLIC_URL ?? '')?.origin ?? ''}/invitation/${secret}`
}

export const addGallery = act({
  id: 'addGallery',
  method: 'post',
  path: '/galleries',
  summary: 'Adds a gallery and invites its photographer',
  input: z.object({
    name: z.string().trim().toLowerCase().min(1).max(63).meta({
      description: 'First label of the host, such as alice',
      example: 'alice',
    }),
    title: z.string().trim().min(1).max(60).meta({ example: 'Alice in Rope' }),
    email,
  }),
  output: invitedSchema,
  async run({ services: { env, database, envelope, now, showNow }, actor }, { name, title, email: address }) {
    const host = hostOf(name, env)
    await envelope.prepare([name])
    const { id, secret } = await database.change(async (tx) => {
      await createTenant(tx, { tenant: name, hosts: [host] }, actor)
      const draft = await draftOf(tx, name, firstConfiguration(title))
      await publishDraft(tx, draft, { note: 'new gallery', force: true }, actor)
      return invite(tx, { tenant: name, email: address }, actor, now())
    })
    // A fleet that was asked about the host before remembers that there was no gallery.
    await showNow(name)
    return {
      gallery: name,
      address: galleryOrigin(env, host),
      email: address,
      invitation: id,
      link: invitationLink(env, secret),
    }
  },
})

/** Returns the host of a new gallery. Throws {@link Refused} for a name that no gallery can have. */
function hostOf(name: string, env: OrchestratorEnvironment): string {
  const base = env.ORCHESTRATOR_BASE_DOMAIN
  const own = [env.CONSOLE_HOST, URL.parse(env.ORCHESTRATOR_PUBLIC_URL ?? '')?.host]
  const reserved = own.flatMap((host) => host?.split(':')[0] ?? [])
  const parsed = parseHost(`${name}.${base}`, base, [
    ...reserved,
    ...reservedLabels.map((label) => `${label}.${base}`),
  ])
  if (!parsed) throw new Refused('A name has letters, digits and hyphens, and is not reserved.')
  return parsed.host
}

/** Labels of hosts that belong to the fleet or to mail. */
const reservedLabels = ['app', 'auth', 'login', 'console', 'api', 'admin', 'mail']

/** Returns the configuration of a gallery whose photographer has not connected anything yet. An empty list of admins denies every sign-in. */
function firstConfiguration(title: string) {
  return {
    appearance: { title },
    auth: { allowed_emails: [] },
    storage: { provider: 'dropbox', credentials_ref: 'storage', paths: { root: '/' } },
  }
}
