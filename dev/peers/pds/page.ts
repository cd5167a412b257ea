/** Page of the accounts' posts, newest first, with links, labels and alt texts as the records hold them. */
import { html } from 'hono/html'
import { postPage } from '../../post-page.ts'
import type { PdsAccount } from './account.ts'
import { type Facet, type PostedImage, type PostOnPage, postsOf } from './records.ts'

const style = `
  body { margin: 0 auto; max-width: 34rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif;
    background: #eef3f9; color: #14212e }
  .note { font-size: .875rem; color: #4a5a69 }
  article { margin: 1rem 0; border-radius: .75rem; overflow: hidden; background: #fff }
  img { display: block; width: 100%; height: auto }
  p, h2, footer, figcaption { margin: .5rem .75rem }
  figure { margin: 0 }
  h2 { font-size: 1rem; color: #0a5cb8 }
  p { white-space: pre-wrap; overflow-wrap: anywhere }
  a, mark { color: #0a5cb8; background: none }
  strong { border-radius: .25rem; padding: 0 .375rem; background: #7a3b00; color: #fff; font-weight: 600 }
  footer, figcaption { font-size: .8125rem; color: #4a5a69 }
  @media (prefers-color-scheme: dark) {
    body { background: #0f1720; color: #e8eef4 }
    article { background: #1c2733 }
    h2, a, mark { color: #7cc0f0 }
    .note, footer, figcaption { color: #a4b3c1 }
  }
`

/** Answers with the page, or with a picture of the page. */
export function postsPage(
  request: Request,
  server: string,
  accounts: readonly PdsAccount[],
): Promise<Response> {
  const [, folder, did = '', cid = ''] = new URL(request.url).pathname.split('/')
  return folder === 'blobs' ? picture(server, did, cid) : page(server, accounts)
}

async function picture(server: string, did: string, cid: string): Promise<Response> {
  const query = new URLSearchParams({ did, cid })
  const answer = await fetch(`${server}/xrpc/com.atproto.sync.getBlob?${query}`)
  if (!answer.ok) return new Response('Not found', { status: 404 })
  return new Response(answer.body, {
    headers: { 'content-type': 'image/jpeg', 'x-content-type-options': 'nosniff' },
  })
}

/** Renders the page. Texts come from people, so the page escapes them and allows no script. */
async function page(server: string, accounts: readonly PdsAccount[]): Promise<Response> {
  const posts = await postsOf(server, accounts)
  return postPage({
    title: 'Bluesky (on this machine)',
    heading: 'Bluesky',
    note: 'Bluesky’s own server, on this machine. Nothing here has left it.',
    style,
    articles: posts.map(article),
  })
}

function article(post: PostOnPage) {
  const { account, text, facets, labels, embed, langs, createdAt } = post
  const values = labels?.values.map(({ val }) => val) ?? []
  return html`<article>
    <h2>${account.handle}</h2>
    ${values.map((value) => html`<p><strong>${value}</strong></p>`)}
    ${embed?.images.map((image) => figure(account, image))}
    <p dir="auto">${richText(text, facets)}</p>
    <footer>${[createdAt, ...langs].join(', ')}</footer>
  </article>`
}

function figure({ did }: PdsAccount, { image, alt, aspectRatio }: PostedImage) {
  const size = aspectRatio ? `${aspectRatio.width} × ${aspectRatio.height}, ` : ''
  const note = `${size}${Math.ceil(image.size / 1000)} kB. Alt text: ${alt === '' ? 'none' : alt}`
  return html`<figure>
    <img src="/blobs/${did}/${image.ref.$link}" alt="${alt}">
    <figcaption>${note}</figcaption>
  </figure>`
}

/** Renders the text with its facets. Their offsets count UTF-8 bytes. */
function richText(text: string, facets: readonly Facet[]) {
  const bytes = new TextEncoder().encode(text)
  const slice = (from: number, to?: number) => new TextDecoder().decode(bytes.subarray(from, to))
  const ordered = facets.toSorted((one, other) => one.index.byteStart - other.index.byteStart)
  let end = 0
  const parts = ordered.flatMap(({ index, features }) => {
    const { byteStart, byteEnd } = index
    const before = slice(end, byteStart)
    end = byteEnd
    const words = slice(byteStart, byteEnd)
    const { uri, did } = features[0] ?? {}
    const address = uri ?? (did === undefined ? undefined : `https://bsky.app/profile/${did}`)
    return [
      before,
      address === undefined ? html`<mark>${words}</mark>` : html`<a href="${address}">${words}</a>`,
    ]
  })
  return [...parts, slice(end)]
}
