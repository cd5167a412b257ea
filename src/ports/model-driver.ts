/** One AI service: an entry of src/providers/models.ts. docs/adding-a-provider.md shows how to write one. */
import type { z } from 'zod'
import type { Variables } from '../base/variables.ts'
import type { CredentialsOf } from '../contract/credentials.ts'
import type { CredentialKind, CredentialSource } from './credentials.ts'
import {
  type Driver,
  type Endpoint,
  type FindCredentials,
  type Installed,
  readVariables,
  type VariablesOf,
} from './driver.ts'
import type { LanguageModel } from './language-model.ts'

/** Tools that a host gives to its AI. */
export interface ModelTools {
  /** Milliseconds since 1970. */
  now: () => number
}

interface ModelDefinition<V extends z.ZodRawShape, K extends CredentialKind> extends Driver {
  readonly variables: V
  readonly credentials: readonly K[]
  /** Address of the server. */
  endpoint(variables: VariablesOf<V>): Endpoint
  /** Prepares the AI for a process. */
  open(
    tools: ModelTools,
    variables: VariablesOf<V>,
  ): (credentials: CredentialSource<CredentialsOf<K>>) => LanguageModel
}

/** An AI as a process uses it. */
export interface InstalledModel extends Installed {
  endpoint(): Endpoint
  /** Opens the AI for one tenant. */
  open(find: FindCredentials, ref: string): LanguageModel
}

/** An entry of the registry. */
export interface ModelDriver extends Driver {
  /** Reads the environment once for a process. */
  install(tools: ModelTools, variables: Variables): InstalledModel
}

/** Makes an entry. Its functions get their own variables and credentials, parsed and typed. */
export function modelDriver<const V extends z.ZodRawShape, const K extends CredentialKind>({
  open,
  endpoint,
  ...facts
}: ModelDefinition<V, K>): ModelDriver {
  return {
    ...facts,
    install(tools, variables) {
      const own = readVariables(facts.variables, variables)
      const openModel = open(tools, own)
      return {
        ...facts,
        endpoint: () => endpoint(own),
        open: (find, ref) => openModel(find(ref, facts.credentials)),
      }
    },
  }
}
