/** Reads and changes the settings of a tenant in the database. */
import { z } from 'zod'
import { memberOf } from '../../src/contract/lenient.ts'
import type { Actor } from '../audit/actor.ts'
import { isOfPerson } from '../connections/ownership.ts'
import type { Database, Tx } from '../database/database.ts'
import { RegistryError } from '../registry/document.ts'
import { currentConfig, type Reads } from '../registry/sql/configurations.ts'
import { draftOf, publishDraft } from '../registry/sql/drafts.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { locksOf, patched, type SettingFault, settingsOf } from './settings.ts'

/** Settings of a tenant at one version. */
export interface StoredSettings {
  config_version: string
  settings: Record<string, unknown>
  /** Paths of settings that the photographer may not change now. */
  locked: string[]
}

export type SettingsOutcome =
  | { outcome: 'saved' | 'changed'; stored: StoredSettings }
  | { outcome: 'refused'; errors: SettingFault[] }
  | { outcome: 'missing' }

interface State extends StoredSettings {
  written: Record<string, unknown>
  locks: Map<string, string>
}

const documentSchema = z.record(z.string(), z.unknown())

/** Returns the settings, or `undefined` for a tenant without a configuration. */
export async function readSettings(database: Database, tenant: string): Promise<StoredSettings | undefined> {
  const state = await database.snapshot((tx) => stateOf(tx, tenant))
  return state && shownOf(state)
}

/**
 * Applies a merge patch if `expect` is the current version, and publishes the result in the same change. A rule that the configuration broke
 * before does not stop a photographer, but a new violation does.
 */
export function changeSettings(
  database: Database,
  { tenant, expect, patch }: { tenant: string; expect: string; patch: Readonly<Record<string, unknown>> },
  actor: Actor,
): Promise<SettingsOutcome> {
  return database.change(async (tx) => {
    const state = await stateOf(tx, tenant)
    if (!state) return { outcome: 'missing' }
    if (state.config_version !== expect) return { outcome: 'changed', stored: shownOf(state) }
    const errors = await publishPatch(tx, tenant, { patch, state }, actor)
    if (errors.length > 0) return { outcome: 'refused', errors }
    const saved = await stateOf(tx, tenant)
    return saved ? { outcome: 'saved', stored: shownOf(saved) } : { outcome: 'missing' }
  })
}

/** Publishes a patched configuration. Returns the faults that stopped the change. */
async function publishPatch(
  tx: Tx,
  tenant: string,
  { patch, state }: { patch: Readonly<Record<string, unknown>>; state: State },
  actor: Actor,
): Promise<SettingFault[]> {
  try {
    const change = patched(patch, { written: state.written, locked: state.locks })
    if ('errors' in change) return change.errors
    const { added, ...draft } = await draftOf(tx, tenant, change.config)
    if (added.length > 0)
      return added.map(({ path, message }) => ({ pointer: `/${path.replaceAll('.', '/')}`, detail: message }))
    await publishDraft(tx, { ...draft, added }, { force: true, note: 'studio' }, actor)
    return []
  } catch (error) {
    // The words of both errors are for operators.
    if (error instanceof RegistryError || error instanceof Refused)
      return [{ pointer: '', detail: 'The gallery could not use these settings together.' }]
    throw error
  }
}

async function stateOf(read: Reads, tenant: string): Promise<State | undefined> {
  const current = await currentConfig(read, tenant)
  if (!current) return undefined
  const { locked, schema_version } = await tenantRow(read, tenant)
  const written = documentSchema.parse(JSON.parse(current.written))
  const locks = locksOf({
    locked,
    schemaVersion: schema_version,
    hasOwnStorage: await hasOwnStorage(read, tenant, written),
  })
  const { config_version } = current
  return { config_version, written, locks, locked: [...locks.keys()], settings: settingsOf(written) }
}

function shownOf({ config_version, settings, locked }: State): StoredSettings {
  return { config_version, settings, locked }
}

/** Checks if the credentials of the storage came from a connection of the photographer. */
async function hasOwnStorage(
  read: Reads,
  tenant: string,
  written: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const ref = memberOf(memberOf(written, 'storage'), 'credentials_ref')
  if (typeof ref !== 'string') return false
  return isOfPerson(read, { tenant, ref: ref.trim() })
}
