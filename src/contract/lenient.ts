/**
 * Readers for the fields of a configuration that another program wrote. Readers never throw. An unusable value becomes the field's
 * default and is reported as a fault. `null`, `""` and blank text count as absent.
 */
import { z } from 'zod'

/** An unusable field. Names the place, never the value. */
export interface Fault {
  /** Members joined by dots, from the top of the answer: `config.ai.vision_detail`. */
  path: string
  /** Words that complete 'the field ...', such as 'is out of range'. */
  reason: string
  /** Words that complete 'so ...', such as 'its default counts'. */
  consequence: string
}

/** Safe value of a safety switch, which replaces an unusable value in place of the field's default. */
interface Brake<T> {
  value: T
  consequence: string
}

export interface Field<T> {
  /** Returns the value, or the default and a new fault at `path` if the value is unusable. */
  read(value: unknown, path: string, faults: Fault[]): T
  /** Known members of a block, for finding unknown keys. */
  members?: Readonly<Record<string, Field<unknown>>>
  /** Keys of a block that only other programs of the contract read. */
  foreignKeys?: readonly string[]
  /** Accepted values in a few words, such as 'true or false'. Absent for a block. */
  accepts?: string
  documentation?: Documentation<unknown>
}

/** Source of docs/tenant-configuration.md. */
export interface Documentation<T> {
  /** At most 25 words for a person who writes a configuration. */
  description: string
  /** Absent for a block: its members have examples. */
  example?: T
  /** Effective default in Markdown if {@link Field.read} does not return it. */
  whenAbsent?: string
}

/** Adds documentation to a field. */
export function documented<F extends Field<unknown>>(
  field: F,
  documentation: Documentation<NonNullable<ValueOf<F>>>,
): F {
  return { ...field, documentation }
}

/** The type of a field's value. */
export type ValueOf<F> = F extends Field<infer T> ? T : never

type Values<M> = { [K in keyof M]: ValueOf<M[K]> }

/** Upper bound on the faults of one answer, so that a hostile or broken answer cannot flood the log. */
const maxFaults = 100

/** Adds a fault unless its path already has a fault. */
export function note(faults: Fault[], path: string, reason: string, consequence: string): void {
  if (faults.length < maxFaults && !faults.some((fault) => fault.path === path))
    faults.push({ path, reason, consequence })
}

function defaultCounts(whenAbsent: unknown): string {
  return whenAbsent === undefined ? 'it counts as absent' : 'its default counts'
}

/** Checks if a value counts as absent. */
export function isBlank(value: unknown): value is undefined | null | string {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

/** Checks if a value is a JSON object, not a list or `null`. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the own member of a JSON object, or `undefined`. */
export function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/**
 * Builds a field from a zod schema. A value that the schema refuses becomes `whenAbsent`, or the brake's value. `accepts` completes
 * 'the field is not ...'.
 */
export function field<S extends z.ZodType, D>(
  schema: S,
  whenAbsent: D,
  accepts: string,
  brake?: Brake<z.output<S>>,
): Field<z.output<S> | D> {
  return {
    accepts,
    read(value, path, faults) {
      if (isBlank(value)) return whenAbsent
      const parsed = schema.safeParse(value)
      if (parsed.success) return parsed.data
      note(faults, path, `is not ${accepts}`, brake?.consequence ?? defaultCounts(whenAbsent))
      return brake ? brake.value : whenAbsent
    },
  }
}

/** Words that V2 reads as booleans, regardless of case. */
const words = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
])

const booleanSchema = z.union([z.boolean(), z.string(), z.number()]).transform((value, context) => {
  const flag = typeof value === 'boolean' ? value : words.get(String(value).trim().toLowerCase())
  if (flag === undefined) context.addIssue('is not true or false')
  return flag ?? z.NEVER
})

/** Reads a boolean. Also accepts text, 1 and 0. */
export function flag<D extends boolean | undefined>(
  whenAbsent: D,
  brake?: Brake<boolean>,
): Field<boolean | D> {
  return field(booleanSchema, whenAbsent, 'true or false', brake)
}

const numberSchema = z.union([
  z.number(),
  z
    .string()
    .max(40)
    .trim()
    .regex(/^[+-]?\d{1,15}(\.0{1,15})?$/)
    .transform(Number),
])

/** Reads an integer from `min` to `max`. Also accepts text. */
export function whole(whenAbsent: number, min: number, max = Number.MAX_SAFE_INTEGER): Field<number> {
  return {
    accepts: wholeText(min, max),
    read(value, path, faults) {
      if (isBlank(value)) return whenAbsent
      const parsed = numberSchema.pipe(z.int()).safeParse(value)
      if (parsed.success && parsed.data >= min && parsed.data <= max) return parsed.data
      note(faults, path, parsed.success ? 'is out of range' : 'is not a whole number', 'its default counts')
      return whenAbsent
    },
  }
}

function wholeText(min: number, max: number): string {
  if (max < Number.MAX_SAFE_INTEGER) return `a whole number from ${min} to ${max.toLocaleString('en')}`
  return min > Number.MIN_SAFE_INTEGER ? `a whole number, at least ${min}` : 'a whole number'
}

/** Text, untrimmed. */
export const text = field(z.string().max(20_000), undefined, 'text of at most 20,000 characters')

/** Reads trimmed text: names, references, addresses. */
export function name(maxLength: number): Field<string | undefined> {
  return field(z.string().trim().max(maxLength), undefined, `text of at most ${maxLength} characters`)
}

/** A reference to credentials. */
export const credentialsRef = name(500)

/** Reads a word of `values`. Ignores case and surrounding white space. */
export function choice<const V extends readonly [string, ...string[]], const D>(
  values: V,
  whenAbsent: D,
  brake?: Brake<V[number]>,
): Field<V[number] | D> {
  const known = z.string().trim().toLowerCase().pipe(z.enum(values))
  const words = values.map((value) => `\`${value}\``).join(', ')
  return { ...field(known, whenAbsent, 'a known value', brake), accepts: words }
}

/** Reads the usable entries of a list, at most `max`. Drops further entries without a fault. */
export function list<T>(entry: z.ZodType<T>, max: number): Field<T[]> {
  return {
    accepts: `a list of at most ${max.toLocaleString('en')} texts`,
    read(value, path, faults) {
      if (isBlank(value)) return []
      if (!Array.isArray(value)) {
        note(faults, path, 'is not a list', 'it counts as empty')
        return []
      }
      const present = value.filter((item) => !isBlank(item))
      const usable = present.flatMap((item) => {
        const parsed = entry.safeParse(item)
        return parsed.success ? [parsed.data] : []
      })
      if (usable.length < present.length)
        note(faults, path, 'has entries that cannot be used', 'they are left out')
      return usable.slice(0, max)
    },
  }
}

/** Returns the path of a member. The top of the answer has the empty path. */
export function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Reads a JSON object whose members are fields. If the value has another type, every member gets its default. */
export function block<M extends Record<string, Field<unknown>>>(
  members: M,
  foreignKeys: readonly string[] = [],
): Field<Values<M>> {
  return {
    members,
    foreignKeys,
    read(value, path, faults) {
      if (!isBlank(value) && !isRecord(value))
        note(faults, path, 'is not a block of fields', 'its defaults count')
      const read = Object.entries(members).map(
        ([key, member]) => [key, member.read(memberOf(value, key), below(path, key), faults)] as const,
      )
      // The mapped type holds, because each member read its own entry.
      return Object.fromEntries(read) as Values<M>
    },
  }
}
