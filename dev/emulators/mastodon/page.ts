/** Page of an emulated server with its posts, newest first. */
import { html } from 'hono/html'
import { postPage } from '../../post-page.ts'
import { type MastodonMedia, type MastodonPost, pictureAddress } from './posts.ts'

const style = `
  body { margin: 0 auto; max-width: 36rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif;
    background: #eff3f5; color: #1d2530 }
  .note, footer { font-size: .8125rem; color: #4b5b6b }
  article { margin: 1rem 0; padding: .75rem; border-radius: .5rem; background: #fff }
  article.gone { opacity: .6 }
  .gone > p, .gone summary { text-decoration: line-through }
  h2 { margin: 0; font-size: 1rem; color: #563acc }
  p, figcaption { white-space: pre-wrap; overflow-wrap: anywhere }
  summary { cursor: pointer; padding: .5rem; border: 1px solid #9aa7b4; border-radius: .375rem }
  figure { margin: .5rem 0; overflow: hidden }
  img { display: block; width: 100%; height: auto; border-radius: .375rem }
  .sensitive img { filter: blur(2rem) }
  .sensitive img:hover { filter: none }
  figcaption { font-size: .875rem }
  @media (prefers-color-scheme: dark) {
    body { background: #191b22; color: #e5e9f0 }
    article { background: #282c37 }
    h2 { color: #b7a9ff }
    .note, footer { color: #9baec8 }
  }
`

/** Renders the page. Texts come from people, so the page escapes them and allows no script. */
export function timelinePage(title: string, posts: readonly MastodonPost[]): Promise<Response> {
  return postPage({
    title: `${title} (emulator)`,
    heading: title,
    note: 'An emulator on this machine. Nothing here has left it. Point at a blurred picture to see it.',
    style,
    articles: posts.toReversed().map(article),
  })
}

function article(post: MastodonPost) {
  const { id, account, spoilerText, deletedAt } = post
  return html`<article id="${id}" class="${deletedAt === undefined ? '' : 'gone'}">
    <h2>${account.displayName ?? account.username} (@${account.username})</h2>
    ${spoilerText === '' ? content(post) : html`<details><summary>${spoilerText}</summary>${content(post)}</details>`}
    <footer>${footerOf(post)}</footer>
  </article>`
}

function content({ text, media, sensitive }: MastodonPost) {
  return html`${text === '' ? '' : html`<p>${text}</p>`}${media.map((picture) => figure(picture, sensitive))}`
}

function figure(media: MastodonMedia, isSensitive: boolean) {
  const { description, width, height } = media
  return html`<figure class="${isSensitive ? 'sensitive' : ''}">
    <img src="${pictureAddress(media)}" width="${width}" height="${height}" alt="${description ?? ''}">
    <figcaption>${description === null || description === '' ? 'No alt text' : `Alt text: ${description}`}</figcaption>
  </figure>`
}

function footerOf({ visibility, sensitive, language, at, edits, deletedAt }: MastodonPost): string {
  return [
    new Date(at).toISOString(),
    visibility,
    ...(sensitive ? ['sensitive'] : []),
    ...(language === null ? [] : [language]),
    ...(edits.length > 0 ? [`edited ${edits.length}×`] : []),
    ...(deletedAt === undefined ? [] : [`deleted ${new Date(deletedAt).toISOString()}`]),
  ].join(' · ')
}
