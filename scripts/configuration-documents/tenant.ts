/** The runtime answer as docs/tenant-configuration.md shows it, read from its schemas. */
import { stringify } from 'yaml'
import { z } from 'zod'
import { Secret } from '../../src/base/secret.ts'
import { credentialsSchema } from '../../src/contract/credentials.ts'
import { type Field, isRecord } from '../../src/contract/lenient.ts'
import { type Platform, platforms } from '../../src/contract/platform.ts'
import { publisherFields } from '../../src/contract/publisher-entries.ts'
import { answerFields, parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'
import { model } from '../../src/providers/model.ts'
import { parseSettings as parseMailSettings } from '../../src/providers/publishers/email/settings.ts'
import { publishers } from '../../src/providers/publishers.ts'
import { storages } from '../../src/providers/storages.ts'
import { defaultCaptionModel } from '../../src/workflow/analysis/captions.ts'
import { defaultVisionModel } from '../../src/workflow/analysis/vision.ts'
import { code, listed, table } from './markdown.ts'

/** Key of the answer, such as `config.storage.paths.root`. */
export interface DescribedKey {
  path: readonly string[]
  field: Field<unknown>
}

const head = ['key', 'value', 'default', 'example', 'meaning']

/** Returns the keys of a block that hold values, at any depth. */
export function keysOf({ members = {} }: Field<unknown>, path: readonly string[] = []): DescribedKey[] {
  return Object.entries(members).flatMap(([key, field]) =>
    field.members ? keysOf(field, [...path, key]) : [{ path: [...path, key], field }],
  )
}

/** Returns the settings of a platform that the contract reads. */
const settingsOf = (platform: Platform) => publisherFields(platform).members?.config

const { recipient: _recipient, ...mailDefaults } =
  parseMailSettings({ recipient: 'upload@example.com' }) ?? {}

/** Defaults that a publisher adds to its settings. A setting without a default is required. */
const publisherDefaults: Partial<Record<Platform, Readonly<Record<string, unknown>>>> = {
  email: mailDefaults,
}

/** Defaults that the analysis adds. */
const analysisDefaults: Readonly<Record<string, string>> = {
  vision_model: defaultVisionModel,
  caption_model: defaultCaptionModel,
}

function exampleOf(field: Field<unknown>): unknown {
  const { members, documentation } = field
  if (!members) return documentation?.example
  const entries = Object.entries(members).map(([key, member]) => [key, exampleOf(member)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Returns an example entry for each platform that has settings. */
function publisherExamples() {
  return platforms.flatMap((platform) => {
    const config = settingsOf(platform)
    if (!config?.members) return []
    const { type: _type, id: _id, credentials_ref: _reference, ...entry } = entryExample(platform)
    const needsReference = publishers[platform].reference === undefined
    const credentials_ref = `alice-${platform}`
    return [{ id: platform, type: platform, ...entry, ...(needsReference && { credentials_ref }) }]
  })
}

function entryExample(platform: Platform): Record<string, unknown> {
  const example = exampleOf(publisherFields(platform))
  return isRecord(example) ? example : {}
}

/** Returns every key with its example, in the form of the runtime answer. */
export function completeAnswer() {
  const { config, ...envelope } = answerFields.members ?? {}
  const blocks = Object.entries(config?.members ?? {}).map(([key, field]) => [
    key,
    key === 'publishers' ? publisherExamples() : exampleOf(field),
  ])
  const head = Object.entries(envelope).map(([key, field]) => [key, field.documentation?.example])
  return { ...Object.fromEntries(head), config: Object.fromEntries(blocks) }
}

/** Returns credentials for each reference of {@link completeAnswer}. */
function completeCredentials() {
  const answer = parseRuntimeAnswer(completeAnswer())
  if (answer === 'other_app_type') throw new TypeError('The example of app_type names another application.')
  const { storage, ai, email_server, publishers } = answer.config
  const references = [
    { ref: storage.credentials_ref, provider: storage.provider },
    { ref: ai.credentials_ref, provider: 'openai' },
    { ref: email_server?.password_ref, provider: 'smtp' },
    ...publishers.map(({ credentials_ref: ref, type: provider }) => ({ ref, provider })),
  ]
  return Object.fromEntries(
    references.flatMap(({ ref, provider }) =>
      ref === undefined ? [] : [[ref, credentialsExample(provider)]],
    ),
  )
}

/** Returns the whole example as a file for `CONFIG_FILE`. */
export function completeFile(): string {
  return stringify({ ...completeAnswer(), credentials: completeCredentials() }, { lineWidth: 0 })
}

/** Checks if the publisher refuses the complete answer without this key. */
function isRequired(path: readonly string[]): boolean {
  try {
    parseRuntimeAnswer(without(completeAnswer(), path))
    return false
  } catch (error) {
    if (error instanceof z.ZodError) return true
    throw error
  }
}

function without(value: unknown, [key = '', ...rest]: readonly string[]): unknown {
  if (!isRecord(value)) return value
  if (rest.length > 0) return { ...value, [key]: without(value[key], rest) }
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
}

function defaultText(value: unknown): string {
  const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return isEmpty ? '' : code(value)
}

function row({ path, field }: DescribedKey, absent: string): string[] {
  const { accepts = '', documentation } = field
  return [
    code(path.join('.')),
    accepts,
    absent,
    code(documentation?.example),
    documentation?.description ?? '',
  ]
}

/** Returns the table of a block of the answer at `place`. */
function blockTable(block: Field<unknown>, place: readonly string[]): string {
  const rows = keysOf(block).map((key) => {
    const { documentation, read } = key.field
    const [last = ''] = key.path.slice(-1)
    const added = place.includes('ai') ? analysisDefaults[last] : undefined
    const absent = documentation?.whenAbsent ?? defaultText(added ?? read(undefined, '', []))
    return row(key, isRequired([...place, ...key.path]) ? 'required' : absent)
  })
  return table(head, rows)
}

function blockSection(key: string, block: Field<unknown>): string {
  const { documentation, foreignKeys = [] } = block
  const rest =
    foreignKeys.length > 0
      ? `\n\nThe publisher ignores ${listed(foreignKeys.map(code), 'and')}, which other programs read.`
      : ''
  const body = block.members ? `\n\n${blockTable(block, ['config', key])}` : ''
  return `### \`${key}\`\n\n${documentation?.description}${body}${rest}`
}

/** Returns the tables of docs/tenant-configuration.md by the names of their sections. */
export function tenantSections(): Readonly<Record<string, string>> {
  const { config, ...envelope } = answerFields.members ?? {}
  const blocks = Object.entries(config?.members ?? {})
  return {
    answer: blockTable({ members: envelope, read: () => undefined }, []),
    config: blocks.map(([key, block]) => blockSection(key, block)).join('\n\n'),
    publishers: publisherTables(),
    credentials: credentialsTables(),
    example: `\`\`\`yaml\n${completeFile()}\`\`\``,
  }
}

function publisherTables(): string {
  const entry = keysOf(publisherFields(undefined)).filter(({ path }) => path[0] !== 'config')
  const rows = entry.map((key) =>
    row(key, key.path[0] === 'type' ? 'required' : defaultText(key.field.read(undefined, '', []))),
  )
  const tables = platforms.flatMap((platform) => {
    const config = settingsOf(platform)
    if (!config?.members) return []
    const defaults = publisherDefaults[platform] ?? {}
    const settings = keysOf(config).map((key) =>
      row(
        key,
        key.field.documentation?.whenAbsent ?? (defaultText(defaults[key.path[0] ?? '']) || 'required'),
      ),
    )
    return [`### \`config\` of \`${platform}\`\n\n${table(head, settings)}`]
  })
  const others = platforms.filter((platform) => !settingsOf(platform)?.members)
  const unbuilt = platforms.filter((platform) => !publishers[platform].isBuilt)
  const remarks = [
    others.length > 0 && `Platforms without settings of their own: ${listed(others.map(code), 'and')}.`,
    unbuilt.length > 0 && `This version cannot publish to ${listed(unbuilt.map(code), 'or')} yet.`,
  ].filter((remark) => remark !== false)
  return [table(head, rows), ...tables, ...remarks].join('\n\n')
}

const options = credentialsSchema.out.options

/** Providers of credentials, each with its keys. */
export const credentialsKinds = options.map(({ shape: { provider, ...shape } }) => ({
  provider: provider.value,
  shape: Object.entries<z.ZodType>(shape).map(([key, schema]) => ({
    key,
    schema,
    ...metadataOf(key, schema),
  })),
}))

function metadataOf(key: string, schema: z.ZodType) {
  const metadata = z
    .object({ description: z.string(), examples: z.tuple([z.string()]) })
    .safeParse(schema.meta())
  if (!metadata.success) throw new TypeError(`${key} needs a description and one example: ${metadata.error}`)
  return { description: metadata.data.description, example: metadata.data.examples[0] }
}

function credentialsExample(wanted: string): Record<string, string> {
  const kind = credentialsKinds.find(({ provider }) => provider === wanted)
  const members = kind?.shape.map(({ key, example }) => [key, example] as const) ?? []
  return { provider: wanted, ...Object.fromEntries(members) }
}

/** Kinds of credentials that a provider of this version uses. */
const usedKinds: ReadonlySet<string> = new Set(
  [...Object.values(storages), ...Object.values(publishers), model]
    .filter(({ isBuilt }) => isBuilt)
    .flatMap(({ credentials }) => [...credentials]),
)

function credentialsTables(): string {
  return credentialsKinds
    .map(({ provider, shape }) => {
      const rows = shape.map(({ schema, key, example, description }) => {
        const absent = schema.safeParse(undefined)
        const isSecret = schema.safeParse(example).data instanceof Secret
        return [
          code(key),
          absent.success ? defaultText(absent.data) : 'required',
          code(example),
          `${description}${isSecret ? ' **Secret.**' : ''}`,
        ]
      })
      const note = usedKinds.has(provider) ? '' : 'No provider of this version uses these credentials.\n\n'
      return `### \`${provider}\`\n\n${note}${table(['key', 'default', 'example', 'meaning'], rows)}`
    })
    .join('\n\n')
}
