/** Acts and views of the console. The API and the pages share them, so that each is described once. */
import type { z } from 'zod'
import type { Actor } from '../../audit/actor.ts'
import type { PeopleServices } from '../../people-services.ts'
import { checkStorable } from '../../registry/bounded-document.ts'
import { checked, RegistryError } from '../../registry/document.ts'

export interface ActContext {
  services: PeopleServices
  /** Operator who acts. */
  actor: Actor
  /** Operators who may sign in. */
  operators: ReadonlySet<string>
}

export interface ActDefinition<S extends z.ZodType, O> {
  /** Name of the operation in the description. */
  id: string
  method: 'get' | 'post' | 'put' | 'delete'
  /** Path below `/api`, with parameters as `{name}`. */
  path: string
  summary: string
  /** Members of the path, the query and the body together. */
  input: S
  output: z.ZodType<O>
  run(context: ActContext, input: z.output<S>): Promise<O>
}

export interface Act<O = unknown> extends Omit<ActDefinition<z.ZodType, O>, 'run'> {
  /** Parses the input and acts. Throws `RegistryError` for an invalid or unstorable input, and `Refused`. */
  call(context: ActContext, input: Readonly<Record<string, unknown>>): Promise<O>
}

/** Creates an act whose input is parsed before it runs. */
export function act<S extends z.ZodType, O>({ run, ...definition }: ActDefinition<S, O>): Act<O> {
  return {
    ...definition,
    async call(context, input) {
      checkMembers(input)
      return run(context, checked(definition.input, input, 'input'))
    },
  }
}

/** Refuses members that are nested too deeply, and texts that a database refuses or changes. */
function checkMembers(input: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(input)) {
    checkStorable(value, `input.${name}`)
    if (!hasStorableTexts(value))
      throw new RegistryError(`input.${name}: a text has a NUL or half a character`)
  }
}

function hasStorableTexts(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, member]) => hasStorableTexts(key) && hasStorableTexts(member))
}
