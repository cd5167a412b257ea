/** Acts and views of the console. The API and the pages share them, so that each is described once. */
import type { z } from 'zod'
import type { Actor } from '../../audit/actor.ts'
import type { PeopleServices } from '../../people-services.ts'
import { checked } from '../../registry/document.ts'

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
  /** Parses the input and acts. Throws `RegistryError` for an invalid input, and `Refused`. */
  call(context: ActContext, input: unknown): Promise<O>
}

/** Creates an act whose input is parsed before it runs. */
export function act<S extends z.ZodType, O>({ run, ...definition }: ActDefinition<S, O>): Act<O> {
  return {
    ...definition,
    call: (context, input) => run(context, checked(definition.input, input, 'input')),
  }
}
