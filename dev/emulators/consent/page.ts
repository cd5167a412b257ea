/** Pages on which a person chooses an account and allows access. They say that this is a demo, so that no visitor types a real password. */

const style = `
  :root { color-scheme: light dark }
  body { margin: 0; min-height: 100dvh; display: grid; place-items: center; font: 17px/1.5 system-ui, sans-serif }
  main { width: min(24rem, calc(100vw - 3rem)); padding: 1.5rem 0 }
  h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .5rem }
  p { margin: 0 0 1.25rem }
  fieldset { border: 0; margin: 0 0 1.25rem; padding: 0 }
  legend { padding: 0; font-weight: 600 }
  label { display: flex; gap: .75rem; align-items: center; min-height: 2.75rem; overflow-wrap: anywhere }
  input { width: 1.25rem; height: 1.25rem; flex: none; margin: 0 }
  button { width: 100%; min-height: 3rem; margin: 0 0 .75rem; padding: .5rem 1rem; font: inherit; border-radius: .75rem;
    border: 1px solid currentColor; background: none; color: inherit; cursor: pointer }
  .allow { background: #1a4fd6; border-color: #1a4fd6; color: #fff }
  .demo { padding: .5rem .75rem; border: 2px dashed currentColor; border-radius: .5rem; font-size: .95rem }`

export interface Consent {
  /** Name of the vendor. */
  vendor: string
  /** Accounts to choose from: value and visible name. */
  accounts: readonly { value: string; label: string }[]
  /** Chosen account. Default: the first. */
  chosen?: string | undefined
  /** Access that the app asks for: value and words. */
  scopes: readonly { value: string; label: string }[]
  /** True if the person may allow a part of the access. */
  canUntick: boolean
}

/** Answer of the person. */
export interface Decision {
  isAllowed: boolean
  account: string
  /** Allowed scopes, if the page let the person choose. */
  scopes: string[]
}

/** Renders the page. Its form posts to the same address, with the same query. */
export function consentPage({ vendor, accounts, chosen, scopes, canUntick }: Consent): Response {
  const radios = accounts.map(({ value, label }, index) => {
    const isChosen = chosen === undefined ? index === 0 : value === chosen
    return `<label><input type="radio" name="account" value="${escaped(value)}" required${isChosen ? ' checked' : ''}>${escaped(label)}</label>`
  })
  const access = scopes.map(({ value, label }) =>
    canUntick
      ? `<label><input type="checkbox" name="scope" value="${escaped(value)}" checked>${escaped(label)}</label>`
      : `<li>${escaped(label)}</li>`,
  )
  return page(
    200,
    `Connect ${vendor}`,
    `<p>Shibari Publisher asks for access to your ${escaped(vendor)} account.</p>
<form method="post">
<fieldset><legend>Account</legend>${radios.join('')}</fieldset>
<fieldset><legend>Access</legend>${canUntick ? access.join('') : `<ul>${access.join('')}</ul>`}</fieldset>
<button class="allow" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Cancel</button>
</form>`,
  )
}

/** Renders the page that a vendor shows instead of leading a browser to an address that it does not trust. */
export function refusalPage(vendor: string, text: string, status = 400): Response {
  return page(status, `${vendor}: error`, `<p>${escaped(text)}</p>`)
}

/** Renders the accounts that the app is connected to, each with a button that ends the connection. */
export function appsPage(vendor: string, accounts: Consent['accounts']): Response {
  const forms = accounts.map(
    ({ value, label }) =>
      `<form method="post"><button name="account" value="${escaped(value)}">Disconnect ${escaped(label)}</button></form>`,
  )
  const list =
    forms.length > 0 ? forms.join('\n') : '<p>Shibari Publisher is not connected to any account.</p>'
  return page(200, `${vendor}: connected apps`, list)
}

/** Reads the posted form. */
export function decisionIn(form: URLSearchParams): Decision {
  return {
    isAllowed: form.get('decision') === 'allow',
    account: form.get('account') ?? '',
    scopes: form.getAll('scope'),
  }
}

/** Sends the browser back to the app. */
export function backTo(
  redirectUri: string,
  answer: Readonly<Record<string, string | null>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) if (value !== null) url.searchParams.set(name, value)
  return new Response(null, {
    status: 302,
    headers: { location: url.href, 'cache-control': 'no-store', ...headers },
  })
}

function page(status: number, title: string, content: string): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${style}</style>
<main>
<h1>${escaped(title)}</h1>
<p class="demo">Demo: this page replaces the real page on this machine. Type no password here.</p>
${content}
</main>
</html>`
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }
  return new Response(html, { status, headers })
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
