/** Work of every function that reads text from outside, with hostile shapes of text for each. */
import { APIError } from 'openai'
import { z } from 'zod'
import { createMemoryClaims } from '../../orchestrator/claims/memory-claims.ts'
import { createOrchestrator } from '../../orchestrator/contract/app.ts'
import { secretsIn } from '../../orchestrator/contract/conformance/secret-patterns.ts'
import { fixedTokens } from '../../orchestrator/contract/fixed-tokens.ts'
import { createFilePlane } from '../../orchestrator/registry/file-plane.ts'
import { isPublicHost } from '../../src/base/endpoint-guard.ts'
import { matchesNone } from '../../src/base/entity-tag.ts'
import { parseJson } from '../../src/base/json.ts'
import { inflate } from '../../src/base/metadata/embedded/inflate.ts'
import { createMetadataReader } from '../../src/base/metadata/embedded.ts'
import { readExifMetadata } from '../../src/base/metadata/exif.ts'
import { readIptc } from '../../src/base/metadata/iptc.ts'
import { readXmp } from '../../src/base/metadata/xmp.ts'
import { withAltText } from '../../src/base/metadata/xmp-alt-text.ts'
import { cleanAvifSize } from '../../src/base/picture/avif.ts'
import { withoutMetadata } from '../../src/base/picture/clean.ts'
import { timeInContainer } from '../../src/base/picture/container.ts'
import { readPictureHeader } from '../../src/base/picture/header.ts'
import { retryAfterMs } from '../../src/base/retry-after.ts'
import { Secret } from '../../src/base/secret.ts'
import { decodeText } from '../../src/base/text-encoding.ts'
import { failureText } from '../../src/base/vendor-text.ts'
import { appearanceField } from '../../src/contract/appearance.ts'
import { parseEmail } from '../../src/contract/email.ts'
import { hostName, parseHost, portOf } from '../../src/contract/host.ts'
import { choice, flag, name, whole } from '../../src/contract/lenient.ts'
import { unknownKeys } from '../../src/contract/unknown-keys.ts'
import { createHandler } from '../../src/handlers/app.ts'
import { parseCursor } from '../../src/handlers/routes/library-cursor.ts'
import { readFile } from '../../src/handlers/routes/upload-form.ts'
import { reachingAdvice } from '../../src/node/doctor/advice.ts'
import { explain } from '../../src/node/doctor/explain.ts'
import { createRedaction } from '../../src/node/doctor/redaction.ts'
import { isPhotoName } from '../../src/ports/photo.ts'
import { toSidecar } from '../../src/ports/sidecar-file.ts'
import { answerOf } from '../../src/providers/ai/openai/answer.ts'
import { failureOf as aiFailureOf } from '../../src/providers/ai/openai/errors.ts'
import { toldError } from '../../src/providers/ai/openai/told-errors.ts'
import {
  connectFailure,
  sendFailure,
  withoutAddresses,
} from '../../src/providers/mail/nodemailer/failures.ts'
import { normalTags } from '../../src/providers/publishers/email/confirmation.ts'
import { containerFailure } from '../../src/providers/publishers/instagram/failures.ts'
import { captionDigest } from '../../src/providers/publishers/instagram/media.ts'
import { countMentions, fittedAltText } from '../../src/providers/publishers/instagram/words.ts'
import { parseMessage } from '../../src/providers/publishers/telegram/answers.ts'
import { fetchFailure, reasonOf } from '../../src/providers/publishers/telegram/errors.ts'
import { failureOf as dropboxFailureOf } from '../../src/providers/storage/dropbox/errors.ts'
import { unsealed } from '../../src/providers/storage/dropbox/seal.ts'
import { errorCodeOf, isCopied, parseListPage, unquote } from '../../src/providers/storage/s3/xml.ts'
import { clientOfCloudflare, clientOfLastForwarded } from '../../src/runtime/limits/client-address.ts'
import { parseReturnPath } from '../../src/runtime/sign-in/return-address.ts'
import { createLogger, describeError } from '../../src/runtime/telemetry/log.ts'
import { clean } from '../../src/workflow/analysis/clean.ts'
import { fitCaption } from '../../src/workflow/captions/fit.ts'
import { hashtagsOf, keepHashtags } from '../../src/workflow/captions/hashtags.ts'
import { plainText } from '../../src/workflow/captions/plain.ts'
import { parseFailure } from '../../src/workflow/ledger/failure.ts'
import { parseRecord } from '../../src/workflow/ledger/record.ts'
import { foldName } from '../../src/workflow/name-search.ts'
import { nextStep } from '../../src/workflow/random-walk.ts'
import { pythonToJson } from '../../src/workflow/sidecar/python.ts'
import {
  captionOf,
  formatSidecar,
  metadataOf,
  parseSidecar,
  platformCaptionsOf,
  tagsOf,
  withEditedAltText,
  withSubmittedCaptions,
} from '../../src/workflow/sidecar.ts'
import { negotiateType } from '../../src/workflow/thumbnail/media-type.ts'
import { declarations } from '../support/fixtures/metadata/documents.ts'
import { primary, registryOf } from '../support/fixtures/reference-orchestrator.ts'
import { testProcess } from '../support/fixtures/test-process.ts'
import { repeated, type Shape, type Work } from './growth.ts'

