/** Contract suite of vendors (orchestrator/connections/vendor.ts): OAuth flow, pasted values, checks, and refusals. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Begun,
  type Connected,
  type OAuthFlow,
  refusalReasons,
  type Vendor,
  VendorRefused,
  type WrittenCredentials,
} from '../../../orchestrator/connections/vendor.ts'
import { everythingOf, rejection } from '../fixtures/rejections.ts'

/** Fault that a scene injects into all answers of the vendor until the returned function runs. */
export type VendorTrouble =
  /** No answer arrives. */
  | 'held'
  /** The vendor answers 500. */
  | 'error'
  /** The connection breaks. */
  | 'reset'
  /** The vendor refuses in its own form, with {@link noisyWords} as the explanation. */
  | 'noisy'

/** Returns an explanation as a careless vendor writes it: long, on several lines, with an address, and with a secret of the scene. */
export function noisyWordsWith(secret: string): string {
  return `Bad\r\n\u0007request to https://vendor.example/token?code=canary-code with ${secret} ${'x'.repeat(10_000)}`
}

/** Noisy words of a scene whose client secret, token or password is `canary-secret`. */
export const noisyWords = noisyWordsWith('canary-secret')

export interface OAuthScene {
  /** Values that begin the flow. */
  values: unknown
  redirectUri: string
  /** Opens the vendor's page and allows all, as a person does. Returns the query of the callback. */
  allow(url: string): Promise<URLSearchParams>
  /** Opens the vendor's page and cancels. Returns the query of the callback. */
  deny(url: string): Promise<URLSearchParams>
  /** Ends the life of the codes that were not exchanged yet. */
  expireCodes(): void
}

export interface VendorScene {
  vendor: Vendor
  /** Expected name of the account for people. */
  account: string
  oauth?: OAuthScene
  pasted?: { good: unknown; bad: unknown }
  /** Ends the credentials at the vendor, as the person does there. */
  revokeAtVendor(credentials: WrittenCredentials): void | Promise<void>
  /** Faults that the scene can inject. */
  troubles: Record<VendorTrouble, () => () => void>
  close(): Promise<void>
}

/** Longest time-out that a vendor's call may have. */
const maxTimeoutMs = 10_000
const maxWords = 300

export interface VendorOffer {
  /** Way in which the scene connects. */
  way: 'oauth' | 'pasted'
  /** True if the vendor revokes by a call. Default: true for OAuth. */
  revokes?: boolean
}

const troubles = ['held', 'error', 'reset', 'noisy'] as const

