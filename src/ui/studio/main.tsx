/** Starts the settings page: loads account, settings and connections, and renders the page after each change. */
import '../toggle.css'
import './studio.css'
import { render } from 'preact'
import { fetchAccount } from '../account/account-api.ts'
import { galleryTitle } from '../gallery/appearance.ts'
import { language } from '../texts.ts'
import { restoreTheme } from '../theme.ts'
import { createConnections } from './connections-store.ts'
import { createShelf } from './draft-shelf.ts'
import { Frame, StartProblem } from './frame.tsx'
import { ReadOnly } from './read-only.tsx'
import { takeOutcome } from './return-outcome.ts'
import { SettingsPage } from './settings-page.tsx'
import { createSettingsStore } from './settings-store.ts'
import { studioApi } from './studio-api.ts'
import { words } from './words.ts'

const root = document.getElementById('app')
if (!root) throw new Error('settings.html holds no element "app"')
const place = root

document.documentElement.lang = language
const title = galleryTitle()
document.title = `${words.title} · ${title}`
restoreTheme()
place.replaceChildren()
const outcome = takeOutcome()

async function load(): Promise<void> {
  render(
    <Frame title={title}>
      <p class="loading muted" role="status">
        {words.loading}
      </p>
    </Frame>,
    place,
  )
  const [account, settings, listed] = await Promise.all([
    fetchAccount(),
    studioApi.settings(),
    studioApi.connections(),
  ])
  if ('problem' in settings) {
    const { problem } = settings
    const isOffered = problem.status !== 404
    if (!isOffered) return void (await loadReadOnly(account?.canSignIn === true && !account.isAdmin))
    return render(
      <Frame title={title}>
        <StartProblem problem={problem} onRetry={() => void load()} />
      </Frame>,
      place,
    )
  }
  const draw = () => render(<SettingsPage title={title} store={store} connections={connections} />, place)
  const store = createSettingsStore({
    api: studioApi,
    shelf: createShelf(account?.email ?? ''),
    answer: settings.value,
    onChange: draw,
  })
  const connections = createConnections({
    api: studioApi,
    listed,
    outcome,
    onChange: draw,
    onUse: store.reload,
  })
  draw()
}

/** Shows the values that the gallery's own routes answer. */
async function loadReadOnly(needsSignIn: boolean): Promise<void> {
  const paths = ['features', 'publishers', 'voice-profile', 'captions'].map((name) => `/api/config/${name}`)
  const [features, publishers, voice, captions] = await Promise.all(paths.map(studioApi.read))
  render(
    <Frame title={title}>
      <ReadOnly answers={{ features, publishers, voice, captions }} needsSignIn={needsSignIn} />
    </Frame>,
    place,
  )
}

void load()
