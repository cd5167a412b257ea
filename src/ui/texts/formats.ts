/** Numbers and lists as a language writes them. */
export interface Formats {
  number(value: number): string
  /** "a, b and c" */
  list(members: readonly string[]): string
  /** "1 June 2026 at 18:30", of UTC. */
  time(time: Date): string
  /** "3 Nov 2026, 14:05", by the clock of this device. */
  moment(time: Date): string
}

/** Each format is made with its first use: a phone needs milliseconds for one, and the first photo would wait for those of all languages. */
export function formatsOf(language: string): Formats {
  let numbers: Intl.NumberFormat | undefined
  let lists: Intl.ListFormat | undefined
  let times: Intl.DateTimeFormat | undefined
  let moments: Intl.DateTimeFormat | undefined
  return {
    number(value) {
      numbers ??= new Intl.NumberFormat(language)
      return numbers.format(value)
    },
    list(members) {
      lists ??= new Intl.ListFormat(language)
      return lists.format(members)
    },
    time(time) {
      times ??= new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
      return times.format(time)
    },
    moment(time) {
      // Day before month, 24 hours: unambiguous for readers of any English.
      const place = language === 'en' ? 'en-GB' : language
      moments ??= new Intl.DateTimeFormat(place, { dateStyle: 'medium', timeStyle: 'short' })
      return moments.format(time)
    },
  }
}
