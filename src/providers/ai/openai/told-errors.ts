/** Errors that gateways such as OpenRouter, LiteLLM and vLLM send with status 200, and the status that each deserves. */

/** Upper bound on the examined characters of a code or type. */
const longestCode = 300

type Fields = Readonly<Record<string, unknown>>

/** Words in `code` or `type` with the status that OpenAI sends in that case. The first match wins. */
const statusOfWords: readonly [words: RegExp, status: number][] = [
  [/billing|payment|credit|quota|fund|(?<!load.?)balance(?![dr])/, 402],
  [/rate.?limit|too.?many|exhausted|throttl/, 429],
  [/content.?policy|content.?filter|moderation/, 400],
  [/api.?key|unauthorized|authenti/, 401],
  [/permission|forbidden/, 403],
  [/not.?found/, 404],
  [/overloaded|unavailable|capacity/, 503],
  [/invalid|unsupported|bad.?request|unprocessable/, 400],
]
/** Status of an error without a code: gateways send such errors when their upstream fails. */
const unknownStatus = 502

/** Returns the status and the standard body of an error in an answer with status 200; `null` if the answer has no error. */
export function toldError(body: unknown): { status: number; error: unknown } | null {
  const error = isFields(body) ? errorIn(body) : null
  return error === null
    ? null
    : { status: statusOf(error), error: isFields(error) ? error : { message: error } }
}

function errorIn(body: Fields): unknown {
  const choices = Array.isArray(body.choices) ? body.choices : null
  const choice: unknown = choices?.[0]
  // Some gateways send an empty error beside each good answer.
  const hasMessage = isFields(choice) && isFields(choice.message)
  if (body.error && !(hasMessage && isEmpty(body.error))) return body.error
  if (isFields(choice)) {
    if (choice.error && !(hasMessage && isEmpty(choice.error))) return choice.error
    return choice.finish_reason === 'error' ? 'finish_reason: error' : null
  }
  const isError = body.object === 'error' || (!('data' in body && body.data) && !('object' in body))
  return isError && typeof body.message === 'string' ? body : null
}

/** Recognises errors without content: blank text, an empty list, an object without message, code, status and type. */
function isEmpty(error: unknown): boolean {
  if (typeof error === 'string') return error.trim() === ''
  if (Array.isArray(error)) return error.length === 0
  if (!isFields(error)) return false
  const { message, code, status, type } = error
  return [message, code, status, type].every((it) => (typeof it === 'string' ? it.trim() === '' : !it))
}

function statusOf(error: unknown): number {
  const { code, status, type } = isFields(error) ? error : { code: error, status: null, type: null }
  for (const value of [code, status]) {
    const number = Number(typeof value === 'string' ? value.slice(0, longestCode) : value)
    if (Number.isInteger(number) && number >= 400 && number < 600) return number
  }
  const words = [code, status, type]
    .map((value) => String(value).slice(0, longestCode))
    .join(' ')
    .toLowerCase()
  return statusOfWords.find(([pattern]) => pattern.test(words))?.[1] ?? unknownStatus
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
