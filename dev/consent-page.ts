/** Page on which a person lets an app use an account at an emulated platform. */
import { html, raw } from 'hono/html'

export interface ConsentPage {
  /** Name of the platform. */
  platform: string
  /** Address that the form is sent to. */
  action: string
  /** Parameters of the request, which the form repeats. */
  hidden: Readonly<Record<string, string>>
  accounts: readonly Choice[]
  /** Permissions that the person may untick. Empty: all or nothing. */
  permissions: readonly Choice[]
  /** Colour of the button, as CSS. */
  colour: string
}

interface Choice {
  value: string
  label: string
}

const styleOf = (colour: string) => `
  body { margin: 0 auto; max-width: 26rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif;
    background: #fff; color: #1c1c1e }
  fieldset { margin: 1rem 0; padding: .5rem .75rem; border: 1px solid #c7c7cc; border-radius: .5rem }
  label { display: flex; gap: .5rem; align-items: center; min-height: 2.75rem }
  input { width: 1.25rem; height: 1.25rem }
  button { display: block; width: 100%; min-height: 3rem; margin: .5rem 0; border: 1px solid #6b6b70;
    border-radius: .5rem; background: #fff; color: #1c1c1e; font: inherit }
  button.allow { border-color: ${colour}; background: ${colour}; color: #fff; font-weight: 600 }
  .note { font-size: .8125rem; color: #5b5b60 }
`

/** Renders the page. It allows no script. Its form leads to the address of the app, so the policy names no `form-action`. */
export async function consentPage(page: ConsentPage): Promise<Response> {
  const { platform, action, hidden, accounts, permissions, colour } = page
  const text = await html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>${platform}: allow access</title>
  <style>${raw(styleOf(colour))}</style>
</head>
<body>
  <main>
    <h1>${platform}</h1>
    <p>An app asks to use your account.</p>
    <form method="post" action="${action}">
      ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
      <fieldset>
        <legend>Account</legend>
        ${accounts.map((choice, index) => field('radio', 'account', choice, index === 0))}
      </fieldset>
      ${
        permissions.length === 0
          ? ''
          : html`<fieldset>
        <legend>Permissions</legend>
        ${permissions.map((choice) => field('checkbox', 'permission', choice, true))}
      </fieldset>`
      }
      <button class="allow" name="decision" value="allow">Allow</button>
      <button name="decision" value="cancel">Cancel</button>
    </form>
    <p class="note">An emulator on this machine. No real account is used.</p>
  </main>
</body>
</html>`
  return pageOf(String(text))
}

/** Renders a refusal that the person sees, because the app's address is not known. */
export async function consentRefused(platform: string, reason: string): Promise<Response> {
  const text = await html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${platform}: error</title></head>
<body><main><h1>${platform}</h1><p>${reason}</p></main></body>
</html>`
  return pageOf(String(text), 400)
}

function field(type: 'radio' | 'checkbox', name: string, { value, label }: Choice, isChecked: boolean) {
  return html`<label><input type="${type}" name="${name}" value="${value}" ${isChecked ? raw('checked') : ''}> ${label}</label>`
}

function pageOf(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
    },
  })
}
