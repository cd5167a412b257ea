/** Finds hashtags in any script, and removes those beyond a limit. */

/** Characters of a word. Words of Persian and Indian scripts contain joiners. */
const inWord = String.raw`[\p{L}\p{M}\p{N}_\u200c\u200d]`
/** One hashtag. Neither a number alone ("study #3") nor a lone sign counts. Japanese keyboards type the full-width sign. */
const one = String.raw`[#＃]+(?=[\p{N}_]*\p{L})${inWord}+`
/** Hashtags without a gap between them. A `#` inside a word, a path or an HTML entity is not a hashtag. */
const run = `(?<!${inWord}|[/&#＃])(?:${one})+`
const address = String.raw`\b(?:https?:\/\/|www\.)\S+`

/** Matches web addresses too, in order to skip them and their fragments. */
const inText = new RegExp(`${address}|(?<gap> ?[,;|·]? ?)(?<tags>${run})`, 'giu')
/** Sticky, because the hashtags of a run follow each other without a gap. */
const inRun = new RegExp(one, 'guy')

/** Returns the hashtags in reading order, each with one `#`, including duplicates. */
export function hashtagsOf(text: string): string[] {
  return [...text.matchAll(inText)].flatMap(({ groups }) =>
    (groups?.tags?.match(inRun) ?? []).map((hashtag) => hashtag.replace(/^[#＃]+/, '#')),
  )
}

/** Returns the text with only its first `limit` hashtags. Also removes the comma or space before each removed hashtag. */
export function keepHashtags(text: string, limit: number): string {
  let left = limit
  const kept = text.replace(inText, (match, gap: string | undefined, tags: string | undefined) => {
    if (tags === undefined) return match
    const staying = (tags.match(inRun) ?? []).slice(0, left)
    left -= staying.length
    return staying.length === 0 ? '' : `${gap}${staying.join('')}`
  })
  if (kept === text) return text
  return kept.replace(/\n{3,}/g, '\n\n').trim()
}
