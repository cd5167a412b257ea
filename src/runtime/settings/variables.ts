/** Schemas of the process's own environment variables, by topic. Providers describe theirs in src/providers. */
import { z } from 'zod'
import { Secret } from '../../base/secret.ts'
import { flag, httpUrl, secretText, whole } from '../../base/variables.ts'
import { emailSchema } from '../../contract/email.ts'
import { logLevels } from '../telemetry/log.ts'

const domain = z
  .string()
  .toLowerCase()
  .regex(
    /^(?=.{1,189}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'must be a domain name',
  )
const commaSeparated = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const sessionSecrets = z
  .string({ error: 'is required' })
  .transform(commaSeparated)
  .refine((parts) => parts.length > 0 && parts.every((part) => part.length >= 32), {
    error: 'must hold at least 32 characters each',
  })
  .transform(([first = '', ...rest]): [Secret, ...Secret[]] => [
    new Secret(first),
    ...rest.map((part) => new Secret(part)),
  ])

const serviceTokens = z
  .string()
  .transform(commaSeparated)
  .refine((tokens) => tokens.length > 0, { error: 'must hold at least one token' })
  .transform((tokens) => tokens.map((token) => new Secret(token)))

/** Keeps the text as it is: issuers are compared letter by letter (OpenID Connect Discovery 1.0, section 4.3). */
const issuer = z.string().refine(isIssuer, {
  error: 'must be an https URL without a query (http only on this machine)',
})

const emails = z
  .string()
  .transform(commaSeparated)
  .pipe(z.array(emailSchema).transform((addresses) => [...new Set(addresses)]))

const thirtyDays = 30 * 24 * 3600
const weekSeconds = 7 * 24 * 3600

const processVariables = {
  WEB_SESSION_SECRET: sessionSecrets.meta({
    description:
      'Seals sessions and shared caches. At least 32 characters. Several are accepted; the first signs.',
    examples: ['replace-this-with-32-random-characters'],
  }),
  PORT: whole('a port', 0, 65_535)
    .default(8080)
    .meta({
      description: 'Port that the server listens on. 0 picks a free port.',
      examples: ['3000'],
      host: 'node',
    }),
  SCHEDULED_PUBLISH_HOSTS: z
    .string()
    .transform(commaSeparated)
    .default([])
    .meta({
      description: 'Hosts, separated by commas, that publish one photo at each cron trigger.',
      examples: ['alice.photos.example.com,bob.photos.example.com'],
      host: 'workers',
    }),
}

const controlPlaneVariables = {
  CONFIG_SOURCE: z
    .enum(['orchestrator', 'file'], { error: 'must be orchestrator or file' })
    .optional()
    .meta({
      description: 'Source of tenant configurations.',
      examples: ['orchestrator'],
      whenAbsent: '`orchestrator` if `ORCHESTRATOR_BASE_URL` is set, else `file`',
    }),
  ORCHESTRATOR_BASE_URL: httpUrl.optional().meta({
    description: 'URL of the control plane. Required with `CONFIG_SOURCE=orchestrator`.',
    examples: ['https://orchestrator.example.com'],
  }),
  ORCHESTRATOR_SERVICE_TOKEN: serviceTokens.optional().meta({
    description: 'Bearer token for the control plane. Several are accepted during a rotation.',
    examples: ['replace-this-with-the-service-token'],
  }),
  ORCHESTRATOR_BASE_DOMAIN: domain.default('shibari.photo').meta({
    description: "Parent domain of all tenants' hosts.",
    examples: ['photos.example.com'],
  }),
  ORCHESTRATOR_TIMEOUT_MS: whole('milliseconds', 50, 10_000)
    .default(3000)
    .meta({ description: 'Timeout of one attempt to call the control plane.', examples: ['2000'] }),
  CONFIG_FILE: z
    .string()
    .optional()
    .meta({
      description: 'JSON or YAML file of a dedicated app. Required with `CONFIG_SOURCE=file`.',
      examples: ['/app/alice.yaml'],
      host: 'node',
    }),
}

const signInVariables = {
  AUTH0_DOMAIN: domain.optional().meta({
    description: 'Auth0 domain that signs admins in. Set it together with the client ID and secret.',
    examples: ['example.eu.auth0.com'],
  }),
  OIDC_ISSUER_URL: issuer.optional().meta({
    description: 'Issuer URL of another OpenID Connect provider, compared exactly. Overrides `AUTH0_DOMAIN`.',
    examples: ['https://login.example.com/'],
  }),
  AUTH0_CLIENT_ID: z
    .string()
    .optional()
    .meta({
      description: 'Client ID at the issuer. Set it together with the issuer and the secret.',
      examples: ['client-id-from-the-issuer'],
    }),
  AUTH0_CLIENT_SECRET: secretText.optional().meta({
    description: 'Client secret at the issuer. Set it together with the issuer and the ID.',
    examples: ['client-secret-from-the-issuer'],
  }),
  AUTH_CALLBACK_HOST: domain.optional().meta({
    description: 'Host that receives sign-in callbacks; not a tenant. Mail servers see the name in EHLO.',
    examples: ['login.photos.example.com'],
    whenAbsent: '`app.<base domain>`',
  }),
  ADMIN_LOGIN_EMAILS: emails.default([]).meta({
    description: 'Admins of tenants that have no list of their own. ASCII addresses, separated by commas.',
    examples: ['admin@example.com,second@example.com'],
  }),
  WEB_ADMIN_COOKIE_TTL_SECONDS: whole('seconds', 60, thirtyDays)
    .default(weekSeconds)
    .meta({
      description: 'Lifetime of an unused session.',
      examples: ['86400'],
    }),
  ADMIN_COOKIE_SCOPE: z
    .enum(['domain', 'host'], { error: 'must be domain or host' })
    .default('domain')
    .meta({
      description: 'One session cookie for the whole base domain, or one per host.',
      examples: ['host'],
    }),
}

const limitVariables = {
  MAX_CONNECTIONS: whole('connections', 10, 60_000)
    .default(2000)
    .meta({
      description: 'Upper bound on open connections. The process needs as many open files.',
      examples: ['1000'],
      host: 'node',
    }),
  VIEWER_REQUESTS_PER_5_MINUTES: whole('requests', 0, 1_000_000)
    .default(3000)
    .meta({
      description:
        'Requests for lists and photos per client, tenant and process. 0 turns the limit off, for load tests.',
      examples: ['6000'],
    }),
  LIBRARY_MAX_UPLOAD_MB: whole('megabytes', 1, 50)
    .default(50)
    .meta({ description: 'Largest upload in MB.', examples: ['20'] }),
  CONFIG_CACHE_MB: whole('megabytes', 1, 4096)
    .default(64)
    .meta({
      description: 'Memory in MB for cached tenants. 64 MB hold about 1,400 tenants.',
      examples: ['128'],
    }),
  METRICS_TOKEN: secretText.optional().meta({
    description: 'Bearer token for `GET /metrics`. Without a token the path is 404.',
    examples: ['replace-this-with-a-long-random-token'],
  }),
  LOG_LEVEL: z
    .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
    .default('info')
    .meta({ description: 'Lowest level that is logged.', examples: ['debug'] }),
}

const developmentVariables = {
  FORCE_HTTPS: flag(true).meta({
    description: 'False for development: public URLs use `http` and keep their port.',
    examples: ['false'],
  }),
  WEB_SECURE_COOKIES: flag(true).meta({
    description: 'Marks cookies `Secure`. False only without HTTPS.',
    examples: ['false'],
  }),
  ALLOW_PRIVATE_ENDPOINTS: flag(false).meta({
    description: "Lets tenants' endpoints use plain HTTP and private addresses.",
    examples: ['true'],
  }),
  DEVELOPMENT_HOSTS: z
    .string()
    .transform(commaSeparated)
    .pipe(z.array(domain))
    .default([])
    .meta({
      description:
        'Galleries to list at unknown hosts, separated by commas. Needs `FORCE_HTTPS=false` and a domain below `localhost`.',
      examples: ['alice.localhost,bob.localhost'],
    }),
}

/** Variables by topic, in the order of docs/configuration.md. */
export const variableGroups = {
  process: processVariables,
  'control plane': controlPlaneVariables,
  'sign-in': signInVariables,
  'limits and logs': limitVariables,
  development: developmentVariables,
}

export const environmentSchema = z.object({
  ...processVariables,
  ...controlPlaneVariables,
  ...signInVariables,
  ...limitVariables,
  ...developmentVariables,
})

function isIssuer(value: string): boolean {
  const url = URL.parse(value)
  if (!url || [url.username, url.password, url.search, url.hash].some((part) => part !== '')) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]+\.)*localhost)$/.test(hostname)
}
