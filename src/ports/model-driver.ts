/** The AI of all tenants, the entry of src/providers/model.ts. docs/guides/add-a-storage.md shows how to replace the AI. */
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
  type VendorDriver,
} from './driver.ts'
import type { LanguageModel } from './language-model.ts'

/** Tools that a host passes to its AI. */
export interface ModelTools {
  /** Milliseconds since 1970. */
  now: () => number
  /** Opens OpenAI. A host may load the library on first use. */
  openAi(options: OpenAiOptions): LanguageModel
}

interface OpenAiOptions {
  /** The tenant's key. */
  credentials: CredentialSource<CredentialsOf<'openai'>>
  /** Base URL of the API, which ends with `/v1`. Default: OpenAI's own. */
  baseUrl: string | undefined
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

/** An AI, installed in a process. */
export interface InstalledModel extends Installed {
  endpoint(): Endpoint
  /** Opens the AI for one tenant. */
  open(find: FindCredentials, ref: string): LanguageModel
}

/** The entry in src/providers/model.ts. */
export interface ModelDriver extends VendorDriver {
  /** Reads the variables and installs the AI in a process. */
  install(tools: ModelTools, variables: Variables): InstalledModel
}

/** Creates an entry. Its functions receive their own variables and credentials, parsed and typed. */
export function modelDriver<const V extends z.ZodRawShape, const K extends CredentialKind>({
  open,
  endpoint,
  ...facts
}: ModelDefinition<V, K>): ModelDriver {
  return {
    ...facts,
    isBuilt: true,
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
