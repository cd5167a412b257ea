/** Finds hashtags in any script, and takes out those that are too many. */

/** Joiners stand inside words of Persian and of Indian scripts. */
const inWord = String.raw`[\p{L}\p{M}\p{N}_\u200c\u200d]`
/** A number alone is none ("study #3"), nor is a sign without a word. Japanese keyboards give the full-width sign. */
const one = String.raw`[#＃]+(?=[\p{N}_]*\p{L})${inWord}+`
/** Hashtags written without a gap. Inside a word, a path or an HTML entity a `#` means something else. */
const run = `(?<!${inWord}|[/&#＃])(?:${one})+`
const address = String.raw`\b(?:https?:\/\/|www\.)\S+`

/** Web addresses are matched only to be passed over, with their fragments. */
const inText = new RegExp(`${address}|(?<gap> ?[,;|·]? ?)(?<tags>${run})`, 'giu')
/** Sticky: the hashtags of a run follow each other without a gap. */
const inRun = new RegExp(one, 'guy')

/** The hashtags in reading order, each with one `#`, repeated ones included. */
export function hashtagsOf(text: string): string[] {
  return [...text.matchAll(inText)].flatMap(({ groups }) =>
    (groups?.tags?.match(inRun) ?? []).map((hashtag) => hashtag.replace(/^[#＃]+/, '#')),
  )
}

/** The text with its first `limit` hashtags; of the others the comma or space before them goes as well. */
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
