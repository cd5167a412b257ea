/** Environment variables as docs/configuration.md and .env.example show them, read from their schemas. */
import { z } from 'zod'
import { Secret } from '../../src/base/secret.ts'
import type { Driver, VendorDriver } from '../../src/ports/driver.ts'
import type { KeyValueDriver } from '../../src/ports/kv-driver.ts'
import { keyValueStores } from '../../src/providers/kv-stores.ts'
import { model } from '../../src/providers/model.ts'
import { publishers } from '../../src/providers/publishers.ts'
import { storages } from '../../src/providers/storages.ts'
import { variableGroups } from '../../src/runtime/settings/variables.ts'
import { code, listed, table } from './markdown.ts'

/** Metadata that the schema of each variable must carry. */
const metadataSchema = z.strictObject({
  description: z.string(),
  examples: z.tuple([z.string()]),
  /** The only host that reads the variable. */
  host: z.enum(['node', 'workers']).optional(),
  /** Effective default in Markdown, if the schema alone does not state it. */
  whenAbsent: z.string().optional(),
})

const limitsSchema = z.object({
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  enum: z.array(z.string()).optional(),
})

export interface DescribedVariable {
  name: string
  schema: z.core.$ZodType
  group: string
  description: string
  example: string
  /** Sentences about the variable, from its schema or its provider. */
  notes: readonly string[]
  isRequired: boolean
  isSecret: boolean
  /** Markdown; empty without a default. */
  default: string
}

type Notes = (name: string) => readonly string[]

/** Every variable that a process parses, by group, in the order of the page. */
export const describedVariables: readonly DescribedVariable[] = [
  ...groupOf('process'),
  ...groupOf('control plane'),
  ...groupOf('sign-in'),
  ...ofDrivers('vendors', [
    ...new Set<VendorDriver>([...Object.values(storages), model, ...Object.values(publishers)]),
  ]),
  ...ofDrivers('shared store', Object.values<KeyValueDriver>(keyValueStores)),
  ...groupOf('limits and logs'),
  ...groupOf('development'),
]

/** Groups in the order of the page. */
export const groups: readonly string[] = [...new Set(describedVariables.map(({ group }) => group))]

function groupOf(group: keyof typeof variableGroups): DescribedVariable[] {
  return ofShape(group, variableGroups[group], () => [])
}

function ofDrivers(
  group: string,
  drivers: readonly (Pick<Driver, 'variables' | 'together'> & { isBuilt?: boolean })[],
): DescribedVariable[] {
  return drivers.flatMap(({ variables, together = [], isBuilt }) =>
    ofShape(group, variables, (name) => [
      ...(isBuilt === false ? ['Not used yet.'] : []),
      ...(together.includes(name)
        ? [
            `Set together with ${together
              .filter((other) => other !== name)
              .map(code)
              .join(', ')}.`,
          ]
        : []),
    ]),
  )
}

function ofShape(group: string, shape: z.ZodRawShape, notesOf: Notes): DescribedVariable[] {
  return Object.entries(shape).map(([name, schema]) => {
    const metadata = metadataSchema.safeParse(z.globalRegistry.get(schema))
    if (!metadata.success)
      throw new TypeError(`${name} needs a description and one example: ${metadata.error}`)
    const { description, examples, host, whenAbsent } = metadata.data
    const absent = z.safeParse(schema, undefined)
    return {
      name,
      schema,
      group,
      description,
      example: examples[0],
      notes: [
        ...valuesOf(schema),
        ...(host ? [host === 'node' ? 'Node only.' : 'Workers only.'] : []),
        ...notesOf(name),
      ],
      isRequired: !absent.success,
      isSecret: holdsSecret(z.safeParse(schema, examples[0]).data),
      default: whenAbsent ?? (absent.success ? defaultText(absent.data) : 'required'),
    }
  })
}

function defaultText(value: unknown): string {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? '' : code(value)
}

function holdsSecret(value: unknown): boolean {
  return value instanceof Secret || (Array.isArray(value) && value.some(holdsSecret))
}

/** Returns the allowed values or the limits of a schema, as sentences. */
function valuesOf(schema: z.core.$ZodType): string[] {
  const limits = limitsSchema.parse(z.toJSONSchema(schema, { unrepresentable: 'any' }))
  const { minimum, maximum, enum: words } = limits
  if (words) return [`Values: ${listed(words.map(code), 'or')}.`]
  if (minimum === undefined || maximum === undefined) return []
  return [`From ${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}.`]
}

/** Returns the table of one group. */
export function variableTable(group: string): string {
  const rows = describedVariables
    .filter((variable) => variable.group === group)
    .map(({ name, default: absent, example, description, notes, isSecret }) => [
      code(name),
      absent,
      code(example),
      [description, ...notes, ...(isSecret ? ['**Secret.**'] : [])].join(' '),
    ])
  return table(['variable', 'default', 'example', 'meaning'], rows)
}

/** Variables that a start with a control plane requires. */
const startsWith = ['WEB_SESSION_SECRET', 'ORCHESTRATOR_BASE_URL', 'ORCHESTRATOR_SERVICE_TOKEN']

/** Returns a line of `.env.example`. Required secrets are empty: a start with a published secret would let anyone forge sessions. */
function assignmentOf({ name, example, isSecret }: DescribedVariable): string {
  if (!startsWith.includes(name)) return `# ${name}=${example}`
  return isSecret ? `${name}=` : `${name}=${example}`
}

/** Returns `.env.example`: the variables that a start needs, and all others as comments with their examples. */
export function environmentExample(): string {
  const sections = groups.map((group) => {
    const lines = describedVariables
      .filter((variable) => variable.group === group)
      .flatMap((variable) => [
        `# ${[variable.description, ...variable.notes].join(' ').replaceAll('`', '')}`,
        assignmentOf(variable),
      ])
    return [`## ${group[0]?.toUpperCase()}${group.slice(1)}`, ...lines].join('\n')
  })
  return `# Copy to .env, fill in, and start with \`npx node --env-file=.env src/node.ts\`.
# \`npm run docs:configuration\` writes this file. docs/configuration.md says more about each variable.
# Commented lines are optional and show an example.

${sections.join('\n\n')}
`
}
