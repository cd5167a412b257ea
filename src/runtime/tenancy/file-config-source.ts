/**
 * Config source of a dedicated app for one tenant, without a control plane (`CONFIG_SOURCE=file`). The file holds the runtime answer and
 * its credentials, as JSON or YAML.
 */
import { z } from 'zod'
import { PublisherError } from '../../base/errors.ts'
import { sha256Hex } from '../../base/hex.ts'
import { isBlank } from '../../contract/lenient.ts'
import { appType } from '../../contract/runtime-answer.ts'
import {
  type ConfigSource,
  credentialsUnavailable,
  malformedRetryMs,
  toCredentials,
  toLookup,
  UnknownCredentials,
  unavailableMessage,
} from '../../ports/config-source.ts'

export interface FileConfigOptions {
  /** Reads the file's text. Called for each lookup, so an edit takes effect at the next check. */
  read(): Promise<string>
  baseDomain: string
}

const fileSchema = z.looseObject({
  /** YAML parses a name of digits as a number. */
  tenant: z.union([z.string(), z.number().transform(String)]).pipe(z.string().trim().min(1)),
  app_type: z
    .unknown()
    .optional()
    .transform((type) => (isBlank(type) ? appType : type)),
  /** Host to serve. Default: the tenant under the base domain. */
  host: z.string().trim().min(1).toLowerCase().optional().catch(undefined),
  config: z.record(z.string(), z.unknown()),
  credentials: z.record(z.string(), z.unknown()).catch({}),
})

/** Creates the source. A faulty file does not prevent the start: it shows in `/health/ready` and as `config_unavailable`. */
export function createFileConfigSource({ read, baseDomain }: FileConfigOptions): ConfigSource {
  async function load() {
    try {
      // Loaded at the first use, because fleets read no file.
      const { parse } = await import('yaml')
      return fileSchema.parse(parse(await read()))
    } catch (cause) {
      throw new PublisherError('config_unavailable', unavailableMessage, {
        cause: withoutValues(cause),
        retryAfterMs: malformedRetryMs,
      })
    }
  }

  async function servedHost() {
    const { tenant, host } = await load()
    return host ?? `${tenant.toLowerCase()}.${baseDomain}`
  }

  return {
    kind: 'file',

    hosts: async () => [await servedHost()],

    async lookup(host, knownVersion) {
      const { credentials, host: configuredHost, ...answer } = await load()
      if (host !== (configuredHost ?? `${answer.tenant.toLowerCase()}.${baseDomain}`))
        return { status: 'no_tenant' }
      // An edit by hand takes effect even if the version in the file stays the same.
      const version = await sha256Hex(JSON.stringify([answer.config_version, answer.config]))
      if (version === knownVersion) return { status: 'unchanged' }
      return toLookup({ schema_version: 2, ...answer, config_version: version })
    },

    async resolveCredentials(_tenant, ref) {
      const { credentials } = await load()
      if (!Object.hasOwn(credentials, ref))
        throw credentialsUnavailable(new UnknownCredentials('The file has no such credentials.'))
      return toCredentials(credentials[ref])
    },

    /** Does nothing, since a dedicated app has no billing. */
    async reportUsage() {},

    async check() {
      return load().then(
        () => ({ ready: true as const }),
        () => ({ ready: false as const, reason: 'the configuration file cannot be read or is malformed' }),
      )
    },

    acceptsToken: () => false,
  }
}

/** Keeps only the kind of error and the field names, since a parser's message may quote secrets of the file. */
function withoutValues(cause: unknown): Error {
  if (cause instanceof z.ZodError) {
    return new Error(
      `malformed at ${cause.issues.map((issue) => issue.path.join('.') || 'the top').join(', ')}`,
    )
  }
  return new Error(
    `The configuration file cannot be used (${cause instanceof Error ? cause.name : typeof cause}).`,
  )
}
