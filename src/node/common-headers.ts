/** Node's response with headers that every response carries. */
import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http'

type OwnHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[]

/**
 * Response that takes the headers of every response as one list, and writes them together with its own. Node's `setHeader` copies each
 * header into an object of its own first. Give this class to `createServer`.
 */
export class CommonHeadersResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  #common: readonly string[] | undefined

  /** Adds names in lower case and their values, in turn. A header from `setHeader` or `writeHead` wins. */
  setCommonHeaders(namesAndValues: readonly string[]): void {
    this.#common = namesAndValues
  }

  override writeHead(status: number, message?: string, headers?: OwnHeaders): this
  override writeHead(status: number, headers?: OwnHeaders): this
  override writeHead(status: number, message?: string | OwnHeaders, headers?: OwnHeaders): this {
    const own = typeof message === 'string' ? headers : message
    const all = this.#withCommon(own)
    return typeof message === 'string' ? super.writeHead(status, message, all) : super.writeHead(status, all)
  }

  #withCommon(own: OwnHeaders | undefined): OwnHeaders | undefined {
    const common = this.#common
    if (!common) return own
    if (!Array.isArray(own) && this.getHeaderNames().length === 0) return merged(own, common)
    for (let place = 0; place < common.length; place += 2) {
      const [name = '', value = ''] = [common[place], common[place + 1]]
      if (!this.hasHeader(name)) this.setHeader(name, value)
    }
    return own
  }
}

/** Returns names and values in turn, as `writeHead` takes them: the own headers, and the common headers that they do not replace. */
function merged(own: OutgoingHttpHeaders = {}, common: readonly string[]): OutgoingHttpHeader[] {
  const list: OutgoingHttpHeader[] = []
  const names: string[] = []
  for (const name in own) {
    const value = own[name]
    if (value === undefined) continue
    list.push(name, value)
    names.push(name.toLowerCase())
  }
  for (let place = 0; place < common.length; place += 2) {
    const [name = '', value = ''] = [common[place], common[place + 1]]
    if (!names.includes(name)) list.push(name, value)
  }
  return list
}
