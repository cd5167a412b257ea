/** The settings page: first steps, the list of sections, the chosen section and the bar that saves. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useLeaveWarning } from '../darkroom/leave-warning.ts'
import { BackIcon, NextIcon } from '../icons.tsx'
import type { ConnectionsStore } from './connections-store.ts'
import { FirstSteps, NextStep } from './first-steps.tsx'
import { ForeignChanges } from './foreign-changes.tsx'
import { Frame } from './frame.tsx'
import type { PageProps } from './page-props.ts'
import { SaveBar } from './save-bar.tsx'
import { Access } from './sections/access.tsx'
import { Connections } from './sections/connections.tsx'
import { Folders } from './sections/folders.tsx'
import { Captions, Look, Profile } from './sections/profile.tsx'
import type { SettingsStore } from './settings-store.ts'
import { words } from './words.ts'

const sections = ['profile', 'look', 'words', 'connections', 'folders', 'access'] as const
type Section = (typeof sections)[number]

export function SettingsPage({ title, store, connections }: PageProps & { title: string }) {
  const section = useSection()
  const { draft } = store.state
  useLeaveWarning(Object.keys(draft).length > 0 && !connections.isLeaving)
  // A phone shows the list of sections first, a desktop shows the first section beside the list.
  const shown = section ?? 'profile'
  return (
    <Frame title={title}>
      <div class={section ? 'panes in-section' : 'panes'}>
        <nav class="sections" aria-label={words.nav}>
          <ul>
            {sections.map((name) => (
              <li key={name}>
                <a href={`#${name}`} aria-current={name === shown ? 'page' : undefined}>
                  <span>
                    {words.sections[name]}
                    <span class="muted">{hintOf(name, connections)}</span>
                  </span>
                  <NextIcon />
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <FirstSteps store={store} connections={connections} />
        <Notices store={store} />
        <SectionPane key={section ?? 'start'} name={shown} isChosen={section !== null}>
          <Content name={shown} store={store} connections={connections} />
          {section && <NextStep store={store} connections={connections} />}
        </SectionPane>
      </div>
      <SaveBar store={store} />
    </Frame>
  )
}

function hintOf(name: Section, { state }: ConnectionsStore): string {
  if (name !== 'connections') return words.sectionHints[name]
  return words.sectionHints.connections(
    (state.list ?? []).filter((each) => each.state !== 'not_connected').length,
  )
}

function Content({ name, ...props }: PageProps & { name: Section }) {
  if (name === 'profile') return <Profile {...props} />
  if (name === 'look') return <Look {...props} />
  if (name === 'words') return <Captions {...props} />
  if (name === 'connections') return <Connections {...props} />
  if (name === 'folders') return <Folders {...props} />
  return <Access {...props} />
}

interface SectionPaneProps {
  name: Section
  /** True if the person opened the section, and the page did not choose it. */
  isChosen: boolean
  children: preact.ComponentChildren
}

function SectionPane({ name, isChosen, children }: SectionPaneProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    if (!isChosen) return
    heading.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [])
  return (
    <section class="pane" aria-labelledby="section-title">
      <a class="button quiet to-list" href="#list">
        <BackIcon />
        {words.allSettings}
      </a>
      <h2 id="section-title" tabIndex={-1} ref={heading}>
        {words.sections[name]}
      </h2>
      {children}
    </section>
  )
}

/** Questions about changes: of an earlier visit, and of another device. */
function Notices({ store }: { store: SettingsStore }) {
  const { earlier, foreign } = store.state
  if (!earlier && foreign.length === 0) return null
  return (
    <div class="notices">
      {earlier && (
        <div class="card" role="status">
          <p>{words.earlier.title}</p>
          <p class="muted">{Object.keys(earlier).map(words.fieldName).join(', ')}</p>
          <div class="actions">
            <button type="button" class="button action" onClick={() => store.decideEarlier(true)}>
              {words.earlier.restore}
            </button>
            <button type="button" class="button" onClick={() => store.decideEarlier(false)}>
              {words.earlier.drop}
            </button>
          </div>
        </div>
      )}
      {foreign.length > 0 && <ForeignChanges store={store} />}
    </div>
  )
}

/** Returns the section that the address names; `null` for the list. */
function useSection(): Section | null {
  const [section, setSection] = useState(sectionOfAddress)
  useEffect(() => {
    const update = () => setSection(sectionOfAddress())
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return section
}

function sectionOfAddress(): Section | null {
  return sections.find((name) => location.hash === `#${name}`) ?? null
}
