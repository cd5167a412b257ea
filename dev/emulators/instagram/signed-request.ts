/** Signed requests of Meta, which tell an app that a person removed it or wants data deleted. */
import { createHmac } from 'node:crypto'

/** Signs a payload as Meta does: HMAC-SHA256 with the app's secret, both parts as base64url. */
export function signedRequest(payload: Readonly<Record<string, unknown>>, secret: string): string {
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url')
  return `${createHmac('sha256', secret).update(text).digest('base64url')}.${text}`
}
