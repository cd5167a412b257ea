/** S3 services whose treatment of conditional writes is documented, and which need no probe. */

/** Treatment of `If-None-Match: *` on a PUT by a server. */
export type Conditions =
  /** Exactly one creator wins, and all others get 412. */
  | 'honoured'
  /** The server checks first and writes later, so two concurrent creators can both win. */
  | 'overtaken'
  /** The server answers 200 and overwrites. */
  | 'ignored'
  /** The server answers 501 or 400 and writes nothing. */
  | 'refused'

export interface KnownServer {
  /** Name for messages. */
  name: string
  /** Host of the service. A leading dot makes it a suffix. */
  host: string
  conditions: Exclude<Conditions, 'overtaken'>
  /** Sources of the verdict, as of November 2026. */
  sources: readonly [string, ...string[]]
}

/** Verdict on a server's conditional writes. */
export interface Verdict {
  conditions: Conditions
  /** Documented service that the verdict is based on, if any. */
  known: KnownServer | undefined
}

const knownServers: readonly KnownServer[] = [
  {
    name: 'Amazon S3',
    host: '.amazonaws.com',
    conditions: 'honoured',
    sources: ['https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html'],
  },
  {
    name: 'Cloudflare R2',
    host: '.r2.cloudflarestorage.com',
    conditions: 'honoured',
    sources: [
      'https://developers.cloudflare.com/r2/api/s3/extensions/#conditional-operations-in-putobject',
      'https://developers.cloudflare.com/r2/reference/consistency/',
    ],
  },
  {
    name: 'Backblaze B2',
    host: '.backblazeb2.com',
    conditions: 'refused',
    sources: [
      'https://github.com/sathinduga/obsidian-s3-sync-and-backup/issues/78',
      'https://github.com/lance-format/lance/issues/5614',
    ],
  },
  {
    name: 'Alibaba Cloud OSS',
    host: '.aliyuncs.com',
    conditions: 'refused',
    sources: [
      'https://github.com/tobi/walgit/issues/67',
      'https://github.com/poco-ai/Agentero/issues/362',
      'https://github.com/apache/arrow-rs-object-store/issues/416',
    ],
  },
  {
    name: 'Wasabi',
    host: '.wasabisys.com',
    conditions: 'ignored',
    sources: ['https://github.com/vdavid/cmdr', 'https://github.com/notrevetecnologia/otsardb'],
  },
  {
    name: 'Google Cloud Storage',
    host: 'storage.googleapis.com',
    conditions: 'ignored',
    // The documented precondition headers differ: `If-None-Match` is only for requests that retrieve data.
    sources: ['https://docs.cloud.google.com/storage/docs/request-preconditions'],
  },
  {
    name: 'Oracle Cloud Object Storage',
    host: '.oraclecloud.com',
    conditions: 'ignored',
    // The native API honours conditions, but the S3 layer was observed to ignore them.
    sources: ['https://github.com/reisepass/zeropg'],
  },
]

/** Returns the documented service behind an endpoint, `undefined` for any other server. Throws for text that is not a URL. */
export function knownServer(endpoint: string): KnownServer | undefined {
  const name = new URL(endpoint).hostname.replace(/\.$/, '')
  return knownServers.find(({ host }) => (host.startsWith('.') ? name.endsWith(host) : name === host))
}
