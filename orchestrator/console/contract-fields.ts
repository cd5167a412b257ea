/** Settings of a gallery as the contract documents them, for a form. */

import { featuresField } from '../../src/contract/blocks/features.ts'
import { type Field, memberOf } from '../../src/contract/lenient.ts'
import { optionalBlocks } from '../../src/contract/runtime-config.ts'

export interface FormField {
  /** Members joined by dots. */
  path: string
  description: string
  accepts: string
  /** Example as text. Empty: none. */
  example: string
  /** Default in words. Empty: none is documented. */
  byDefault: string
}

export interface FormBlock {
  name: string
  fields: readonly FormField[]
}

/** Blocks with settings of their own form. Entries of `publishers` come with connections. */
const blocks: Readonly<Record<string, Field<unknown>>> = {
  appearance: optionalBlocks.appearance,
  content: optionalBlocks.content,
  features: featuresField,
  ai: optionalBlocks.ai,
  auth: optionalBlocks.auth,
  captionfile: optionalBlocks.captionfile,
  confirmation: optionalBlocks.confirmation,
  email_server: optionalBlocks.email_server,
}

/** Settings of the form, in blocks. */
export const formBlocks: readonly FormBlock[] = Object.entries(blocks).map(([name, block]) => ({
  name,
  fields: fieldsOf(block, name),
}))

/** Paths of the settings of the form. */
export const formPaths: ReadonlySet<string> = new Set(
  formBlocks.flatMap(({ fields }) => fields.map(({ path }) => path)),
)

function fieldsOf(field: Field<unknown>, path: string): FormField[] {
  if (field.members)
    return Object.entries(field.members).flatMap(([name, member]) => fieldsOf(member, `${path}.${name}`))
  const { documentation, accepts = '' } = field
  const whenAbsent = documentation?.whenAbsent ?? defaultOf(field)
  return [
    {
      path,
      description: documentation?.description ?? '',
      accepts,
      example: documentation?.example === undefined ? '' : textOf(documentation.example),
      byDefault: whenAbsent,
    },
  ]
}

/** Returns the default that the contract reads for an absent value. */
function defaultOf(field: Field<unknown>): string {
  const value = field.read(undefined, '', [])
  return value === undefined || value === '' ? '' : textOf(value)
}

/** Returns the text of a value in the form: text as it is, unless it would be read as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value) ?? ''
  try {
    JSON.parse(value)
    return JSON.stringify(value)
  } catch {
    return value
  }
}

/** Returns the value at a path of a configuration. */
export function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((block, name) => memberOf(block, name), config)
}