export interface ForeignText {
  /** Name of the work, as a title of tests. */
  what: string
  work: Work
  shapes: readonly Shape[]
}

const log = createLogger({ level: 'info', write: () => undefined })
const unit = 'grapheme' as const
const rules = { maxLength: 300, unit, maxBytes: 3000, maxHashtags: 3, plain: false, style: '' }
const botToken = new Secret('token')
const mastodonRules = { maxLength: 500, unit, urlLength: 23, maxHashtags: 3, plain: false, style: '' }
const mailRules = { maxLength: 240, unit: 'utf16' as const, maxHashtags: 0, plain: true, style: '' }
const at = new Date('2026-11-29T12:00:00Z')
const model = {
  model: 'm',
  system: '',
  prompt: '',
  name: 'n',
  schema: z.object({ a: z.string() }),
  maxTokens: 1,
}
const bytesOf = (text: string) => new TextEncoder().encode(text)
/** Builds a box of an AVIF or HEIC file. */
function boxOf(kind: string, parts: readonly Uint8Array[]): Uint8Array {
  const payload = Buffer.concat(parts)
  const heading = Buffer.from(`\0\0\0\0${kind}`, 'latin1')
  heading.writeUInt32BE(payload.length + heading.length)
  return Buffer.concat([heading, payload])
}
const exifItem = boxOf('infe', [Uint8Array.of(2, 0, 0, 0, 0, 9, 0, 0), bytesOf('Exif')])
/** A JPEG's frame of one component, and the beginning of its scan. */
const startOfJpeg = [
  ...[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0],
  ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
]

/** Returns the length of the clean copy, or `null` if the copy is refused. */
function cleanCopy(bytes: Uint8Array): number | null {
  try {
    return withoutMetadata(bytes).bytes.length
  } catch {
    return null
  }
}

const xmpBegin = `<rdf:RDF${declarations}>`
const xmpEnd = '</rdf:RDF>'

const redaction = createRedaction()
for (let index = 0; index < 50; index++) redaction.add(`reference-${index}`)

/** Parses the sidecar as stores return it: a sidecar that is too large counts as empty. */
function sidecarIn(text: string) {
  const sidecar = toSidecar(bytesOf(text), '')
  return parseSidecar(sidecar === 'unreadable' ? '' : sidecar.text)
}

function readWholeSidecar(text: string): unknown {
  const document = sidecarIn(text)
  return [captionOf(document), platformCaptionsOf(document), tagsOf(document), metadataOf(document)]
}

function editSidecar(text: string): string {
  const edited = withSubmittedCaptions(sidecarIn(text), { caption: 'x', captions: { email: 'y' } }, at)
  return formatSidecar(withEditedAltText(edited, 'z'))
}

