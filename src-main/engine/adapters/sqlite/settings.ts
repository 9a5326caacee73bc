import type Database from 'better-sqlite3'

export interface Settings {
  setting(name: string): string | undefined
  setSetting(name: string, value: string): void
}

export function settings(db: Database.Database): Settings {
  const get = db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck()
  const set = db.prepare(
    'INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    setting: (name) => get.get(name),
    setSetting: (name, value) => {
      set.run(name, value)
    },
  }
}
