/** Accounts that the gallery works with, grouped by use. */
import { useEffect } from 'preact/hooks'
import type { ConnectionUse } from '../answers.ts'
import type { PageProps } from '../page-props.ts'
import { ProblemLine } from '../problem-line.tsx'
import { words } from '../words.ts'
import { ConnectionCard } from './connection-card.tsx'

const uses: readonly ConnectionUse[] = ['storage', 'channel', 'mail', 'ai']

export function Connections({ connections }: PageProps) {
  const { list, problem } = connections.state
  useEffect(() => {
    // Token life goes on at the server, so a visit of the section shows the newest states.
    if (list === null) return
    const reload = () => void (document.hidden || connections.reload())
    document.addEventListener('visibilitychange', reload)
    return () => document.removeEventListener('visibilitychange', reload)
  }, [])
  return (
    <>
      <p class="muted">{words.connections.intro}</p>
      {problem && <ProblemLine problem={problem} onRetry={() => void connections.reload()} />}
      {list?.length === 0 && <p>{words.connections.empty}</p>}
      {uses.map((use) => {
        const ofUse = (list ?? []).filter((each) => each.use === use)
        if (ofUse.length === 0) return null
        return (
          <section key={use} aria-labelledby={`use-${use}`}>
            <h3 id={`use-${use}`}>{words.connections.uses[use]}</h3>
            {ofUse.map((connection) => (
              <ConnectionCard key={connection.provider} connection={connection} store={connections} />
            ))}
          </section>
        )
      })}
    </>
  )
}
