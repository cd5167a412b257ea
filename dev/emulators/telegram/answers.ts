/** Answers in the Bot API's form (Bot API, "Making requests"). */

export interface ErrorParameters {
  retry_after?: number
  migrate_to_chat_id?: number
}

/** Thrown when the real API would answer `ok: false`. */
export class Refusal extends Error {
  readonly status: number
  readonly parameters: ErrorParameters | undefined

  constructor(status: number, description: string, parameters?: ErrorParameters) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}

export function badRequest(what: string, parameters?: ErrorParameters): Refusal {
  return new Refusal(400, `Bad Request: ${what}`, parameters)
}

export function succeeded(result: unknown): Response {
  return Response.json({ ok: true, result })
}

export function refused({ status, message, parameters }: Refusal): Response {
  const body = { ok: false, error_code: status, description: message, ...(parameters && { parameters }) }
  const wait = parameters?.retry_after
  return Response.json(body, { status, headers: wait === undefined ? {} : { 'retry-after': String(wait) } })
}
