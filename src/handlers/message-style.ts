/** Stylesheet of message pages: a separate file, since the content security policy allows nothing inline. */

/** Path below `/assets/`, so that every host serves the stylesheet, even a host without a gallery. */
export const messageStylePath = '/assets/message.css'

/** Style with the colours of src/ui/tokens.css, but without a tenant's own: most message pages belong to no tenant. */
export const messageStyle = `:root {
  color-scheme: dark;
  background: light-dark(#f5f3ef, #0f0f10);
  color: light-dark(#1c1a17, #f1efec);
  font: 400 1rem / 1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: light) {
  :root { color-scheme: light; }
}
* { box-sizing: border-box; margin: 0; }
body {
  display: grid;
  place-items: center;
  min-height: 100dvh;
  padding: 1.5rem;
}
main {
  display: grid;
  gap: 1rem;
  width: 100%;
  max-width: 30rem;
  padding: clamp(1.5rem, 6vw, 2.5rem);
  border: 1px solid light-dark(#d9d4ca, #343438);
  border-radius: 1rem;
  background: light-dark(#fffefb, #1b1b1e);
  overflow-wrap: anywhere;
}
h1 { font-size: 1.375rem; line-height: 1.25; }
h2 { font-size: 1.0625rem; }
section:target { outline: 2px solid; outline-offset: 0.5rem; }
ul { display: grid; gap: 0.25rem; padding: 0; list-style: none; }
ul a { display: block; padding: 0.5rem 0; }
a { color: light-dark(#8f5200, #f0b46a); }
p > a, button {
  display: inline-block;
  padding: 0.625rem 1.25rem;
  border: 0;
  border-radius: 2rem;
  background: light-dark(#8f5200, #f0b46a);
  color: light-dark(#fffefb, #141416);
  font: inherit;
  text-decoration: none;
  cursor: pointer;
}
:is(a, button):focus-visible { outline: 2px solid currentcolor; outline-offset: 3px; }
small { color: light-dark(#625d55, #a8a49d); }
@media (prefers-contrast: more) {
  :root { background: light-dark(#fff, #000); color: light-dark(#000, #fff); }
  main { border-color: currentcolor; }
  small { color: inherit; }
}
`
