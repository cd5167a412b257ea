/** Rules of plain English that a program can check, as functions of a text. CONTRIBUTING.md explains them. */

const maxWords = 25
/** Upper bound on colons and semicolons in a sentence. */
const maxMarks = 1
/** Upper bound on characters in a table cell, as written in Markdown. */
export const maxCellLength = 160

/** Name of a rule. */
export type Rule = 'opening' | 'pronoun' | 'length' | 'marks' | 'citation' | 'phrase' | 'title' | 'cell'

/** Breach of a rule, with the words that break it. */
export interface Fault {
  readonly rule: Rule
  readonly found: string
}

const opening = /^(?:what|who|whether|of|by|none|that|how|one of)\b/gi

const indefinite =
  /\b(?:nobody|somebody|anybody|everybody|someone|no one|whoever|whomever|whatever|whichever)\b/gi
/** `one` that stands for a noun: at the end of a clause, or before a word that cannot follow a number. */
const pronoun =
  /\bthe one of\b|\bones?\b(?=\s*(?:$|[.,;:!?)]|(?:is|was|are|were|that|which|who|whose|has|had|have|can|cannot|may|might|must|will|would|should|does|do|did|and|in|for|with|without|to|from|on|as|than|but|where|when|if)\b))/gi
/** Phrases in which `one` is a number. */
const numeral =
  /\bone (?:and the same|or (?:more|two|several)|by one|in (?:a |\d|two|ten)|to (?:one|two|many))|\bone to one|(?:one|two) and one\b/gi

const citations = [
  /\b(?:design|control[- ]plane|readings)(?:\.md)?,? sections?\b/gi,
  /\bissues? #?\d+\b/gi,
  /\b(?:the|this|our) epic\b|\bepic-\d+/gi,
  /\b(?:design|control-plane|readings|language|style|epic-001)\.md\b|(?<![\w/])(?:\.\.\/)?shared\/(?:facts|cases|hooks)\b/gi,
]
/** Section number, which needs the name of a document. */
const section = /\bsections? \d+/gi
const specification =
  /\b(?:RFC|OpenID|OAuth|ECMA|ECMAScript|HTML|CSS|PNG|JPEG|Exif|TIFF|W3C|WCAG|ISO|Unicode|UAX|UTS|XMP|IPTC|HTTP|Fetch|WebP|ITU|draft-ietf-[a-z0-9-]+|specification)\b|https?:/i

const phrases =
  /\b(?:is|are|was|were) taken\b|\bgoes on\b|\ball the same\b|\bas well\b|\bby itself\b|\bby themselves\b/gi

/** First word of a test title: a verb in the third person. */
const verb =
  /^(?:(?:never|always|still|only|also|first|immediately|silently|safely|then) )?[a-z][a-z-]*s\b(?!')/
const notVerbs =
  /^(?:is|are|was|as|this|its|his|others|those|these|always|photos|pictures|hosts|files|visitors|admins|errors|texts)\b/

/** Returns the part of a text that is prose: code, addresses and links count as one word each. */
export function proseOf(text: string): string {
  return text
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/`[^`]*`/g, 'X')
    .replace(/\{@link ([^{}]*)\}/g, '$1')
    .replace(/\bhttps?:\/\/[^\s)>\]]+/g, 'X')
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })

/** Returns the sentences of a text. Blank lines and list items end a sentence. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\n[ \t]*(?:\n|(?=[-*] |\d{1,3}\. ))/)
    .flatMap((block) => [...segmenter.segment(block.replace(/\s+/g, ' ').trim())])
    .map(({ segment }) => segment.trim())
    .filter((sentence) => sentence !== '')
}

const wordsOf = (sentence: string) => sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word))

function all(text: string, pattern: RegExp, rule: Rule): Fault[] {
  return [...text.matchAll(pattern)].map(([found]) => ({ rule, found }))
}

/** Finds indefinite pronouns and documents that a reader cannot open. */
export function wordFaults(text: string): Fault[] {
  const prose = proseOf(text)
  return [
    ...all(prose, indefinite, 'pronoun'),
    ...all(prose.replace(numeral, 'X').replace(indefinite, 'X'), pronoun, 'pronoun'),
    ...citationFaults(prose),
  ]
}

function citationFaults(prose: string): Fault[] {
  const found = citations.flatMap((pattern) => all(prose, pattern, 'citation'))
  if (found.length > 0 || specification.test(prose)) return found
  return all(prose, section, 'citation')
}

/** Finds sentences that are too long or joined too often. */
export function sentenceFaults(text: string): Fault[] {
  return sentencesOf(proseOf(text)).flatMap((sentence): Fault[] => [
    ...(wordsOf(sentence).length > maxWords ? [{ rule: 'length', found: sentence } as const] : []),
    ...([...sentence.matchAll(/[:;](?=\s)/g)].length > maxMarks
      ? [{ rule: 'marks', found: sentence } as const]
      : []),
  ])
}

/** Finds all faults of a comment. */
export function commentFaults(text: string): Fault[] {
  return [...all(text.trim(), opening, 'opening'), ...wordFaults(text), ...sentenceFaults(text)]
}

/** Finds all faults of a test title. */
export function titleFaults(title: string): Fault[] {
  const isSentence = verb.test(title) && !notVerbs.test(title)
  return [
    ...(isSentence ? [] : [{ rule: 'title', found: title } as const]),
    ...wordFaults(title),
    ...sentenceFaults(title),
  ]
}

/** Finds the faults of a message for people. Does not limit its length. */
export function messageFaults(text: string): Fault[] {
  return [...wordFaults(text), ...all(proseOf(text), phrases, 'phrase')]
}
