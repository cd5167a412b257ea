/** Text of comments, as their reader sees it. */

/** Comment as a parser returns it. */
export interface SourceComment {
  readonly type: string
  readonly value: string
  readonly loc: { start: { line: number; column: number }; end: { line: number; column: number } }
}

/** Text of one or more comments that belong together, and where it begins. */
export interface CommentText {
  readonly text: string
  readonly loc: SourceComment['loc']
}

/** Comments for tools. A reason that follows is not checked. */
const directive =
  /^[\s*!/]*(?:biome-ignore|eslint-|@ts-|[#@]__|v8 ignore|<reference|@vite-ignore|@jsx|# sourceMappingURL)/

/** Returns texts, with neighbouring line comments joined and each JSDoc tag as a text of its own. */
export function commentTexts(comments: readonly SourceComment[]): CommentText[] {
  return joined(comments.filter(({ value }) => !directive.test(value))).flatMap(({ text, loc }) =>
    paragraphsOf(text).map((paragraph) => ({ text: paragraph, loc })),
  )
}

function joined(comments: readonly SourceComment[]): CommentText[] {
  const texts: { text: string; loc: SourceComment['loc']; isLine: boolean }[] = []
  for (const { type, value, loc } of comments) {
    const isLine = type === 'Line'
    const last = texts.at(-1)
    const follows =
      isLine &&
      last?.isLine &&
      loc.start.line === last.loc.end.line + 1 &&
      loc.start.column === last.loc.start.column
    if (follows) {
      last.text += `\n${value.replace(/^\s/, '')}`
      last.loc = { start: last.loc.start, end: loc.end }
    } else texts.push({ text: isLine ? value.trim() : withoutStars(value), loc, isLine })
  }
  return texts
}

function withoutStars(value: string): string {
  return value
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, ''))
    .join('\n')
    .trim()
}

/** Splits at JSDoc tags. Examples are code. */
function paragraphsOf(text: string): string[] {
  return text
    .split(/\n(?=@\w+)/)
    .filter((part) => !/^@(?:example|see|type|typedef)\b/.test(part))
    .map((part) => part.replace(/^@\w+\s*(?:\{[^}]*\}\s*)?/, '').trim())
    .filter((part) => part !== '')
}
