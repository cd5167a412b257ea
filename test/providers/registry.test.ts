import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { SettingsError } from '../../src/base/variables.ts'
import type { StorageProvider } from '../../src/contract/blocks/storage.ts'
import { parseHost } from '../../src/contract/host.ts'
import type { Driver, FindCredentials, VendorDriver } from '../../src/ports/driver.ts'
import { noInvalidations } from '../../src/ports/invalidations.ts'
import type { KeyValueDriver, KeyValueTools, OpenedStore } from '../../src/ports/kv-driver.ts'
import type { StorageTools } from '../../src/ports/storage-driver.ts'
import { keyValueStores, openKeyValueStore } from '../../src/providers/kv-stores.ts'
import { model } from '../../src/providers/model.ts'
import { publishers } from '../../src/providers/publishers.ts'
import { providerVariables, vendors } from '../../src/providers/registry.ts'
import { installStorages, storages } from '../../src/providers/storages.ts'
import { parseSettings } from '../../src/runtime/settings/settings.ts'
import { environmentSchema } from '../../src/runtime/settings/variables.ts'
import {
  publisherTools,
  storageTools,
  unbuiltPublisher,
  unbuiltStorage,
} from '../support/fixtures/unbuilt-providers.ts'

const drivers = [storages, publishers, { model }].flatMap((entries) => Object.values<VendorDriver>(entries))
const configured: readonly Pick<Driver, 'variables' | 'together' | 'vendor'>[] = [
  ...new Set(drivers),
  ...Object.values<KeyValueDriver>(keyValueStores),
]
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
  it('reads each environment variable in a single provider, and none that the process reads itself', () => {
    const names = configured.flatMap(({ variables }) => Object.keys(variables))
    expect(names.toSorted()).toEqual(Object.keys(providerVariables.shape).toSorted())
    expect(names.filter((name) => name in environmentSchema.shape)).toEqual([])
  })

  it('starts without any variable', () => {
    for (const { variables } of configured)
      expect(z.object(variables).safeParse({})).toMatchObject({ success: true })
  })

  it('groups only variables of the same entry', () => {
    for (const { variables, together = [] } of configured)
      expect(together.filter((name) => !(name in variables))).toEqual([])
  })

  it('uses a single word for each vendor', () => {
    expect(vendors).toEqual(expect.arrayContaining(['s3', 'dropbox', 'local', 'openai', 'telegram', 'smtp']))
    for (const { vendor } of configured) expect(vendor).toMatch(/^[a-z0-9]+$/)
    expect(new Set(vendors).size).toBe(vendors.length)
  })

  it('opens a storage when its variables are set', () => {
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
  ] as const)('refuses the storage %s when the server has %j and no disk', (provider, variables, message) => {
    expect(() => open(provider, variables)).toThrow(message)
  })

  it('opens folders below LOCAL_STORAGE_ROOT, and any folder only for a dedicated app', () => {
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

  it('shares an installed storage between two names of a driver', () => {
    const { s3, managed } = installStorages(storageTools, {})
    expect(s3).toBe(managed)
  })

  it('reports a malformed variable when a host installs without parseSettings', () => {
    const wrong = () => installStorages(storageTools, { DROPBOX_BASE_URL: 'canary' })
    expect(wrong).toThrow(SettingsError)
    expect(wrong).toThrow('The environment is malformed: DROPBOX_BASE_URL must be an http or https URL')
  })

  it('begins no series of metrics for a vendor without a built driver', () => {
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

  it('refuses to open a platform', () => {
    const driver = unbuiltPublisher()
    expect(driver.isBuilt).toBe(false)
    expect(driver.install(publisherTools, {}).open).toBeNull()
  })
})

describe('the key-value stores', () => {
  const namespace = { get: async () => null, put: async () => undefined, delete: async () => undefined }
  const overRedis = { get: async () => null, put: async () => true, delete: never, claim: async () => true }
  const opened: Required<OpenedStore> = {
    kv: overRedis,
    counter: { take: async () => null },
    invalidations: noInvalidations,
    ready: async () => undefined,
    memory: async () => null,
    close: () => undefined,
  }
  const REDIS_URL = 'redis://:secret@127.0.0.1:1'

  /** Creates tools of a host that can open each store, with a spy on `openRedis`. */
  function everyTool() {
    const openRedis = vi.fn<NonNullable<KeyValueTools['openRedis']>>(() => opened)
    return { now: Date.now, namespace, openRedis }
  }

  it('prefers Redis to a binding, and a binding to memory', () => {
    const tools = everyTool()
    expect(openKeyValueStore(tools, { REDIS_URL })).toBe(opened)
    expect(openKeyValueStore(tools, { REDIS_URL: ' ' }).kv.isOwn).toBeUndefined()
    expect(openKeyValueStore({ now: Date.now }, {}).kv.isOwn).toBe(true)
    expect(tools.openRedis).toHaveBeenCalledOnce()
  })

  it('falls back to memory when a host cannot open Redis', () => {
    expect(openKeyValueStore({ now: Date.now }, { REDIS_URL }).kv.isOwn).toBe(true)
  })

  it.each([
    [{}, { verifyTls: true, commandMs: 250 }],
    [
      { REDIS_TLS_VERIFY: 'false', REDIS_TIMEOUT_MS: '40' },
      { verifyTls: false, commandMs: 40 },
    ],
  ])('opens Redis with the values of %j', (variables, expected) => {
    const tools = everyTool()
    openKeyValueStore(tools, { REDIS_URL, ...variables })
    expect(tools.openRedis.mock.lastCall?.[0]).toMatchObject(expected)
    expect(tools.openRedis.mock.lastCall?.[0].url.reveal()).toBe(REDIS_URL)
    openKeyValueStore({ ...tools, callMs: 5000 }, { REDIS_URL, ...variables })
    expect(tools.openRedis.mock.lastCall?.[0].commandMs).toBe(5000)
  })

  it('provides the services that each entry announces', () => {
    for (const driver of Object.values<KeyValueDriver>(keyValueStores)) {
      const store = driver.open(everyTool(), { REDIS_URL })
      expect(Object.keys(store ?? {})).toEqual(expect.arrayContaining(['kv', ...driver.brings]))
      expect(store?.kv.isOwn ?? false).toBe(!driver.isShared)
      if (driver.advice) expect(driver.needs).not.toEqual([])
    }
  })

  it.each([
    ['REDIS_URL', 'http://127.0.0.1', 'must be a redis or rediss URL'],
    ['REDIS_TLS_VERIFY', 'perhaps', 'must be true or false'],
    ['REDIS_TIMEOUT_MS', '10', 'must be at least 20'],
    ['KV_TIMEOUT_MS', 'soon', 'must be milliseconds'],
  ])('stops the start of the process for %s=%s', (name, value, problem) => {
    const required = { CONFIG_FILE: 'site.json', WEB_SESSION_SECRET: 'x'.repeat(32) }
    expect(() => parseSettings({ ...required, [name]: value }, providerVariables)).toThrow(
      `The environment is incomplete or malformed: ${name} ${problem}`,
    )
  })
})
