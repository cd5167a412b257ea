/**
 * `CONFIG_SOURCE=file`: one dedicated app for one tenant, without a control plane. The file holds the same runtime answer and its
 * credentials, as JSON or YAML.
 */
import { parse } from 'yaml'
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
  /** Reads the file's text; called for each lookup, so that an edit takes effect with the next check. */
  read(): Promise<string>
  baseDomain: string
}

const fileSchema = z.looseObject({
  /** A name of digits is a number in YAML. */
  tenant: z.union([z.string(), z.number().transform(String)]).pipe(z.string().trim().min(1)),
  app_type: z
    .unknown()
    .optional()
    .transform((type) => (isBlank(type) ? appType : type)),
  /** The host to serve. Default: the tenant under the base domain. */
  host: z.string().trim().min(1).toLowerCase().optional().catch(undefined),
  config: z.record(z.string(), z.unknown()),
  credentials: z.record(z.string(), z.unknown()).catch({}),
})

/** Makes the source. The file is read late: what is wrong with it shows in `/health/ready` and as `config_unavailable`. */
export function createFileConfigSource({ read, baseDomain }: FileConfigOptions): ConfigSource {
  async function load() {
    try {
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
      // An edit by hand counts, whether or not it changed the version that stands in the file.
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

    /** Nobody bills a dedicated app. */
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

/** A parser's message may quote the file, secrets included: only the kind of error and the fields' names go on. */
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
