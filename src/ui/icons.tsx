/** Line icons on a 24-pixel grid. They are decorative: the text beside them, or the button's label, says the same. */
import './icons.css'
import type { ComponentChildren } from 'preact'
import type { ProblemKind } from './problem-kind.ts'

export function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="line-icon" viewBox="0 0 24 24" aria-hidden="true">
      {children}
    </svg>
  )
}

/** Person; the shape is filled for admins. */
export const PersonIcon = ({ isAdmin }: { isAdmin: boolean }) => (
  <Icon>
    <circle cx="12" cy="8.5" r="3.75" class={isAdmin ? 'filled' : ''} />
    <path d="M4.75 20c.8-3.6 3.6-5.5 7.25-5.5s6.45 1.9 7.25 5.5" />
  </Icon>
)

export const BackIcon = () => (
  <Icon>
    <path d="M14.5 5.5 8 12l6.5 6.5" />
  </Icon>
)

export const NextIcon = () => (
  <Icon>
    <path d="M9.5 5.5 16 12l-6.5 6.5" />
  </Icon>
)

export const DetailsIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 11v5M12 8v.01" />
  </Icon>
)

const lens = <path d="m15.2 15.2 5 5M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z" />

export const ZoomInIcon = () => (
  <Icon>
    {lens}
    <path d="M10.5 8v5M8 10.5h5" />
  </Icon>
)

export const ZoomOutIcon = () => (
  <Icon>
    {lens}
    <path d="M8 10.5h5" />
  </Icon>
)

export const UploadIcon = () => (
  <Icon>
    <path d="M12 15.5v-11M7.5 8.5 12 4l4.5 4.5M4.5 15v4.5h15V15" />
  </Icon>
)

export const CloseIcon = () => (
  <Icon>
    <path d="m6.5 6.5 11 11m0-11-11 11" />
  </Icon>
)

export const GridIcon = () => (
  <Icon>
    <path d="M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h6v6h-6z" />
  </Icon>
)

export const PhotoIcon = () => (
  <Icon>
    <path d="M4.5 5.5h15v13h-15zM4.8 16l4.4-4.6 3.3 3.2 2.2-2 4.6 4.2M15.5 9v.01" />
  </Icon>
)

export const KeysIcon = () => (
  <Icon>
    <path d="M3.5 7h17v10.500h-17zM7 10.500v.01m3.3 0v.01m3.3 0v.01m3.3 0v.01M8 14h8" />
  </Icon>
)

export const CheckIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="9" />
    <path class="tick" d="m8 12.3 2.8 2.7 5.2-5.7" />
  </Icon>
)

export const SunIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="3.75" />
    <path d="M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4m0-12.8L17 7M7 17l-1.4 1.4" />
  </Icon>
)

export const MoonIcon = () => (
  <Icon>
    <path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z" />
  </Icon>
)

const frame = <rect x="3.5" y="5" width="17" height="14" rx="2" />
const cloud = <path d="M7.5 18.5a4 4 0 0 1-.4-8 5.2 5.2 0 0 1 10-1 4.5 4.5 0 0 1-.6 9Z" />
const lock = (
  <>
    <rect x="5" y="10.5" width="14" height="9" rx="2" />
    <path d="M8 10.5V8a4 4 0 0 1 8 0v2.5" />
  </>
)
const warning = <path d="M12 4 3 19.5h18Zm0 6v4.5m0 2.2v.01" />
const crossedCloud = (
  <>
    {cloud}
    <path d="m4 4 16 16" />
  </>
)

const drawings: Readonly<Record<ProblemKind, ComponentChildren>> = {
  empty: (
    <>
      {frame}
      <path d="m7 15.5 3.2-3.7 2.6 2.7 1.6-1.6 2.6 2.6M15.5 9.5v.01" />
    </>
  ),
  nothingFound: (
    <>
      <circle cx="10.5" cy="10.5" r="6" />
      <path d="m15 15 5 5" />
    </>
  ),
  rootMissing: frame,
  folderEmpty: frame,
  missing: (
    <>
      {frame}
      <path d="M10 10.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M12 15.9v.01" />
    </>
  ),
  private: lock,
  notAdmin: lock,
  signInAgain: lock,
  unreadable: (
    <>
      {frame}
      <path d="M3.8 18.3 20.2 5.7" />
    </>
  ),
  slowDown: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7v5l3 2" />
    </>
  ),
  unavailable: cloud,
  offline: crossedCloud,
  unreachable: crossedCloud,
  tooLarge: warning,
  setup: warning,
  failed: warning,
}

export function ProblemIcon({ kind }: { kind: ProblemKind }) {
  return <Icon>{drawings[kind]}</Icon>
}
