/** Page of the channels with their posts, newest first. */
import { html } from 'hono/html'
import { postPage } from '../../post-page.ts'
import type { TelegramPost } from './chats.ts'

const style = `
  body { margin: 0 auto; max-width: 34rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif;
    background: #dfe7ef; color: #16202a }
  .note { font-size: .875rem; color: #4a5a69 }
  article { margin: 1rem 0; border-radius: .75rem; overflow: hidden; background: #fff }
  img { display: block; width: 100%; height: auto }
  details { position: relative }
  summary { list-style: none; cursor: pointer; overflow: hidden }
  summary::after { content: 'Spoiler: tap to show'; position: absolute; inset: auto 0 50%; text-align: center;
    color: #fff; text-shadow: 0 0 .3rem #000 }
  details:not([open]) img { filter: blur(1.5rem) }
  details[open] summary::after { content: none }
  .deleted { padding: .25rem 0; opacity: .7; font-style: italic }
  p, h2, footer { margin: .5rem .75rem }
  h2 { font-size: 1rem; color: #17679f }
  p { white-space: pre-wrap; overflow-wrap: anywhere }
  footer { font-size: .8125rem; color: #4a5a69 }
  @media (prefers-color-scheme: dark) {
    body { background: #0f1720; color: #e8eef4 }
    article { background: #1c2733 }
    h2 { color: #7cc0f0 }
    .note, footer { color: #a4b3c1 }
  }
`

/** Renders the page. Captions and titles come from people, so the page escapes them and allows no script. */
export function channelPage(posts: readonly TelegramPost[]): Promise<Response> {
  return postPage({
    title: 'Telegram (emulator)',
    heading: 'Telegram',
    note: 'An emulator on this machine. Nothing here has left it.',
    style,
    articles: posts.toReversed().map(article),
  })
}

/** Returns the path of a photo on the page. */
export function photoPath({ chat, messageId }: TelegramPost): string {
  return `/photos/${chat.id}/${messageId}`
}

function article(post: TelegramPost) {
  const { chat, caption, photo, hasSpoiler, at, editedAt, deletedAt } = post
  const title = `${chat.title}${chat.username === undefined ? '' : ` (@${chat.username})`}`
  if (deletedAt !== undefined) {
    return html`<article id="${chat.id}-${post.messageId}" class="deleted">
    <h2>${title}</h2>
    <footer>Deleted ${new Date(deletedAt).toISOString()}</footer>
  </article>`
  }
  const picture = html`<img src="${photoPath(post)}" width="${photo.width}" height="${photo.height}" alt="">`
  const edited = editedAt === undefined ? '' : `, edited ${new Date(editedAt).toISOString()}`
  return html`<article id="${chat.id}-${post.messageId}">
    <h2>${title}</h2>
    ${hasSpoiler ? html`<details><summary>${picture}</summary></details>` : picture}
    <p dir="auto">${caption}</p>
    <footer>${photo.width} × ${photo.height}, ${Math.ceil(photo.bytes.length / 1000)} kB, ${new Date(at).toISOString()}${edited}</footer>
  </article>`
}
