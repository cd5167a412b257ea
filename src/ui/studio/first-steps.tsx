/** First steps of a new gallery: storage, folder, channels, first look. Shown while a step is missing. */
import { useEffect } from 'preact/hooks'
import { CheckIcon } from '../icons.tsx'
import type { ConnectionUse } from './answers.ts'
import { valueAt } from './fields.ts'
import type { PageProps } from './page-props.ts'
import { words } from './words.ts'

const rootPath = 'storage.paths.root'

interface Step {
  name: 'storage' | 'folder' | 'channels' | 'look'
  isDone: boolean
  href: string
}

/** Marks in `sessionStorage` that this visit saw a missing step, so that the last step stays until the person has looked. */
const openKey = 'first-steps'

/** Returns the steps that this gallery offers; none if there is nothing left to do. */
function stepsOf({ store, connections }: PageProps): Step[] {
  const root = valueAt(store.state.answer.settings, rootPath)
  const isOffered = (wanted: ConnectionUse) =>
    (connections.state.list ?? []).some(({ use, ways, state }) => {
      return use === wanted && (ways.length > 0 || state !== 'not_connected')
    })
  const hasStorage = connections.isConnected('storage')
  const storage: Step[] = [
    { name: 'storage', isDone: hasStorage, href: '#connections' },
    // A new gallery begins at the top of the storage.
    {
      name: 'folder',
      isDone: hasStorage && (store.isLocked(rootPath) || (root !== null && root !== '/')),
      href: '#folders',
    },
  ]
  const channels: Step = {
    name: 'channels',
    isDone: connections.isConnected('channel') || connections.isConnected('mail'),
    href: '#connections',
  }
  const steps = [...(isOffered('storage') ? storage : []), ...(isOffered('channel') ? [channels] : [])]
  const isMissing = steps.some(({ isDone }) => !isDone)
  return isMissing || (steps.length > 0 && isOpen())
    ? [...steps, { name: 'look', isDone: false, href: '/' }]
    : []
}

export function FirstSteps(props: PageProps) {
  const steps = stepsOf(props)
  const isShown = steps.length > 0
  useEffect(() => {
    if (isShown) setOpen(true)
  }, [isShown])
  if (!isShown) return null
  const next = nextOf(steps)
  return (
    <section class="card steps" aria-labelledby="steps-title">
      <h2 id="steps-title">{words.steps.title}</h2>
      <p class="muted">{words.steps.intro}</p>
      <ol>
        {steps.map((step) => (
          <li key={step.name}>
            {step.isDone ? <CheckIcon /> : <span class="number" aria-hidden="true" />}
            <span class="step">
              {words.steps[step.name].title}
              <span class="muted">
                {step.isDone ? words.steps.done : step === next ? words.steps.next : words.steps.later}
              </span>
            </span>
            {!step.isDone && <StepLink step={step} isNext={step === next} />}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Leads on from a section to the next step. */
export function NextStep(props: PageProps) {
  const next = nextOf(stepsOf(props))
  // The step of the section that is open needs no way to it.
  if (!next || next.href === location.hash) return null
  return (
    <p class="next-step">
      <a class="button action" href={next.href} onClick={() => leave(next)}>
        {words.steps.next}: {words.steps[next.name].title}
      </a>
    </p>
  )
}

function StepLink({ step, isNext }: { step: Step; isNext: boolean }) {
  const { title, action } = words.steps[step.name]
  return (
    <a
      class={isNext ? 'button action' : 'button'}
      href={step.href}
      onClick={() => {
        if (isNext) leave(step)
      }}
    >
      {action}
      <span class="visually-hidden"> {title}</span>
    </a>
  )
}

const nextOf = (steps: readonly Step[]) => steps.find(({ isDone }) => !isDone)

/** Ends the first steps with the first look, if it was the last step. */
function leave({ name }: Step): void {
  if (name === 'look') setOpen(false)
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
