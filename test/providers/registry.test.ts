import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SettingsError } from '../../src/base/variables.ts'
import type { StorageProvider } from '../../src/contract/blocks/storage.ts'
import { parseHost } from '../../src/contract/host.ts'
import type { FindCredentials, VendorDriver } from '../../src/ports/driver.ts'
import type { StorageTools } from '../../src/ports/storage-driver.ts'
import { model } from '../../src/providers/model.ts'
import { publishers } from '../../src/providers/publishers.ts'
import { providerVariables, vendors } from '../../src/providers/registry.ts'
import { installStorages, storages } from '../../src/providers/storages.ts'
import { environmentSchema } from '../../src/runtime/settings/environment.ts'
import {
  publisherTools,
  storageTools,
  unbuiltPublisher,
  unbuiltStorage,
} from '../support/fixtures/unbuilt-providers.ts'

const drivers = [storages, publishers, { model }].flatMap((entries) => Object.values<VendorDriver>(entries))
const never = () => Promise.reject(new Error('This test calls no vendor.'))
const find: FindCredentials = () => ({ get: never, reject: () => undefined })

const known = parseHost('alice.shibari.test', 'shibari.test')
if (!known) throw new TypeError('unreachable')
const paths = { root: 'photos', archive: 'photos/a', keep: 'photos/k', remove: 'photos/r' }
const context = { ...known, paths }

function open(
  provider: StorageProvider,
  variables: Record<string, string>,
  more: Partial<StorageTools> = {},
) {
  const installed = installStorages({ ...storageTools, ...more }, variables)[provider]
  return installed?.open({ ...context, provider }, find, 'ref')
}

describe('the registries', () => {
  it('give each environment variable to one provider only, and none that the process reads itself', () => {
    const names = [...new Set(drivers)].flatMap(({ variables }) => Object.keys(variables))
    expect(names.toSorted()).toEqual(Object.keys(providerVariables.shape).toSorted())
    expect(names.filter((name) => name in environmentSchema.shape)).toEqual([])
  })

  it('start without any variable', () => {
    for (const { variables } of drivers)
      expect(z.object(variables).safeParse({})).toMatchObject({ success: true })
  })

  it('name only variables that the same entry reads as belonging together', () => {
    for (const { variables, together = [] } of drivers)
      expect(together.filter((name) => !(name in variables))).toEqual([])
  })

  it('name each vendor by one word', () => {
    expect(vendors).toEqual(expect.arrayContaining(['s3', 'dropbox', 'local', 'openai', 'telegram', 'smtp']))
    for (const vendor of vendors) expect(vendor).toMatch(/^[a-z0-9]+$/)
  })

  it('open a storage when its variables are set', () => {
    const app = { DROPBOX_APP_KEY: 'key', DROPBOX_APP_SECRET: 'secret' }
    expect(open('dropbox', app)?.provider).toBe('dropbox')
    expect(open('managed', {})?.provider).toBe('managed')
  })

  it.each([
    ['dropbox', {}, 'This server cannot use the storage "dropbox".'],
    [
      'dropbox',
      { DROPBOX_APP_KEY: 'key', DROPBOX_APP_SECRET: ' ' },
      'This server cannot use the storage "dropbox".',
    ],
    ['local', { LOCAL_STORAGE_ROOT: '/photos' }, /keeps no photos on its own disk/],
  ] as const)('refuse the storage %s when the server has %j and no disk', (provider, variables, message) => {
    expect(() => open(provider, variables)).toThrow(message)
  })

  it('open a folder below LOCAL_STORAGE_ROOT, and any folder only for a dedicated app', () => {
    const roots: (string | undefined)[] = []
    const openDisk: StorageTools['openDisk'] = (_context, root) => {
      roots.push(root)
      throw new Error('opened')
    }
    expect(() => open('local', { LOCAL_STORAGE_ROOT: '/photos' }, { openDisk })).toThrow('opened')
    expect(() => open('local', {}, { openDisk, isDedicated: true })).toThrow('opened')
    expect(() => open('local', {}, { openDisk })).toThrow(/needs LOCAL_STORAGE_ROOT/)
    expect(roots).toEqual(['/photos', undefined])
  })

  it('share one installed storage between two names of one driver', () => {
    const { s3, managed } = installStorages(storageTools, {})
    expect(s3).toBe(managed)
  })

  it('name a malformed variable when a host installs without parseSettings', () => {
    const wrong = () => installStorages(storageTools, { DROPBOX_BASE_URL: 'canary' })
    expect(wrong).toThrow(SettingsError)
    expect(wrong).toThrow('The environment is malformed: DROPBOX_BASE_URL must be an http or https URL')
  })

  it('begin no series of metrics for a vendor that nothing can call yet', () => {
    const unbuilt = drivers.filter(({ isBuilt }) => !isBuilt).map(({ vendor }) => vendor)
    expect(vendors.filter((vendor) => unbuilt.includes(vendor))).toEqual([])
  })
})

describe('a driver that is not built', () => {
  it('refuses to open a storage', () => {
    const driver = unbuiltStorage([], 'Choose another.')
    expect(driver.isBuilt).toBe(false)
    const open = () => driver.install(storageTools, {}).open({ ...context, provider: 'gdrive' }, find, 'ref')
    expect(open).toThrow('This server cannot use the storage "gdrive".')
  })

  it('opens no platform', () => {
    const driver = unbuiltPublisher()
    expect(driver.isBuilt).toBe(false)
    expect(driver.install(publisherTools, {}).open).toBeNull()
  })
})
