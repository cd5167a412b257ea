/**
 * Length of a post, counted independently of the product: word by word with a URL parser instead of a pattern
 * (mastodon/mastodon, status_length_validator.rb).
 */
import type { Flavour, InstanceLimits } from './flavours.ts'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Returns the length of text and content warning together. */
export function postLength(
  text: string,
  spoilerText: string,
  { counts }: Pick<Flavour, 'counts'>,
  { charactersPerUrl }: Pick<InstanceLimits, 'charactersPerUrl'>,
): number {
  if (counts === 'code-points') return [...text, ...spoilerText].length
  if (counts === 'graphemes') return graphemesOf(text) + graphemesOf(spoilerText)
  let length = graphemesOf(spoilerText)
  let plain = ''
  for (const word of text.split(/(\s+)/)) {
    const start = word.search(/https?:\/\//i)
    if (start >= 0 && URL.canParse(word.slice(start))) {
      plain += word.slice(0, start)
      length += charactersPerUrl
    } else {
      plain += withoutDomain(word)
    }
  }
  return length + graphemesOf(plain)
}

/** Drops the domain of a mention at the beginning of a word. Text behind the domain, such as an ellipsis, stays. */
function withoutDomain(word: string): string {
  const [, name] = /^@(\w+)@/.exec(word) ?? []
  if (name === undefined) return word
  const [domain = ''] = /^[\w.-]*/.exec(word.slice(name.length + 2)) ?? []
  return `@${name}${word.slice(name.length + 2 + domain.length)}`
}

function graphemesOf(text: string): number {
  return [...graphemes.segment(text)].length
}
