/** Page of the accounts' posts, newest first. */
import { html } from 'hono/html'
import { postPage } from '../../post-page.ts'
import type { InstagramPost } from './state.ts'

const style = `
  body { margin: 0 auto; max-width: 32rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif;
    background: #fafafa; color: #1c1c1e }
  .note, footer { font-size: .8125rem; color: #636366 }
  article { margin: 1rem 0; border: 1px solid #dbdbdb; border-radius: .5rem; overflow: hidden; background: #fff }
  img { display: block; width: 100%; height: auto }
  p, h2, footer { margin: .5rem .75rem }
  h2 { font-size: 1rem }
  p { white-space: pre-wrap; overflow-wrap: anywhere }
  @media (prefers-color-scheme: dark) {
    body { background: #000; color: #f2f2f7 }
    article { background: #1c1c1e; border-color: #3a3a3c }
    .note, footer { color: #aeaeb2 }
  }
`

/** Renders the page. Captions come from people, so the page escapes them and allows no script. */
export function feedPage(posts: readonly InstagramPost[]): Promise<Response> {
  return postPage({
    title: 'Instagram (emulator)',
    heading: 'Instagram',
    note: 'An emulator on this machine. Nothing here has left it.',
    style,
    articles: posts.toReversed().map(article),
  })
}

/** Returns the path of a photo on the page. */
export function photoPath({ id }: Pick<InstagramPost, 'id'>): string {
  return `/photos/${id}`
}

function article(post: InstagramPost) {
  const { id, username, caption, altText, picture, at } = post
  return html`<article id="post-${id}">
    <h2>@${username}</h2>
    <img src="${photoPath(post)}" width="${picture.width}" height="${picture.height}" alt="${altText ?? ''}">
    <p dir="auto">${caption}</p>
    ${altText === null ? '' : html`<p class="note" dir="auto">Alt text: ${altText}</p>`}
    <footer>${picture.width} × ${picture.height}, ${Math.ceil(picture.bytes.length / 1000)} kB, ${new Date(at).toISOString()}</footer>
  </article>`
}
