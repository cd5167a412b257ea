import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { withMember } from '../../../orchestrator/registry/member-change.ts'
import { allowedSettings } from '../../../orchestrator/studio/allowed-settings.ts'
import { locksOf, patched } from '../../../orchestrator/studio/settings.ts'
import { type Field, isRecord } from '../../../src/contract/lenient.ts'
import { answerFields } from '../../../src/contract/runtime-answer.ts'
import { databaseKinds } from '../../support/fixtures/databases.ts'
import { referencesOn } from '../../support/fixtures/reference-planes.ts'
import { studioOver } from '../../support/fixtures/studio-calls.ts'

/** Lists the paths of all fields of a configuration, blocks included. */
function pathsOf({ members = {} }: Field<unknown>, above: readonly string[] = []): string[][] {
  return Object.entries(members).flatMap(([name, member]) => {
    const path = [...above, name]
    return [path, ...pathsOf(member, path)]
  })
}

const config = answerFields.members?.config
const known = config ? pathsOf(config) : []
const allowed = [...allowedSettings.keys()]
const operators = known.filter((path) => !allowed.some((each) => isOnTheWay(path.join('.'), each)))

function isOnTheWay(path: string, setting: string): boolean {
  return path === setting || setting.startsWith(`${path}.`)
}

/** Configuration with a value in each block of the operator. */
const written = {
  auth: { enabled: true, allowed_emails: ['ann@example.org'] },
  storage: { provider: 'dropbox', credentials_ref: 'alice-storage', paths: { root: '/Photos' } },
  publishers: [{ id: 'telegram', type: 'telegram', enabled: true, credentials_ref: 'bot' }],
  ai: { credentials_ref: 'ai', rate_per_minute: 20 },
  features: { publish_enabled: false, delete_enabled: false },
  content: { debug: true, archive: true },
  of_another_program: { secret: 'of the operator' },
}

/** Returns the configuration without the settings that photographers may change. */
function operatorsPart(value: unknown): unknown {
  const base: Record<string, unknown> = isRecord(value) ? value : {}
  return withoutEmpty(
    allowed.reduce<Record<string, unknown>>((rest, path) => {
      const block = path
        .split('.')
        .slice(0, -1)
        .reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), rest)
      return isRecord(block) ? withMember(rest, path.split('.'), null) : rest
    }, base),
  )
}

function withoutEmpty(value: unknown): unknown {
  if (!isRecord(value)) return value
  const members = Object.entries(value).map(([name, member]) => [name, withoutEmpty(member)] as const)
  return Object.fromEntries(
    members.filter(([, member]) => !(isRecord(member) && Object.keys(member).length === 0)),
  )
}

const unlocked = locksOf({ locked: '', schemaVersion: 2, hasOwnStorage: true })
const before = operatorsPart(written)

const name = fc.oneof(fc.constantFrom(...new Set(known.flat())), fc.string({ maxLength: 12 }))
const path = fc.oneof(fc.constantFrom(...known), fc.array(name, { minLength: 1, maxLength: 4 }))

describe('the table of allowed settings', () => {
  it('keeps the part of the operator, for any path and value of a patch', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(path, fc.jsonValue()), { minLength: 1, maxLength: 4 }), (members) => {
        const patch = Object.assign({}, ...members.map(([at, value]) => nestedPatch(at, value)))
        const result = patched(patch, { written, locked: unlocked })
        if ('config' in result) expect(operatorsPart(result.config)).toEqual(before)
      }),
      { numRuns: 2000 },
    )
  })

  it.each(operators.map((each) => [each.join('.'), each] as const))(
    'refuses a patch that names %s',
    (_path, at) => {
      for (const value of [null, true, 'x', 5, [], { a: 1 }])
        expect(patched(nestedPatch(at, value), { written, locked: unlocked })).toHaveProperty('errors')
    },
  )

  it.each(allowed)('refuses a patch of %s when it is locked', (path) => {
    const locked = locksOf({ locked: path, schemaVersion: 2, hasOwnStorage: true })
    for (const value of [null, '', 'x', true])
      expect(patched(nestedPatch(path.split('.'), value), { written, locked })).toHaveProperty('errors')
    const [block = ''] = path.split('.')
    expect(patched({ [block]: null }, { written, locked })).toHaveProperty('errors')
  })
})

function nestedPatch(at: readonly string[], value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = at
  return { [first]: rest.length === 0 ? value : nestedPatch(rest, value) }
}

describe.each(databaseKinds)('a photographer of alice on %s', (kind) => {
  const { filledDatabase, close } = referencesOn(kind)
  afterAll(close)

  it('leaves all rows of the other tenants as they are', async () => {
    const database = await (await filledDatabase()).opened()
    const { call, patch } = studioOver(database)
    const others = async () =>
      Promise.all(
        (['domain', 'config_version', 'credential', 'api_key', 'webhook', 'connection'] as const).map(
          (table) => database.read.selectFrom(table).selectAll().where('tenant', '!=', 'alice').execute(),
        ),
      )
    const untouched = await others()
    for (const at of known) await patch(nestedPatch(at, 'bob'))
    for (const provider of ['dropbox', 'telegram', 'smtp', '..', '%2e%2e', 'constructor'])
      for (const method of ['POST', 'DELETE'])
        await call(`/connections/${provider}`, {
          method,
          ...(method === 'POST' && { body: { tenant: 'bob' } }),
        })
    await call('/keys', { method: 'POST', body: { name: 'x', scopes: ['read'], tenant: 'bob' } })
    await call('/webhooks', { method: 'POST', body: { url: 'https://hooks.example/a', tenant: '*' } })
    expect(await others()).toEqual(untouched)
    const owners = await database.read.selectFrom('webhook').select('tenant').execute()
    expect(owners).toEqual([{ tenant: 'alice' }])
  })
})
