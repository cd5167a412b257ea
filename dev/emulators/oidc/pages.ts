/** Pages of the provider. They say that this is the demo, so that no visitor types a real password. */

const style = `
  :root { color-scheme: dark light }
  body { margin: 0; min-height: 100dvh; display: grid; place-items: center; font: 17px/1.5 system-ui, sans-serif }
  main { width: min(22rem, calc(100vw - 3rem)) }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem }
  p { margin: 0 0 1.5rem; opacity: .75 }
  form { margin: 0 0 .75rem }
  button { width: 100%; padding: .9rem 1rem; font: inherit; text-align: start; border-radius: .75rem;
    border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
    background: color-mix(in srgb, currentColor 8%, transparent); color: inherit; cursor: pointer }
  input { box-sizing: border-box; width: 100%; margin: .25rem 0 .5rem; padding: .9rem 1rem; font: inherit; border-radius: .75rem;
    border: 1px solid color-mix(in srgb, currentColor 25%, transparent); background: none; color: inherit }
  button:hover { background: color-mix(in srgb, currentColor 16%, transparent) }
  .quiet { border-color: transparent; background: none; opacity: .75 }`

/** Renders a page with a button for each person, and a field for any other address. */
export function choicePage(people: readonly string[]): string {
  const buttons = people.map(
    (person) =>
      `<form method="post" action="?person=${encodeURIComponent(person)}"><button>${escaped(person)}</button></form>`,
  )
  return page(
    'Who are you?',
    'This is the demo’s own sign-in. It asks for no password.',
    `${buttons.join('\n')}
<form method="post"><label>Another address <input type="email" name="person" required maxlength="254" autocomplete="email"
  placeholder="erin@example.org"></label> <button>Continue</button></form>
<form method="post"><button class="quiet">Cancel and go back</button></form>`,
  )
}

/**
 * Renders the library's own form and submits it at once, because the person already asked to sign out on the publisher's page.
 */
export function leavingPage(form: string): string {
  return page(
    'Signing out',
    'You are being signed out of the demo.',
    `${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes" id="yes">Sign out</button>
<script>document.getElementById('yes').click()</script>`,
  )
}

/** Renders an error page with the error code of OpenID Connect. */
export function lostPage(error: string): string {
  return page('This sign-in has ended', `Go back to the gallery and sign in again. (${escaped(error)})`, '')
}

function page(title: string, text: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${style}</style>
<main><h1>${title}</h1><p>${text}</p>
${content}
</main>
</html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