/** Replaces characters that a header cannot contain. */
const printable = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '_')
const handler = createHandler(
  testProcess({ features: { auto_view_enabled: true, library_enabled: true } }).services,
)
const control = createOrchestrator({
  plane: createFilePlane({
    registry: registryOf,
    tokens: fixedTokens([primary]),
    claims: createMemoryClaims(),
    audit: () => undefined,
  }),
  callsPerMinute: 1e9,
})

/**
 * Longest query that arrives: Node takes 16 KB of headers, Workers 16 KB of address. Hono searches the rest of the query for `=` at
 * each `&`, which takes 4 ms at this length.
 */
const maxQueryLength = 16_384

async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(`https://alice.shibari.test/${path}`, { headers })
  return handler(request, {
    host: 'alice.shibari.test',
    client: () => clientOfLastForwarded((name) => headers[name], '192.0.2.1'),
    waitUntil: () => undefined,
  })
}

async function readForm(text: string, filename: string): Promise<unknown> {
  const part = `--b\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\n\r\n${text}\r\n--b--\r\n`
  const request = new Request('https://alice.shibari.test/', {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: part,
  })
  const memory = {
    bytes: 0,
    isWanted: false,
    take: async () => undefined,
    count: () => undefined,
    end: () => undefined,
  }
  return readFile(request, 'file', 10_000_000, memory).catch((error: unknown) => error)
}

const separated = '\n\n# ---\n'

