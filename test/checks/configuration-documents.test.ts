import { readdir, readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { fill } from '../../scripts/configuration-documents/markdown.ts'
import { completeFile, credentialsKinds, keysOf } from '../../scripts/configuration-documents/tenant.ts'
import { describedVariables } from '../../scripts/configuration-documents/variables.ts'
import { configurationDocuments } from '../../scripts/configuration-documents.ts'
import { project } from '../../scripts/deployment.ts'
import { credentialsSchema } from '../../src/contract/credentials.ts'
import { parseHost } from '../../src/contract/host.ts'
import type { Fault } from '../../src/contract/lenient.ts'
import { platforms } from '../../src/contract/platform.ts'
import { publisherFields } from '../../src/contract/publisher-entries.ts'
import { answerFields, parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'
import { unknownKeys } from '../../src/contract/unknown-keys.ts'
import { providerVariables } from '../../src/providers/registry.ts'
import { parseSettings } from '../../src/runtime/settings/settings.ts'
import { environmentSchema } from '../../src/runtime/settings/variables.ts'
import { createFileConfigSource } from '../../src/runtime/tenancy/file-config-source.ts'
import { captionCalls } from '../../src/workflow/analysis/captions.ts'

const textOf = (path: string) => readFile(`${project}${path}`, 'utf8')
const pages = ['docs/configuration.md', 'docs/tenant-configuration.md']
const wordsOf = (text: string) => text.split(/\s+/).length

it.each([...pages, '.env.example'])(
  'finds %s identical to the output of `npm run docs:configuration`',
  async (path) => {
    const documents = await configurationDocuments()
    expect(await textOf(path)).toBe(documents[path])
  },
)

it.each(pages)('keeps every table cell of %s within 160 characters', async (path) => {
  const rows = (await textOf(path)).split('\n').filter((line) => line.startsWith('|'))
  const cells = rows.flatMap((row) => row.split('|').map((cell) => cell.trim()))
  expect(rows.length).toBeGreaterThan(20)
  expect(cells.filter((cell) => cell.length > 160)).toEqual([])
})

describe('fill', () => {
  const page = 'above\n<!-- generated: a -->\nold\n<!-- end -->\nbelow\n'

  it('replaces a section and keeps the text around it', () => {
    const filled = 'above\n<!-- generated: a -->\n\nnew\n\n<!-- end -->\nbelow\n'
    expect(fill(page, { a: 'new' })).toBe(filled)
    expect(fill(filled, { a: 'new' })).toBe(filled)
  })

  it('refuses a page that lacks a section or names an unknown section', () => {
    expect(() => fill(page, { a: 'new', b: 'new' })).toThrow('lacks b')
    expect(() => fill(page, {})).toThrow('"a" is unknown')
  })
})

describe('docs/configuration.md and .env.example', () => {
  const names = [...Object.keys(environmentSchema.shape), ...Object.keys(providerVariables.shape)]

  it('documents every variable that a schema has', async () => {
    expect(describedVariables.map(({ name }) => name).sort()).toEqual(names.sort())
    const [page, example] = [await textOf('docs/configuration.md'), await textOf('.env.example')]
    expect(names.filter((name) => !page.includes(`\n| \`${name}\` |`))).toEqual([])
    expect(names.filter((name) => !new RegExp(`^(# )?${name}=`, 'm').test(example))).toEqual([])
  })

  it('documents every variable that src reads without a schema', async () => {
    const page = await textOf('docs/configuration.md')
    const files = (await readdir(`${project}src`, { recursive: true })).filter((name) => /\.tsx?$/.test(name))
    const sources = await Promise.all(files.map((name) => textOf(`src/${name}`)))
    const read = sources.flatMap((text) => [...text.matchAll(/\b(?:variables|env)\.([A-Z][A-Z0-9_]{2,})\b/g)])
    expect(read.length).toBeGreaterThan(10)
    expect(read.flatMap(([, name = '']) => (page.includes(`| \`${name}\` |`) ? [] : [name]))).toEqual([])
  })

  it('documents every binding of wrangler.toml', async () => {
    const [page, wrangler] = [await textOf('docs/configuration.md'), await textOf('wrangler.toml')]
    const bindings = [...wrangler.matchAll(/^binding = "(\w+)"$/gm)].map(([, name = '']) => name)
    expect(bindings).toContain('KV')
    expect(bindings.filter((name) => !page.includes(`\n| \`${name}\` |`))).toEqual([])
  })

  it.each(describedVariables)('has a valid example and a short description for $name', (variable) => {
    expect(z.safeParse(variable.schema, variable.example)).toMatchObject({ success: true })
    expect(wordsOf(variable.description)).toBeLessThanOrEqual(25)
  })

  it('refuses a start with the unchanged .env.example and names the empty secrets', async () => {
    const unchanged = parseEnv(await textOf('.env.example'))
    expect(() => parseSettings(unchanged, providerVariables)).toThrow(
      /WEB_SESSION_SECRET.*ORCHESTRATOR_SERVICE_TOKEN/s,
    )
  })

  it('parses .env.example as settings when the secrets are filled in', async () => {
    const secrets = { WEB_SESSION_SECRET: 's'.repeat(32), ORCHESTRATOR_SERVICE_TOKEN: 'token' }
    const settings = parseSettings(
      { ...parseEnv(await textOf('.env.example')), ...secrets },
      providerVariables,
    )
    expect(settings.configSource.kind).toBe('orchestrator')
    expect(settings.callbackHost).toBe('app.shibari.photo')
  })

  it('marks every variable that holds a secret', () => {
    const secrets = describedVariables.filter(({ isSecret }) => isSecret).map(({ name }) => name)
    expect(secrets).toEqual([
      'WEB_SESSION_SECRET',
      'ORCHESTRATOR_SERVICE_TOKEN',
      'AUTH0_CLIENT_SECRET',
      'DROPBOX_APP_SECRET',
      'GOOGLE_CLIENT_SECRET',
      'REDIS_URL',
      'METRICS_TOKEN',
    ])
  })
})

const keys = [
  ...keysOf(answerFields),
  ...platforms.flatMap((platform) => keysOf(publisherFields(platform), ['publishers', platform])),
]
  // The list of publishers is described by the keys of its entries, and an entry without settings by the others.
  .filter(({ path }) => path.join('.') !== 'config.publishers')
  .filter(({ path: [top, , key], field }) => !(top === 'publishers' && key === 'config' && !field.accepts))
  .map((key) => ({ ...key, name: key.path.join('.') }))

describe('docs/tenant-configuration.md', () => {
  it.each(keys)('has a valid example and a short description for $name', ({ field, name }) => {
    const { description = '', example } = field.documentation ?? {}
    const faults: Fault[] = []
    expect(field.accepts).toBeTruthy()
    expect(description).toMatch(/^[A-Z`].*\.$/)
    expect(wordsOf(description)).toBeLessThanOrEqual(25)
    expect(example).toBeDefined()
    expect(field.read(example, name, faults)).toEqual(example)
    expect(faults).toEqual([])
  })

  it('documents every key of the schemas', async () => {
    const page = await textOf('docs/tenant-configuration.md')
    const rows = keys.map(({ path }) => path.slice(path[0] === 'config' || path[0] === 'publishers' ? 2 : 0))
    const shown = rows.map((path) => (path[0] === 'config' ? path.slice(1) : path).join('.'))
    expect(shown.filter((key) => !page.includes(`\n| \`${key}\` |`))).toEqual([])
  })

  it('documents the defaults that the analysis adds', () => {
    expect(captionCalls({})).toBe(1)
    expect(captionCalls({ sd_caption_single_call_enabled: false })).toBe(2)
  })
})

it.each(credentialsKinds)('reads the example of credentials for $provider', ({ provider, shape }) => {
  const members = Object.fromEntries(shape.map(({ key, example }) => [key, example]))
  expect(credentialsSchema.safeParse({ provider, ...members }).error).toBeUndefined()
  expect(shape.filter(({ description }) => wordsOf(description) > 25)).toEqual([])
})

describe('the complete example of docs/tenant-configuration.md', () => {
  it('parses the complete example without faults or unknown keys', async () => {
    expect(await textOf('docs/tenant-configuration.md')).toContain(`\`\`\`yaml\n${completeFile()}\`\`\``)
    const { credentials: _, ...body } = z.looseObject({}).parse(parse(completeFile()))
    expect(parseRuntimeAnswer(body)).toMatchObject({ tenant: 'alice', faults: [] })
    expect(unknownKeys(body)).toEqual([])
  })

  it('serves a dedicated app from the complete example', async () => {
    const baseDomain = 'shibari.photo'
    const source = createFileConfigSource({ read: async () => completeFile(), baseDomain })
    const alice = parseHost('alice.shibari.photo', baseDomain)
    if (!alice) throw new TypeError('The host is not that of a tenant.')
    expect(await source.lookup(alice.host, undefined, 'test')).toMatchObject({ status: 'found' })
    for (const reference of ['alice-storage', 'alice-ai', 'alice-mail', 'alice-telegram'])
      expect(await source.resolveCredentials(alice.tenant, reference, 'test')).toHaveProperty('provider')
  })
})