/** Runs the cases of what a vendor offers. Every secret of the scene contains the word `canary`, and no refusal may contain a secret. */
export function describeVendor(
  name: string,
  { way, revokes = way === 'oauth' }: VendorOffer,
  open: () => Promise<VendorScene>,
): void {
  describe(`${name} as a vendor`, () => {
    let scene: VendorScene
    beforeEach(async () => {
      scene = await open()
    })
    afterEach(async () => {
      vi.restoreAllMocks()
      await scene.close()
    })

    const connect = () => (way === 'oauth' ? byOAuth(scene) : byPasting(scene, 'good'))

    it('offers what its cases are chosen by', () => {
      expect({
        way: scene.oauth ? 'oauth' : scene.pasted && 'pasted',
        revokes: scene.vendor.revoke !== undefined,
      }).toEqual({ way, revokes })
    })

    describe('connected', () => {
      it('tells the account, and returns credentials that pass the check', async () => {
        const connected = await connect()
        expect(connected.account).toBe(scene.account)
        expect(connected.accountId).not.toBe('')
        expect(connected.credentials).toMatchObject({ provider: scene.vendor.provider })
        expect(connected.credentials).not.toHaveProperty('version')
        await scene.vendor.check(connected.credentials, connected.expiresAt)
      })

      it('tells the same account when the account connects again', async () => {
        const first = await connect()
        expect((await connect()).accountId).toBe(first.accountId)
      })

      it('refuses as revoked when the person has ended the access at the vendor', async () => {
        const { credentials, expiresAt } = await connect()
        await scene.revokeAtVendor(credentials)
        expect((await refusal(scene.vendor.check(credentials, expiresAt))).reason).toBe('revoked')
      })

      if (revokes)
        it('refuses as revoked after its own revocation', async () => {
          const { credentials, expiresAt } = await connect()
          await scene.vendor.revoke?.(credentials)
          expect((await refusal(scene.vendor.check(credentials, expiresAt))).reason).toBe('revoked')
        })

      it.for(troubles)(
        'does not break the connection in a check when the vendor is in trouble (%s)',
        async (trouble) => {
          const { credentials, expiresAt } = await connect()
          const start = scene.troubles[trouble]
          const timeouts = shortTimeouts(trouble === 'held')
          const stop = start()
          const refused = await refusal(scene.vendor.check(credentials, expiresAt))
          if (trouble !== 'noisy') expect(refused.reason).toBe('unavailable')
          expect(refused.reason).not.toBe('revoked')
          expect(Math.max(0, ...timeouts())).toBeLessThanOrEqual(maxTimeoutMs)
          stop()
          vi.restoreAllMocks()
          await scene.vendor.check(credentials, expiresAt)
        },
      )
    })

    if (way === 'oauth')
      describe('its OAuth flow', () => {
        it('sends the state and the own address to the vendor, and keeps plain JSON', async () => {
          const { begun, oauth } = await begin(scene)
          expect(JSON.parse(JSON.stringify(begun.kept))).toEqual(begun.kept)
          expect(begun.url).not.toContain('canary')
          const answer = await oauth.allow(begun.url)
          expect(answer.get('state')).toBe(state)
        })

        it('refuses as denied when the person cancels', async () => {
          const { flow, oauth, begun } = await begin(scene)
          const answer = await oauth.deny(begun.url)
          expect((await refusal(flow.finish(answer, begun.kept, oauth.redirectUri))).reason).toBe('denied')
        })

        it('refuses as invalid when the code has expired', async () => {
          const { flow, oauth, begun } = await begin(scene)
          const answer = await oauth.allow(begun.url)
          oauth.expireCodes()
          expect((await refusal(flow.finish(answer, begun.kept, oauth.redirectUri))).reason).toBe('invalid')
        })

        it('refuses as invalid when a code comes twice', async () => {
          const { flow, oauth, begun } = await begin(scene)
          const answer = await oauth.allow(begun.url)
          await flow.finish(answer, begun.kept, oauth.redirectUri)
          expect((await refusal(flow.finish(answer, begun.kept, oauth.redirectUri))).reason).toBe('invalid')
        })

        it('refuses as invalid when the callback has no code', async () => {
          const { flow, oauth, begun } = await begin(scene)
          const empty = new URLSearchParams({ state })
          expect((await refusal(flow.finish(empty, begun.kept, oauth.redirectUri))).reason).toBe('invalid')
        })

        it('repeats no words of a callback that a stranger wrote', async () => {
          const { flow, oauth, begun } = await begin(scene)
          const foreign = new URLSearchParams({
            state,
            error: 'server_error https://thief.example',
            error_description: noisyWords,
          })
          const refused = await refusal(flow.finish(foreign, begun.kept, oauth.redirectUri))
          expect(refused.reason).not.toBe('revoked')
          expect(everythingOf(refused)).not.toContain('thief')
        })

        it.for(troubles)(
          'refuses when the vendor is in trouble during the exchange (%s)',
          async (trouble) => {
            const start = scene.troubles[trouble]
            const { flow, oauth, begun } = await begin(scene)
            const answer = await oauth.allow(begun.url)
            const timeouts = shortTimeouts(trouble === 'held')
            start()
            const refused = await refusal(flow.finish(answer, begun.kept, oauth.redirectUri))
            if (trouble !== 'noisy') expect(refused.reason).toBe('unavailable')
            expect(Math.max(0, ...timeouts())).toBeLessThanOrEqual(maxTimeoutMs)
          },
        )
      })

    if (way === 'pasted')
      describe('its pasted values', () => {
        it('refuses values that the vendor does not know', async () => {
          expect(['invalid', 'revoked', 'bad_address', 'unsuitable']).toContain(
            (await refusal(byPasting(scene, 'bad'))).reason,
          )
        })

        it.for([undefined, null, 'text', {}, [], { provider: 'other' }])(
          'does not accept %j as its values (case %#)',
          (values) => {
            expect(scene.vendor.pasted?.values.safeParse(values).success).toBe(false)
          },
        )

        it.for(troubles)('refuses when the vendor is in trouble (%s)', async (trouble) => {
          const start = scene.troubles[trouble]
          shortTimeouts(trouble === 'held')
          start()
          const refused = await refusal(byPasting(scene, 'good'))
          if (trouble !== 'noisy') expect(refused.reason).toBe('unavailable')
        })
      })
  })
}

const state = 'state-of-the-attempt'

interface BegunScene {
  flow: OAuthFlow
  oauth: OAuthScene
  begun: Begun
}

async function begin({ vendor, oauth }: VendorScene): Promise<BegunScene> {
  if (!vendor.oauth || !oauth) throw new Error('The vendor offers no OAuth.')
  const { redirectUri, values } = oauth
  const begun = await vendor.oauth.begin({
    state,
    redirectUri,
    values: vendor.oauth.begins.parse(values),
    language: 'en',
    again: false,
  })
  return { flow: vendor.oauth, oauth, begun }
}

async function byOAuth(scene: VendorScene): Promise<Connected> {
  const { flow, oauth, begun } = await begin(scene)
  return flow.finish(await oauth.allow(begun.url), begun.kept, oauth.redirectUri)
}

async function byPasting({ vendor, pasted }: VendorScene, which: 'good' | 'bad'): Promise<Connected> {
  if (!vendor.pasted || !pasted) throw new Error('The vendor takes no values.')
  return vendor.pasted.accept(vendor.pasted.values.parse(pasted[which]))
}

/** Returns the refusal with which the promise rejects. Fails if a part of it is unfit for people. */
export async function refusal(promise: Promise<unknown>): Promise<VendorRefused> {
  const error = await rejection(promise)
  if (!(error instanceof VendorRefused)) throw error
  expect(refusalReasons).toContain(error.reason)
  expect(error.message).not.toBe('')
  expect(error.message.length).toBeLessThanOrEqual(maxWords)
  expect(error.message).not.toMatch(/:\/\/|[\p{Cc}]/u)
  expect(error.code).toMatch(/^[A-Za-z0-9_.:/-]{0,60}$/)
  expect(everythingOf(error)).not.toContain('canary')
  return error
}

/** Shortens the time-outs of calls if wanted. Returns the time-outs that the calls asked for. */
function shortTimeouts(isWanted: boolean): () => number[] {
  const original = AbortSignal.timeout.bind(AbortSignal)
  const spy = vi.spyOn(AbortSignal, 'timeout')
  if (isWanted) spy.mockImplementation((ms) => original(Math.min(ms, 50)))
  return () => spy.mock.calls.map(([ms]) => ms)
}
