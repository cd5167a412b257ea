/** S3 services whose conditional writes are documented, for better or worse: these are never asked by trying. */

/** How a server treats `If-None-Match: *` on a PUT. */
export type Conditions =
  /** One of many creators wins, the others get 412. */
  | 'honoured'
  /** It looks first and writes later, so two creators at once can both win. */
  | 'overtaken'
  /** It answers 200 and overwrites. */
  | 'ignored'
  /** It answers 501 or 400 and writes nothing. */
  | 'refused'

export interface KnownServer {
  /** For people. */
  name: string
  /** A host of the service, or the ending of one, which begins with a dot. */
  host: string
  conditions: Exclude<Conditions, 'overtaken'>
  /** Where this can be read, as of November 2026. */
  sources: readonly [string, ...string[]]
}

/** Verdict on a server's conditional writes. */
export interface Verdict {
  conditions: Conditions
  /** The service, where its documentation is the ground of the verdict. */
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
    // Its own precondition headers are another protocol: If-None-Match is for requests that retrieve data.
    sources: ['https://docs.cloud.google.com/storage/docs/request-preconditions'],
  },
  {
    name: 'Oracle Cloud Object Storage',
    host: '.oraclecloud.com',
    conditions: 'ignored',
    // Its native API honours conditions; its S3 layer has been seen to ignore them.
    sources: ['https://github.com/reisepass/zeropg'],
  },
]

/** The documented service behind an endpoint, undefined for any other server. Throws for text that is not a URL. */
export function knownServer(endpoint: string): KnownServer | undefined {
  const name = new URL(endpoint).hostname.replace(/\.$/, '')
  return knownServers.find(({ host }) => (host.startsWith('.') ? name.endsWith(host) : name === host))
}
