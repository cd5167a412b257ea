/** Access of one store to Google Drive: a shared access token for all calls, renewed in time and once after a refusal. */
import { RetryableError } from '../../../base/retry.ts'
import { unlessAborted } from '../../../base/time.ts'
import { type CredentialSource, withCredentials } from '../../../ports/credentials.ts'
import { AccessTokenRejected, accessRejected } from './errors.ts'
import { type DriveCredentials, type Grant, type GrantOptions, grant, noToken } from './grant.ts'

export interface DriveAccess {
  /**
   * Runs `call` with a token. Renews a refused access token once, and resolves refused credentials again once. Throws
   * `credentials_rejected`, or the errors of `call`.
   */
  use<T>(signal: AbortSignal, call: (grant: Grant) => Promise<T>): Promise<T>
}

export interface DriveAccessOptions extends GrantOptions {
  credentials: CredentialSource<DriveCredentials>
}

interface Flight {
  identity: string
  granted: Promise<Grant>
}

/** Creates the access of one store. Sends nothing before the first call. */
export function createDriveAccess({ credentials, ...options }: DriveAccessOptions): DriveAccess {
  let current: { identity: string; grant: Grant } | undefined
  let flight: Flight | undefined

  function joinFlight(of: DriveCredentials, identity: string, signal: AbortSignal): Flight {
    if (flight?.identity === identity) return flight
    const granted = grant(options, of, signal)
    const mine = { identity, granted }
    const land = () => {
      if (flight === mine) flight = undefined
    }
    granted.then((given) => {
      current = { identity, grant: given }
      land()
    }, land)
    flight = mine
    return mine
  }

  async function get(of: DriveCredentials, signal: AbortSignal): Promise<Grant> {
    const identity = identityOf(of)
    if (current?.identity === identity && options.now() < current.grant.usableUntil) return current.grant
    const joined = joinFlight(of, identity, signal)
    try {
      return await unlessAborted(joined.granted, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      // The flight may hang, so later calls start another.
      if (flight === joined) flight = undefined
      throw new RetryableError(noToken, { cause: error })
    }
  }

  function forget(refused: Grant): void {
    if (current?.grant === refused) current = undefined
  }

  async function useOnce<T>(of: DriveCredentials, signal: AbortSignal, call: (grant: Grant) => Promise<T>) {
    const given = await get(of, signal)
    try {
      return await call(given)
    } catch (error) {
      if (!(error instanceof AccessTokenRejected)) throw error
      forget(given)
    }
    const renewed = await get(of, signal)
    try {
      return await call(renewed)
    } catch (error) {
      if (!(error instanceof AccessTokenRejected)) throw error
      forget(renewed)
      throw accessRejected(error)
    }
  }

  return {
    use: (signal, call) => withCredentials(credentials, (of) => useOnce(of, signal, call)),
  }
}

function identityOf({ refresh_token, service_account }: DriveCredentials): string {
  return JSON.stringify([refresh_token?.reveal(), service_account?.reveal()])
}
