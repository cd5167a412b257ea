/** Returns the address of the sign-in, which returns to this page. `isFresh` asks a signed-in person too. */
export function signInUrl(isFresh: boolean): string {
  const query = new URLSearchParams({ return_to: location.pathname + location.search + location.hash })
  if (isFresh) query.set('fresh', 'true')
  return `/auth/login?${query}`
}
