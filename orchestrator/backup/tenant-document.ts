/** Document of `export`: the whole state of one tenant as JSON, without any secret in clear text. */
import { z } from 'zod'
import { isRecord } from '../../src/contract/lenient.ts'
import { canonicalJson, sha256Hex } from '../contract/canonical.ts'
import { hostName, tenantName } from '../registry/binding.ts'
import { checked } from '../registry/document.ts'
import { Refused } from '../registry/sql/refusals.ts'

export const tenantFormat = 'publisher-orchestrator-tenant'
export const tenantVersion = 1

const count = z.int().min(0)
const flag = z.union([z.literal(0), z.literal(1)])
const time = z.iso.datetime({ offset: true })
const text = z.string()

export const documentSchema = z.object({
  format: z.literal(tenantFormat),
  version: z.literal(tenantVersion),
  exported_at: time,
  tenant: z.object({
    name: tenantName,
    app_type: text.min(1),
    schema_version: z.union([z.literal(1), z.literal(2)]),
    ttl_seconds: count.max(86_400),
    suspended: flag,
    insufficient_balance: flag,
    ai_budget: count.nullable(),
    created_at: time,
    /** Paths of settings that photographers may not change, separated by commas. */
    locked: text.default('ai'),
  }),
  hosts: z.array(hostName).min(1),
  /** Oldest first. */
  configurations: z
    .array(
      z.object({
        config_version: z.string().regex(/^[0-9a-f]{64}$/),
        written: z.unknown(),
        config: z.unknown(),
        author: text,
        at: time,
        note: text,
        parent: text.nullable(),
        is_current: z.boolean(),
      }),
    )
    .min(1),
  credentials: z.array(
    z.object({
      ref: text,
      provider: text,
      version: text,
      at: time,
      /** JWE for the recipient. Absent without `--with-secrets`. */
      value: z.string().optional(),
    }),
  ),
  claims: z.array(
    z.object({
      key: text,
      holder: text,
      version: text,
      record: z.unknown(),
      created_at: time,
      expires_at: time,
    }),
  ),
  usage_events: z.array(
    z.object({ key: text, metric: text, quantity: count, unit: text, occurred_at: time, at: time }),
  ),
  usage_days: z.array(z.object({ day: z.iso.date(), metric: text, quantity: count })),
  events: z.array(z.object({ id: text, type: text, data: z.unknown(), at: time })),
  /** Webhooks without their signing secrets. */
  webhooks: z.array(z.object({ id: text, url: text, types: text, at: time })),
  /** Connected accounts, without any secret. Their credentials are above. */
  connections: z
    .array(
      z.object({
        ref: text,
        provider: text,
        account: text,
        account_id: text,
        hint: text,
        connected_at: time,
        connected_by: text,
        token_at: time,
        expires_at: time.nullable(),
      }),
    )
    .default([]),
  /** API keys, of which only digests exist. */
  api_keys: z
    .array(
      z.object({
        id: text,
        name: text,
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        scopes: text,
        created_by: text,
        at: time,
        expires_at: time.nullable(),
      }),
    )
    .default([]),
  /** Lines about the tenant, for reading. Their hashes belong to the chain of the first database. */
  audit: z.array(z.unknown()),
})
export type TenantDocument = z.output<typeof documentSchema>
export type SealedTenantDocument = TenantDocument & { sha256: string }

/** Adds the digest of the content. */
export async function withDigest(document: TenantDocument): Promise<SealedTenantDocument> {
  return { ...document, sha256: await digestOf(document) }
}

const sealedSchema = z.object({
  format: z.literal(tenantFormat),
  version: z.number(),
  sha256: z.string(),
})

/** Checks a parsed document. Throws {@link Refused} or `RegistryError` in words. */
export async function checkDocument(value: unknown): Promise<TenantDocument> {
  const sealed = sealedSchema.safeParse(value)
  if (!sealed.success || !isRecord(value)) throw new Refused('The file is not an export of a tenant.')
  // The digest covers all members, also those that the schema does not know.
  const { sha256, ...content } = value
  if (sealed.data.version !== tenantVersion)
    throw new Refused(`The export has version ${sealed.data.version}, which this program cannot read.`)
  if ((await digestOf(content)) !== sha256)
    throw new Refused('The export is damaged or was edited: its digest differs.')
  const document = checked(documentSchema, content, 'export')
  await checkConfigurations(document)
  return document
}

async function checkConfigurations({ configurations }: TenantDocument): Promise<void> {
  if (configurations.filter((version) => version.is_current).length !== 1)
    throw new Refused('The export must have exactly one current configuration.')
  for (const { config_version, config } of configurations) {
    if ((await digestOf(config)) !== config_version)
      throw new Refused('A configuration of the export does not have its config_version.')
  }
}

function digestOf(value: unknown): Promise<string> {
  return sha256Hex(canonicalJson(value))
}
