import { copyFileSync, rmSync } from 'node:fs'
import { PowerswarmError } from '../domain/errors.ts'
import { openPublisherStore } from './adapters/sqlite/publisher-store.ts'
import { takeExported } from './export-project.ts'
import { writeDurably } from './exclusive-file.ts'
import { inNewFolder, putBack } from './restore-project.ts'

export interface ImportInit {
  readonly homeDir: string
  /** What `exportProject` wrote. */
  readonly file: string
  /** It was imported nowhere else: go on at once, in the same ledger. */
  readonly newest: boolean
}

export interface ImportedProject {
  readonly name: string
  readonly link: string
  readonly dir: string
}

/**
 * Lets an exported project go on here. The same file may have been imported somewhere else before, so unless that is out
 * of the question the project waits for a donor that it knows, as a restored one does. Throws `already-exists`,
 * `file-not-found`, `bad-argument`, and what store and cores refuse; nothing is left behind after a failure.
 */
export async function importProject({ homeDir, file, newest }: ImportInit): Promise<ImportedProject> {
  return inNewFolder(homeDir, async (paths) => {
    copyIn(file, paths.databasePath)
    let exported
    try {
      const store = openPublisherStore(paths.databasePath)
      try {
        exported = takeExported(store, file)
      } finally {
        store.close()
      }
    } catch (error) {
      // A file of any other kind is the person's mistake, not a damaged project.
      if (!(error instanceof PowerswarmError) || error.code !== 'database-corrupt') throw error
      throw new PowerswarmError('bad-argument', `${file} is no exported project`, { cause: error })
    }
    writeDurably(paths.keyPath, exported.seed)
    return { ...(await putBack(paths, 'export', newest)), folder: exported.folder }
  })
}

function copyIn(from: string, to: string): void {
  try {
    copyFileSync(from, to)
  } catch (cause) {
    rmSync(to, { force: true })
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new PowerswarmError('file-not-found', `${from} does not exist`, { cause })
    throw new PowerswarmError('file-unreadable', `Cannot read ${from} (${code ?? ''})`, { cause })
  }
}
