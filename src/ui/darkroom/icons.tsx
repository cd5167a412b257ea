/** Line icons of the admin tools. Only admins download them. */
import { Icon } from '../icons.tsx'

export const KeepIcon = () => (
  <Icon>
    <path d="M12 19.5 5.2 13a4.3 4.3 0 0 1 6.1-6.1l.7.7.7-.7a4.3 4.3 0 0 1 6.1 6.1z" />
  </Icon>
)

/** Icon of Remove, which moves a photo to another folder. */
export const RemoveIcon = () => (
  <Icon>
    <path d="M3.5 7.500v11h17v-9.500h-9l-2-2h-6zM9 14h6" />
  </Icon>
)

/** Icon of Delete, which cannot be undone. */
export const DeleteIcon = () => (
  <Icon>
    <path d="M5 7h14M9.5 7V4.5h5V7M7 7l.9 12.5h8.2L17 7M10.3 10.5v5.5M13.7 10.5v5.5" />
  </Icon>
)

export const PublishIcon = () => (
  <Icon>
    <path d="M20 4 10.5 13.5M20 4l-6 16-3.5-6.5L4 10z" />
  </Icon>
)

export const RetryIcon = () => (
  <Icon>
    <path d="M19 12a7 7 0 1 1-2.2-5.1M17.5 3v4.2h-4.2" />
  </Icon>
)

export const DoneIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
)

export const RestoreIcon = () => (
  <Icon>
    <path d="M8.5 5 4.5 9l4 4M4.5 9h9.500a5 5 0 0 1 0 10H9" />
  </Icon>
)
