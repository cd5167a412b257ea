/** Parts that entries of all provider registries share, whichever port they open. */
import { z } from 'zod'
import { parseVariables, SettingsError, type Variables } from '../base/variables.ts'
import type { CredentialsOf } from '../contract/credentials.ts'
import type { CredentialKind, CredentialSource } from './credentials.ts'

/** Facts about an installed provider that metrics and the doctor read. */
export interface Installed {
  /** Name for people, as it stands in a sentence. */
  readonly title: string
  /** Name in metrics, spans and log: one word. */
  readonly vendor: string
  /** Kinds of credentials, any of which will do. Empty: none are needed. */
  readonly credentials: readonly CredentialKind[]
}

/** Facts about a provider before it is installed, with the settings that it needs. */
export interface Driver extends Installed {
  /** Environment variables that the provider reads, all optional: a process starts without them. */
  readonly variables: z.ZodRawShape
  /** Variables that are set together or not at all. */
  readonly together?: readonly string[]
}

/** An entry of the registry of storages, platforms or the AI. */
export interface VendorDriver extends Driver {
  /** False where configurations may name the vendor and no server can use it yet. */
  readonly isBuilt: boolean
}

/** Parsed variables of a provider. */
export type VariablesOf<V extends z.ZodRawShape> = z.output<z.ZodObject<V>>

/** Address of a server, for a person who looks for the cause of a failure. */
export interface Endpoint {
  /** A variable or a field of the configuration; `undefined` where the address cannot be set. */
  setting?: string | undefined
  /** Host with port, without path or user: those may be secret. */
  address: string
}

/** Gives the credentials behind a reference, which must be of one of these kinds. A missing reference resolves to nothing. */
export type FindCredentials = <K extends CredentialKind>(
  ref: string | undefined,
  kinds: readonly K[],
) => CredentialSource<CredentialsOf<K>>

/** Parses the variables of one provider. Throws {@link SettingsError}, as `parseSettings` does, for hosts that did not check them before. */
export function readVariables<V extends z.ZodRawShape>(shape: V, variables: Variables): VariablesOf<V> {
  const { data, problems } = parseVariables(z.object(shape), variables)
  if (!data) throw new SettingsError(`The environment is malformed: ${problems.join('; ')}`)
  return data
}