export const foreignTexts: readonly ForeignText[] = [
  {
    what: 'logging a request with its path',
    work: (path) => log.info('request', { path: `/${path}` }),
    shapes: [
      repeated('eyJ-'),
      repeated('eyJaaaaa.'),
      repeated('sk-'),
      repeated('bot12345:'),
      repeated('=@'),
      repeated('code='),
    ],
  },
  {
    what: 'answering a request for a path',
    work: (text) => {
      const query = text.slice(0, maxQueryLength)
      return Promise.all([ask(text), ask(`api/images/${text}`), ask(`auth/login?return_to=/${query}`)])
    },
    shapes: [
      repeated('eyJ-'),
      repeated('/'),
      repeated('%2e/'),
      repeated('../'),
      repeated('%e2%80%ae'),
      repeated('%'),
      repeated('a=b&', '?'),
      repeated('+'),
      repeated(':'),
    ],
  },
  {
    what: 'answering a request with headers',
    work: (text) => {
      const value = printable(text)
      return ask('api/images/a.jpg', {
        accept: value,
        authorization: `Bearer ${value}`,
        cookie: `walk=${value}; __Host-session=${value}`,
        'content-type': value,
        'if-none-match': value,
        origin: value,
        'x-forwarded-for': value,
        'x-request-id': value,
      })
    },
    shapes: [
      repeated(';'),
      repeated('; a=b'),
      repeated('; __Host-session=x'),
      repeated('"'),
      repeated(',;='),
      repeated(' '),
      repeated('Bearer '),
    ],
  },
  {
    what: 'reading an upload',
    work: (text) => Promise.all([readForm(text, 'a.jpg'), readForm('x', text.replaceAll(/[\r\n"]/g, '_'))]),
    shapes: [
      repeated('\r\n--'),
      repeated('\r\n--b\r\n\r\n'),
      repeated('%22'),
      repeated('\\'),
      repeated(';'),
      repeated('-'),
    ],
  },
  {
    what: 'answering a request to the control plane',
    work: (text) => {
      const value = printable(text)
      const headers = { authorization: `Bearer ${primary}`, 'if-none-match': value, 'x-request-id': value }
      return Promise.all([
        control.request(`/v1/runtime/by-host?host=${encodeURIComponent(value)}`, { headers }),
        control.request('/v1/runtime/by-host?host=alice.shibari.test', { headers }),
        control.request(`/v1/${value}`, { headers: { authorization: `Bearer ${value}` } }),
      ])
    },
    shapes: [
      repeated('a.'),
      repeated(':1'),
      repeated('W/"a",'),
      repeated(','),
      repeated('/'),
      repeated('Bearer '),
    ],
  },
  {
    what: 'describing an error in the log',
    work: (text) =>
      log.warn('refused', { error: describeError(new Error(text, { cause: new Error(text) })) }),
    shapes: [repeated('eyJ-'), repeated('https://'), repeated('Bearer ')],
  },
  {
    what: 'removing mail addresses from a mail server’s reply',
    work: withoutAddresses,
    shapes: [repeated('a'), repeated('@'), repeated('a@'), repeated('.@ ')],
  },
  {
    what: 'explaining why a mail was not sent',
    work: (text) => [
      sendFailure(
        Object.assign(new Error(text), { code: 'EENVELOPE', response: text, responseCode: 550 }),
        false,
      ),
      connectFailure(
        Object.assign(new Error(text), { code: 'EAUTH', originalCode: text, responseCode: 535 }),
      ),
    ],
    shapes: [repeated('a', '550 '), repeated('CERT'), repeated('a.b@')],
  },
  {
    what: 'redacting the output of the doctor',
    work: redaction.clean,
    shapes: [repeated('a'), repeated('@.'), repeated('a@a'), repeated('reference-1'), repeated('..@')],
  },
  {
    what: 'explaining an error in the doctor',
    work: (text) => explain(new Error(text)),
    shapes: [repeated('a ')],
  },
  {
    what: 'reading a sidecar',
    work: readWholeSidecar,
    shapes: [
      repeated('# a: b\n', separated),
      repeated('# caption: b\n\n# caption_edited: x\n', separated),
      repeated('\r'),
      repeated('\n'),
      repeated('\r\n ', separated),
      repeated('[', `${separated}# a: `),
      repeated("'", `${separated}# caption_generated: {`),
      repeated("'\\", `${separated}# caption_generated: {`),
      repeated('# ---\n'),
      repeated(': ', `${separated}# `),
    ],
  },
  {
    what: 'detecting the encoding of a sidecar',
    work: (text) => decodeText(Uint8Array.from(text, (character) => character.charCodeAt(0))),
    shapes: [
      repeated('\xfc'),
      repeated('\xc3\xa4', '', '\xfc'),
      repeated('\xf0', '\xff'),
      repeated('a\0'),
      repeated('\0a', '\xfe\xff'),
    ],
  },
  {
    what: 'editing a sidecar',
    work: editSidecar,
    shapes: [repeated('# a: b\n', separated), repeated('\r', '', 'x'), repeated('\n\r')],
  },
  {
    what: 'reading a Python dictionary',
    work: pythonToJson,
    shapes: [
      repeated("'", '{', '}'),
      repeated("'a'", '{', '}'),
      repeated('\\', "{'", '}'),
      repeated('\\\'\\"', '{', '}'),
      repeated('"\\', '{', '}'),
      repeated(' ', '{', 'x'),
    ],
  },
  {
    what: 'finding the JSON in the answer of an AI',
    work: (content) => {
      try {
        return answerOf({ choices: [{ message: { content } }] }, model)
      } catch (error) {
        return error
      }
    },
    shapes: [
      repeated('\n', '```'),
      repeated('```\n'),
      repeated('{'),
      repeated('[', '{"a":'),
      repeated(' \n', '```json'),
      repeated('{}'),
      repeated('{"'),
      repeated('\\', '{"'),
      repeated('\n{'),
      repeated('</think>'),
      repeated('</think>{}'),
      repeated('```\n{}\n'),
      repeated('{"b":{}}'),
    ],
  },
  {
    what: 'finding an error in an AI answer of status 200',
    work: (text) => toldError({ error: { code: text, type: text, message: text } }),
    shapes: [repeated('rate'), repeated('too '), repeated('9'), repeated('content-')],
  },
  {
    what: 'advising about a failed connection',
    work: (text) => reachingAdvice(new Error(text), { address: 'x' }),
    shapes: [repeated('ECONN'), repeated('SELF_SIGNED'), repeated('_'), repeated('UND_ERR_')],
  },
  {
    what: 'explaining why an AI refused',
    work: (text) =>
      aiFailureOf(new APIError(400, { message: text, code: text }, text, new Headers()), {
        apiKey: 'sk-key',
        model: 'm',
        now: 0,
      }),
    shapes: [repeated('sk-'), repeated('content_'), repeated('sk-key')],
  },
  {
    what: 'reading an answer of Telegram',
    work: (text) => [
      parseMessage(parseJson(text)),
      reasonOf(text, botToken),
      fetchFailure(new Error(text), botToken),
    ],
    shapes: [repeated('['), repeated('{"ok":'), repeated('token'), repeated('\u200b')],
  },
  {
    what: 'reading words for Instagram, and the status of a container',
    work: (text) => [countMentions(text), fittedAltText(text), captionDigest(text), containerFailure(text)],
    shapes: [repeated('@'), repeated('@a'), repeated(' '), repeated('2207'), repeated('😀')],
  },
  {
    what: 'reading a listing of an S3 server',
    work: (text) => {
      try {
        return parseListPage(text)
      } catch (error) {
        return error
      }
    },
    shapes: [
      repeated('<'),
      repeated('<a>'),
      repeated('<!--'),
      repeated('<![CDATA['),
      repeated('&amp;', '<a>', '</a>'),
      repeated('&', '<a>', '</a>'),
      repeated('&#38;', '<ListBucketResult>', '</ListBucketResult>'),
      repeated(' a="b"', '<a', '/>'),
      repeated(' ', '<a', '>'),
      repeated('<Contents></Contents>', '<ListBucketResult>', '</ListBucketResult>'),
      repeated('<!ENTITY a "b">', '<!DOCTYPE x [', ']><a/>'),
      repeated('&a;', '<!DOCTYPE x [<!ENTITY a "bbbbbbbbbb">]><a>', '</a>'),
      repeated('<a></a>', '<b>', '</b>'),
      repeated('x', '<a>', ''),
      repeated('<?a'),
    ],
  },
  {
    what: 'reading an error of an S3 server',
    work: (text) => [
      errorCodeOf(text),
      errorCodeOf(`<Error><Code>${text}</Code></Error>`),
      isCopied(text),
      unquote(text),
    ],
    shapes: [repeated('"'), repeated('&quot;'), repeated('<Code>'), repeated('W/"')],
  },
  {
    what: 'explaining why Dropbox refused',
    work: (text) => [
      dropboxFailureOf(
        { status: 409, headers: new Headers(), body: { error_summary: text, error: { '.tag': text } } },
        { unsettled: false, now: 0, redact: (said) => said },
      ),
      failureText(new Error(text)),
      unsealed(text),
    ],
    shapes: [repeated('path/'), repeated('/conflict'), repeated('\n'), repeated('\n \t')],
  },
  {
    what: 'reading Retry-After',
    work: (text) => retryAfterMs(Object.assign(new Headers(), { get: () => text }), 0),
    shapes: [repeated('9'), repeated('Mon, '), repeated('(('), repeated('- ')],
  },
  {
    what: 'reading a host',
    work: (text) => [
      hostName(text),
      portOf(text),
      parseHost(`${text}.shibari.test`, 'shibari.test'),
      isPublicHost(text),
    ],
    shapes: [repeated('a.'), repeated(':1'), repeated('-'), repeated('::')],
  },
  {
    what: 'reading the address of a client',
    work: (text) => [clientOfLastForwarded(() => text, undefined), clientOfCloudflare(() => text, undefined)],
    shapes: [repeated('1.'), repeated(':'), repeated('1,'), repeated('%a'), repeated('::f')],
  },
  {
    what: 'reading a mail address',
    work: parseEmail,
    shapes: [repeated(' ', 'a', 'a'), repeated('\t', '', 'a'), repeated('@')],
  },
  {
    what: 'reading a return path',
    work: (text) => parseReturnPath(`/${text}`),
    shapes: [repeated('/'), repeated('../'), repeated('%2e')],
  },
  {
    what: 'cleaning the text of an AI',
    work: (text) => clean(text),
    shapes: [repeated(' '), repeated('\ud800'), repeated('\n')],
  },
  {
    what: 'fitting a caption',
    work: (text) => [
      fitCaption(text, rules, text),
      fitCaption(text, mastodonRules, text),
      fitCaption(text, mailRules),
    ],
    shapes: [
      repeated(' ', 'a', 'a'),
      repeated(' ', 'a'.repeat(200), 'a'),
      repeated('.'),
      repeated('#'),
      repeated('#a'),
      repeated('#1'),
      repeated('#a '),
      repeated('#'.repeat(3), 'x ', '1'),
      repeated('\n'),
      repeated('\u0301', 'e'),
      repeated('🇩🇪'),
      repeated('👩‍👩‍'),
      repeated('\u200d'),
      repeated('www.'),
      repeated('写'),
      repeated(' ,'),
      repeated('https://'),
      repeated('a.', 'https://', '1'),
      repeated('https://a.de/('),
      repeated(')', 'https://a.de/('),
      repeated('@a'),
      repeated('@a@b.c '),
      repeated('a.', '@a@', '.'),
    ],
  },
  {
    what: 'finding hashtags',
    work: (text) => [hashtagsOf(text), keepHashtags(text, 2), plainText(text)],
    shapes: [
      repeated('#'),
      repeated('#_'),
      repeated('＃#'),
      repeated('https://'),
      repeated(' ;'),
      repeated('#a#'),
    ],
  },
  {
    what: 'reading a record of the ledger',
    work: (text) => parseRecord(text, 1),
    shapes: [repeated('['), repeated('{"a":')],
  },
  {
    what: 'reading the name of a photo',
    work: (text) => [isPhotoName(text), isPhotoName(`${text}.jpg`), foldName(text)],
    shapes: [repeated('.jpg'), repeated('ﷺ'), repeated('.')],
  },
  {
    what: 'reading the header of a picture',
    work: (text) => {
      const jpeg = new Uint8Array([0xff, 0xd8, ...bytesOf(text)])
      const scan = new Uint8Array([...startOfJpeg, ...bytesOf(text)])
      const webp = bytesOf(`RIFF\xff\xff\xff\x0fWEBP${text}`)
      const png = new Uint8Array([0x89, ...bytesOf(`PNG\r\n\x1a\n${text}`)])
      return [jpeg, scan, webp, png].map((bytes) => [readPictureHeader(bytes), cleanCopy(bytes)])
    },
    shapes: [repeated('\0'), repeated('\u00ff'), repeated('ANIM\0\0\0\0'), repeated('a')],
  },
  {
    what: 'reading and editing XMP',
    work: (text) => {
      const inside = [text, `<rdf:Description ${text}/>`, `<rdf:Description><dc:title>${text}</dc:title>`]
      const documents = [text, ...inside.map((part) => xmpBegin + part), xmpBegin + text + xmpEnd]
      return documents.map((document) => [
        readXmp(bytesOf(document)),
        withAltText(bytesOf(document), 'x'),
        withAltText(null, document),
      ])
    },
    shapes: [
      repeated('<a>'),
      repeated('<a/>'),
      repeated('<a xmlns="u">'),
      repeated(
        '<rdf:li>x</rdf:li>',
        '<rdf:Description><dc:subject><rdf:Bag>',
        '</rdf:Bag></dc:subject></rdf:Description>',
      ),
      repeated('<!--'),
      repeated('<![CDATA[]]'),
      repeated('&amp;'),
      repeated('&'),
      repeated('a="" '),
      repeated(' '),
      repeated('"'),
      repeated('a\u0301'),
    ],
  },
  {
    what: 'reading the metadata in photos',
    work: (text) => {
      const content = Buffer.from(text, 'latin1')
      const webp = Buffer.from(`RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\0\0\0\x0c${'\0'.repeat(9)}`, 'latin1')
      const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
      const photos = [Buffer.from([0xff, 0xd8]), webp, png].map((begin) => Buffer.concat([begin, content]))
      const found = photos.map((photo) => {
        const reader = createMetadataReader()
        for (let at = 0; at < photo.length; at += 512) reader.push(photo.subarray(at, at + 512))
        reader.end()
        return reader.blocks()
      })
      const zlib = Buffer.concat([Buffer.from([0x78, 0x9c]), content])
      return [found, readIptc(content), readExifMetadata(content), inflate(zlib, 100_000)]
    },
    shapes: [
      repeated('\0'),
      repeated('\xff'),
      repeated('\xff\xe1\0\x02'),
      repeated('\x1c\x02\x19\0\0'),
      repeated('\x1c\x02\x19\0\x01a'),
      repeated('8BIM\x04\x04\0\0\0\0\0\0'),
      repeated('\0\0\0\0tEXt\0\0\0\0'),
      repeated('a'),
    ],
  },
  {
    what: 'reading the time taken of an AVIF or HEIC',
    work: (text) => {
      const content = bytesOf(text)
      const meta = boxOf('meta', [new Uint8Array(4), content])
      const items = boxOf('iinf', [Uint8Array.of(0, 0, 0, 0, 255, 255), exifItem, content])
      const places = boxOf('iloc', [Uint8Array.of(2, 0, 0, 0, 0, 0, 255, 255, 255, 255), content])
      const file = boxOf('meta', [new Uint8Array(4), items, places])
      return [content, meta, file].map((bytes) => timeInContainer([bytes], bytes.length))
    },
    shapes: [repeated('\0'), repeated('\u00ff'), repeated('\0\0\0\bfree'), repeated('\0\0\0\bmeta')],
  },
  {
    what: 'checking a kept AVIF',
    work: (text) => {
      const content = bytesOf(text)
      const type = boxOf('ftyp', [bytesOf('avif')])
      const pixels = boxOf('mdat', [content])
      const items = boxOf('iinf', [new Uint8Array(6), content])
      const meta = boxOf('meta', [new Uint8Array(4), items])
      return [[type, pixels, content], [type, meta, pixels], [content]].map((parts) =>
        cleanAvifSize(Buffer.concat(parts)),
      )
    },
    shapes: [repeated('\0'), repeated('\0\0\0\bfree'), repeated('\0\0\0\binfe')],
  },
  {
    what: 'reading the cookie of the random walk',
    work: (text) => nextStep([], text),
    shapes: [repeated('a'), repeated('a.')],
  },
  {
    what: 'reading the conditions of a request',
    work: (text) => [matchesNone(text, '"x"'), negotiateType(text, ['image/webp'])],
    shapes: [
      repeated('"'),
      repeated('"a'),
      repeated('W/"a", '),
      repeated(';q='),
      repeated(',;='),
      repeated(' ', 'a;', 'b'),
    ],
  },
  {
    what: 'reading the cursor of a listing',
    work: (text) => parseCursor(text),
    shapes: [repeated('W'), repeated('W1tb'), repeated('='), repeated('-_')],
  },
  {
    what: 'reading the failure of an attempt',
    work: (text) => parseFailure(text),
    shapes: [repeated('['), repeated('{"a":'), repeated('1')],
  },
  {
    what: 'looking for secrets in an answer of an orchestrator',
    work: (text) => secretsIn({ a: text }),
    shapes: [
      repeated('eyJ-'),
      repeated('eyJaaaaaaaaaa.'),
      repeated('-----BEGIN '),
      repeated('a://b:'),
      repeated('PRIVATE KEY'),
    ],
  },
  {
    what: 'writing the tags of a confirmation mail',
    work: (text) => normalTags([text, ...text.split(' ')]),
    shapes: [repeated('#'), repeated('_a'), repeated('# '), repeated('ﷺ')],
  },
  {
    what: 'reading the fields of a configuration',
    work: (text) => [
      whole(1, 0).read(text, 'x', []),
      flag(true).read(text, 'x', []),
      choice(['a'], 'a').read(text, 'x', []),
      name(10).read(text, 'x', []),
      appearanceField.read({ title: text, accent_color: text }, 'x', []),
    ],
    shapes: [repeated(' '), repeated('1'), repeated('0', '1.', 'x'), repeated('#')],
  },
  {
    what: 'naming the unknown keys of a configuration',
    work: (text) =>
      unknownKeys({ [text]: 1, config: { publishers: { [text]: {} }, features: { [text]: 1 } } }),
    shapes: [repeated('a'), repeated('publish_'), repeated('\u202e')],
  },
]
