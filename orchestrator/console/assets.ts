/** Files that the pages load. */
import { readFile } from 'node:fs/promises'
import type { Context } from 'hono'

let style: Promise<string> | undefined

/** Answers with the style sheet. */
export async function styleSheet(c: Context): Promise<Response> {
  style ??= readFile(new URL('assets/console.css', import.meta.url), 'utf8')
  const text = await style
  return c.body(text, 200, {
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=300',
  })
}
