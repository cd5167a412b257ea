/** Shared parts of the entries of all provider registries. */
import { z } from 'zod'
import { parseVariables, SettingsError, type Variables } from '../base/variables.ts'
import type { CredentialsOf } from '../contract/credentials.ts'
import type { CredentialKind, CredentialSource } from './credentials.ts'

/** Facts about an installed provider that metrics and the doctor read. */
export interface Installed {
  /** Name for people, spelled as within a sentence. */
  readonly title: string
  /** Name in metrics, spans and log, a single word. */
  readonly vendor: string
  /** Accepted kinds of credentials. Empty: the provider needs no credentials. */
  readonly credentials: readonly CredentialKind[]
}

/** Facts about a provider before installation, with its settings. */
export interface Driver extends Installed {
  /** Environment variables of the provider. All are optional, so a process starts without them. */
  readonly variables: z.ZodRawShape
  /** Variables to set together or not at all. */
  readonly together?: readonly string[]
}

/** An entry of the registry of storages, platforms or the AI. */
export interface VendorDriver extends Driver {
  /** False if configurations may name the vendor but the provider does not exist yet. */
  readonly isBuilt: boolean
}

/** Parsed variables of a provider. */
export type VariablesOf<V extends z.ZodRawShape> = z.output<z.ZodObject<V>>

/** Address of a server, for diagnosis. */
export interface Endpoint {
  /** Variable or configuration field that sets the address; `undefined` if the address is fixed. */
  setting?: string | undefined
  /** Host with port. Omits path and user, which may be secret. */
  address: string
}

/** Finds the credentials of a reference, which must be of one of these kinds. Resolving a missing reference fails. */
export type FindCredentials = <K extends CredentialKind>(
  ref: string | undefined,
  kinds: readonly K[],
) => CredentialSource<CredentialsOf<K>>

/** Parses the variables of a provider. Throws {@link SettingsError} on hosts that have not checked the variables with `parseSettings`. */
export function readVariables<V extends z.ZodRawShape>(shape: V, variables: Variables): VariablesOf<V> {
  const { data, problems } = parseVariables(z.object(shape), variables)
  if (!data) throw new SettingsError(`The environment is malformed: ${problems.join('; ')}`)
  return data
}
