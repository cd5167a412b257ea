/** What the emulator was asked, read without judging it. */

/** One request, as the emulator saw it. */
export interface OrchestratorCall {
  method: string
  path: string
  /** The host whose configuration is asked for, from body or query. */
  host: string | undefined
  /** What `X-Tenant` says. */
  tenant: string | undefined
  /** The reference whose credentials are asked for. */
  credentialsRef: string | undefined
  /** Which of the emulator's tokens came along, from 0; -1 for none of them. */
  tokenIndex: number
  requestId: string | undefined
  ifNoneMatch: string | undefined
}

export interface Received {
  call: OrchestratorCall
  /** The parsed body; `undefined` where it is no JSON object. */
  body: Readonly<Record<string, unknown>> | undefined
}

export async function receive(request: Request, tokens: readonly string[]): Promise<Received> {
  const { headers, method } = request
  const url = new URL(request.url)
  const body = jsonObject(await request.text())
  const token = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1]
  const call = {
    method,
    path: url.pathname,
    host: textOf(body?.host) ?? url.searchParams.get('host') ?? undefined,
    tenant: headers.get('x-tenant') ?? undefined,
    credentialsRef: textOf(body?.credentials_ref),
    tokenIndex: token === undefined ? -1 : tokens.indexOf(token),
    requestId: headers.get('x-request-id') ?? undefined,
    ifNoneMatch: headers.get('if-none-match') ?? undefined,
  }
  return { call, body }
}

function jsonObject(text: string): Received['body'] {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
