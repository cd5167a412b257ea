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

function withoutDomain(word: string): string {
  const [before, name, domain, ...rest] = word.split('@')
  const isMention = before === '' && rest.length === 0 && name !== undefined && /^\w+$/.test(name)
  return isMention && domain !== undefined && /^[a-z0-9.-]+\.[a-z0-9-]+$/i.test(domain) ? `@${name}` : word
}

function graphemesOf(text: string): number {
  return [...graphemes.segment(text)].length
}
