/** Fetches a picture as Meta's servers do, and checks it against the rules for photos ("Content Publishing"). */
import { type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { Refusal } from './answers.ts'

export interface FetchedPicture {
  bytes: Uint8Array<ArrayBuffer>
  width: number
  height: number
  /** Kinds of metadata in the file: `exif`, `xmp`, `iptc`. Publishers send credit at most. */
  metadata: string[]
}

/** One request for a picture. */
export interface PictureFetch {
  url: string
  status: number | undefined
  headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface FetchOptions {
  /** Returns the port on 127.0.0.1 that stands for the public address. Default: the port of the URL. */
  portOf?: ((url: URL) => number) | undefined
  /** Receives each request. */
  onFetch(fetch: PictureFetch): void
  timeoutMs: number
}

const maxBytes = 8 * 1024 * 1024

/** Fetches the picture without cookies and redirects. Throws {@link Refusal}. */
export async function fetchPicture(address: string, options: FetchOptions): Promise<FetchedPicture> {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Refusal('notFetched', 'not an address')
  const answer = await get(url, options)
  const { statusCode: status, headers } = answer
  options.onFetch({ url: address, status, headers })
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (status !== 200 || headers.location !== undefined || Number.isNaN(length)) {
    answer.destroy()
    throw new Refusal('notFetched', `status ${status}, length ${length}`)
  }
  const bytes = new Uint8Array(await buffer(answer))
  if (bytes.length !== length) throw new Refusal('notFetched', 'wrong length')
  if (bytes.length > maxBytes) throw new Refusal('tooLarge')
  if (headers['content-type'] !== 'image/jpeg') throw new Refusal('wrongFormat', headers['content-type'])
  return checked(bytes)
}

async function checked(bytes: Uint8Array<ArrayBuffer>): Promise<FetchedPicture> {
  const refuse = () => {
    throw new Refusal('wrongFormat', 'not a picture')
  }
  const facts = await sharp(bytes).metadata().catch(refuse)
  if (facts.format !== 'jpeg') throw new Refusal('wrongFormat', facts.format)
  // Decodes every pixel: half a file is no picture.
  await sharp(bytes, { failOn: 'truncated' }).raw().toBuffer().catch(refuse)
  const { width, height } = facts
  const ratio = width / height
  if (ratio < 0.8 || ratio > 1.91) throw new Refusal('wrongRatio', `${width}x${height}`)
  const metadata = (['exif', 'xmp', 'iptc'] as const).filter((kind) => facts[kind] !== undefined)
  return { bytes, width, height, metadata }
}

function get(url: URL, { portOf, timeoutMs, onFetch }: FetchOptions): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:'
  const port = portOf?.(url) ?? Number(url.port || 80)
  return new Promise((resolve, reject) => {
    const failed = (row: 'notFetched' | 'downloadTimeout', detail: string) => {
      onFetch({ url: url.href, status: undefined, headers: {} })
      reject(new Refusal(row, detail))
    }
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path: url.pathname + url.search,
        agent: false,
        headers: {
          host: url.host,
          'user-agent': 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
          accept: '*/*',
          // A router in front of the fleet ends TLS and says so.
          ...(isSecure && { 'x-forwarded-proto': 'https' }),
        },
        signal: AbortSignal.timeout(timeoutMs),
      },
      resolve,
    )
    outgoing.on('error', (error) =>
      failed(
        error.name === 'AbortError' || error.name === 'TimeoutError' ? 'downloadTimeout' : 'notFetched',
        error.name,
      ),
    )
    outgoing.end()
  })
}
