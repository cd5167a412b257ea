/** The `q` parameter of lists: a parser for the terms that Google documents, and the check of one item. */
import { invalidValue, Refusal } from './refusals.ts'

/** Values of an item that a query can ask for. */
export interface Searched {
  name: string
  mimeType: string
  trashed: boolean
  sharedWithMe: boolean
  parents: readonly string[]
  owners: readonly string[]
  appProperties: Readonly<Record<string, string>>
  createdTime: number
  modifiedTime: number
}

export interface Query {
  matches(item: Searched): boolean
  /** IDs of the folders that the query names. */
  parents: readonly string[]
}

interface Token {
  kind: 'text' | 'word' | 'sign'
  value: string
}

type Test = (item: Searched) => boolean

/** Google refuses a query that is too complex, without telling the limit. */
const maxTerms = 100

/** Parses a query. Throws Google's 400 for anything that does not fit. */
export function parseQuery(q: string): Query {
  const reader = createReader(tokensOf(q))
  const parents: string[] = []
  let terms = 0

  /** `and` and `or` have the same rank, and are evaluated from left to right. */
  function parseExpression(): Test {
    let test = parseOperand()
    for (;;) {
      const operator = reader.takeWord('and', 'or')
      if (operator === undefined) return test
      const [left, right] = [test, parseOperand()]
      test = operator === 'and' ? (item) => left(item) && right(item) : (item) => left(item) || right(item)
    }
  }

  function parseOperand(): Test {
    if (reader.takeWord('not') !== undefined) {
      const inner = parseOperand()
      return (item) => !inner(item)
    }
    if (reader.takeSign('(') !== undefined) {
      const inner = parseExpression()
      if (reader.takeSign(')') === undefined) throw invalidValue('q')
      return inner
    }
    terms += 1
    if (terms > maxTerms) throw new Refusal(400, 'invalid', 'The query is too complex.')
    return parseTerm(reader, (id) => parents.push(id))
  }

  const test = parseExpression()
  if (!reader.isAtEnd()) throw invalidValue('q')
  return { matches: test, parents }
}

type Reader = ReturnType<typeof createReader>

function createReader(tokens: readonly Token[]) {
  let at = 0
  const take = (kind: Token['kind'], values?: readonly string[]): string | undefined => {
    const token = tokens[at]
    if (token?.kind !== kind || (values && !values.includes(token.value))) return undefined
    at += 1
    return token.value
  }
  return {
    takeWord: (...values: string[]) => take('word', values.length > 0 ? values : undefined),
    takeSign: (...values: string[]) => take('sign', values),
    takeText: () => take('text'),
    isAtEnd: () => at === tokens.length,
  }
}

const token = /\s*(?:'((?:[^'\\]|\\['\\])*)'|([A-Za-z]+)|(!=|<=|>=|[=<>(){}]))/y

function tokensOf(q: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  const end = q.trimEnd().length
  while (token.lastIndex < end) {
    const found = token.exec(q)
    if (!found) throw invalidValue('q')
    const [, text, word, sign] = found
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replace(/\\(.)/g, '$1') })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else tokens.push({ kind: 'sign', value: sign ?? '' })
  }
  return tokens
}

function parseTerm(reader: Reader, addParent: (id: string) => void): Test {
  const text = reader.takeText()
  if (text !== undefined) return parseMembership(reader, text, addParent)
  switch (reader.takeWord()) {
    case 'name':
      return parseName(reader)
    case 'mimeType':
      return parseMimeType(reader)
    case 'trashed':
      return parseFlag(reader, ({ trashed }) => trashed, ['=', '!='])
    case 'sharedWithMe':
      return parseFlag(reader, ({ sharedWithMe }) => sharedWithMe, ['='])
    case 'createdTime':
      return parseTime(reader, ({ createdTime }) => createdTime)
    case 'modifiedTime':
      return parseTime(reader, ({ modifiedTime }) => modifiedTime)
    case 'appProperties':
      return parseProperty(reader)
    default:
      throw invalidValue('q')
  }
}

function parseMembership(reader: Reader, text: string, addParent: (id: string) => void): Test {
  if (reader.takeWord('in') === undefined) throw invalidValue('q')
  const collection = reader.takeWord('parents', 'owners')
  if (collection === 'owners') return ({ owners }) => owners.includes(text)
  if (collection !== 'parents') throw invalidValue('q')
  addParent(text)
  return ({ parents }) => parents.includes(text)
}

/** Compares names without case. `contains` finds the beginnings of words. */
function parseName(reader: Reader): Test {
  const operator = reader.takeSign('=', '!=') ?? reader.takeWord('contains')
  const wanted = textOf(reader).toLowerCase()
  if (operator === '=') return ({ name }) => name.toLowerCase() === wanted
  if (operator === '!=') return ({ name }) => name.toLowerCase() !== wanted
  if (operator !== 'contains') throw invalidValue('q')
  return ({ name }) => {
    const folded = name.toLowerCase()
    const isStart = (at: number) => at === 0 || !/[\p{L}\p{N}]/u.test(folded[at - 1] ?? '')
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
      if (isStart(at)) return true
    return false
  }
}

function parseMimeType(reader: Reader): Test {
  const operator = reader.takeSign('=', '!=') ?? reader.takeWord('contains')
  const wanted = textOf(reader)
  if (operator === '=') return ({ mimeType }) => mimeType === wanted
  if (operator === '!=') return ({ mimeType }) => mimeType !== wanted
  if (operator !== 'contains') throw invalidValue('q')
  return ({ mimeType }) => mimeType.startsWith(wanted)
}

function parseFlag(reader: Reader, read: Test, operators: readonly string[]): Test {
  const operator = reader.takeSign(...operators)
  const word = reader.takeWord('true', 'false')
  if (operator === undefined || word === undefined) throw invalidValue('q')
  const wanted = (word === 'true') === (operator === '=')
  return (item) => read(item) === wanted
}

function parseTime(reader: Reader, read: (item: Searched) => number): Test {
  const operator = reader.takeSign('<', '<=', '=', '!=', '>', '>=')
  const text = textOf(reader)
  const wanted = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
  if (Number.isNaN(wanted)) throw invalidValue('q')
  const tests: Record<string, Test> = {
    '<': (item) => read(item) < wanted,
    '<=': (item) => read(item) <= wanted,
    '=': (item) => read(item) === wanted,
    '!=': (item) => read(item) !== wanted,
    '>': (item) => read(item) > wanted,
    '>=': (item) => read(item) >= wanted,
  }
  const test = tests[operator ?? '']
  if (!test) throw invalidValue('q')
  return test
}

/** Parses `has { key='k' and value='v' }`. */
function parseProperty(reader: Reader): Test {
  const isNext = (...steps: (string | undefined)[]) => steps.every((step) => step !== undefined)
  if (!isNext(reader.takeWord('has'), reader.takeSign('{'), reader.takeWord('key'), reader.takeSign('=')))
    throw invalidValue('q')
  const key = textOf(reader)
  if (!isNext(reader.takeWord('and'), reader.takeWord('value'), reader.takeSign('='))) throw invalidValue('q')
  const value = textOf(reader)
  if (reader.takeSign('}') === undefined) throw invalidValue('q')
  return ({ appProperties }) => Object.hasOwn(appProperties, key) && appProperties[key] === value
}

function textOf(reader: Reader): string {
  const text = reader.takeText()
  if (text === undefined) throw invalidValue('q')
  return text
}
