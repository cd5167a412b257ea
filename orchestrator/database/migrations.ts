/** All migrations, in order. A migration that was released never changes: its digest is checked. */
import { ground } from './migrations/0001-ground.ts'
import { people } from './migrations/0002-people.ts'

export interface Migration {
  id: number
  name: string
  /** Statements that SQLite and PostgreSQL both understand. */
  statements: readonly string[]
}

export const migrations: readonly Migration[] = [
  { id: 1, name: 'ground', statements: ground },
  { id: 2, name: 'people', statements: people },
]
