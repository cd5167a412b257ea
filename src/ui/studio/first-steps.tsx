/** First steps of a new gallery: storage, folder, channels, first look. Shown while a step is missing. */
import { useEffect } from 'preact/hooks'
import { CheckIcon } from '../icons.tsx'
import { valueAt } from './fields.ts'
import type { PageProps } from './settings-page.tsx'
import { words } from './words.ts'

/** Marks in `sessionStorage` that this visit saw a missing step, so that the last step stays until the person has looked. */
const openKey = 'first-steps'

export function FirstSteps({ store, connections }: PageProps) {
  const root = valueAt(store.state.answer.settings, 'storage.paths.root')
  const hasStorage = connections.isConnected('storage')
  const steps = [
    { name: 'storage', isDone: hasStorage, href: '#connections' },
    {
      name: 'folder',
      // A new gallery begins at the top of the storage.
      isDone: hasStorage && root !== null && root !== '/' && root !== '',
      href: '#folders',
    },
    { name: 'channels', isDone: connections.isConnected('channel'), href: '#connections' },
    { name: 'look', isDone: false, href: '/' },
  ] as const
  const isMissing = steps.slice(0, 3).some(({ isDone }) => !isDone)
  const isShown = connections.state.list !== null && (isMissing || isOpen())
  useEffect(() => {
    if (isShown) setOpen(true)
  }, [isShown])
  if (!isShown) return null
  const next = steps.find(({ isDone }) => !isDone)
  return (
    <section class="card steps" aria-labelledby="steps-title">
      <h2 id="steps-title">{words.steps.title}</h2>
      <p class="muted">{words.steps.intro}</p>
      <ol>
        {steps.map(({ name, isDone, href }) => (
          <li key={name} class={isDone ? 'done' : ''}>
            {isDone ? <CheckIcon /> : <span class="number" aria-hidden="true" />}
            <span class="step">
              {words.steps[name].title}
              <span class="muted">
                {isDone ? words.steps.done : name === next?.name ? words.steps.next : words.steps.later}
              </span>
            </span>
            {!isDone && (name !== 'look' || !isMissing || hasStorage) && (
              <a
                class={name === next?.name ? 'button action' : 'button'}
                href={href}
                onClick={() => name === 'look' && !isMissing && setOpen(false)}
              >
                {words.steps[name].action}
                <span class="visually-hidden">: {words.steps[name].title}</span>
              </a>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function isOpen(): boolean {
  try {
    return sessionStorage.getItem(openKey) !== null
  } catch {
    // The browser forbids storage to this page.
    return false
  }
}

function setOpen(isOpenNow: boolean): void {
  try {
    if (isOpenNow) sessionStorage.setItem(openKey, 'true')
    else sessionStorage.removeItem(openKey)
  } catch {
    // Storage is forbidden, so the steps go with the last missing step.
  }
}
