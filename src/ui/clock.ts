/** Formats a remaining time: `7 s` below a minute, otherwise `12:00`. */
export function clock(seconds: number): string {
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
