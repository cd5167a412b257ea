/** Calls of the Bot API that connect a bot. Its token is part of the address, so no error names the address. */
import { z } from 'zod'
import type { Fetch } from '../../../../src/base/endpoint-guard.ts'
import { type RefusalReason, VendorRefused } from '../../vendor.ts'
import { callVendor } from '../../vendor-call.ts'
import { createVendorFetch } from '../../vendor-fetch.ts'
import { vendorWords } from '../../vendor-words.ts'

/** Calls a method and parses its result. Throws {@link VendorRefused}: the given reason if the bot's token is refused. */
export type TelegramAsk = <T>(
  method: string,
  parameters: Readonly<Record<string, string | number>>,
  result: z.ZodType<T>,
  tokenRefusedAs?: 'invalid' | 'revoked',
) => Promise<T>

/** Refusal of a call that the token itself does not explain. `code` is the status. */
const refusedSchema = z.object({ description: z.string().catch('') })

/** Creates the calls of a bot. */
export function askTelegram(fetch: Fetch, base: string, token: string): TelegramAsk {
  const bounded = createVendorFetch(fetch, 'Telegram')
  return async (method, parameters, result, tokenRefusedAs = 'invalid') => {
    const url = new URL(`${base.replace(/\/$/, '')}/bot${token}/${method}`)
    const { status, body } = await callVendor(bounded, 'Telegram', url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(parameters),
    })
    const parsed = z.object({ ok: z.literal(true), result }).safeParse(body)
    if (parsed.success) return parsed.data.result
    throw refusalOf(status, body, token, tokenRefusedAs)
  }
}

function refusalOf(
  status: number,
  body: unknown,
  token: string,
  tokenRefusedAs: RefusalReason,
): VendorRefused {
  const { description = '' } = refusedSchema.safeParse(body).data ?? {}
  const words = vendorWords(description, [token]) || `Telegram answered ${status}.`
  // 404 is the answer to a token of the wrong form.
  if (status === 401 || status === 404)
    return new VendorRefused(tokenRefusedAs, `Telegram does not know this token: ${words}`, String(status))
  if (status >= 400) return new VendorRefused('invalid', words, String(status))
  return new VendorRefused('unavailable', 'Telegram answered in an unknown form.', String(status))
}
