import type Hypercore from 'hypercore'
import { parseProjectRecord } from '../../../contracts/wire/project-record.ts'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { ProjectRecord } from '../../../domain/project.ts'
import type { Log } from '../../ports.ts'

export interface ProjectFeedInit {
  readonly core: Hypercore
  readonly log: Log
  onRecord(record: ProjectRecord): void
  /** The feed cannot be read on; the message is for the person. */
  onTrouble(error: unknown): void
}

/**
 * Reads the project core from the start, first what the disk has, then live. A record that breaks the rules is
 * dropped; a newer protocol, a feed that is no project, or one beyond its limits ends the reading. Returns a function
 * that stops it.
 */
export function followProject(init: ProjectFeedInit): () => void {
  const { core, log } = init
  let stopped = false
  const isStopped = (): boolean => stopped
  let wake = (): void => undefined
  const onAppend = (): void => {
    wake()
  }
  core.on('append', onAppend)

  async function read(): Promise<void> {
    await core.ready()
    for (let index = 0; ; index++) {
      while (core.length <= index && !isStopped())
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (isStopped()) return
      checkSize(core)
      if (index % LIMITS.projectReadAhead === 0)
        core.download({ start: index, end: Math.min(core.length, index + LIMITS.projectReadAhead) })
      const record = parse(await core.get(index), index)
      if (record && !isStopped()) init.onRecord(record)
    }
  }

  function parse(block: Uint8Array, index: number): ProjectRecord | undefined {
    try {
      const record = parseProjectRecord(block)
      if ((record.type === 'project') === (index === 0)) return record
      throw new PowerswarmError('bad-record', 'A project begins with its manifest and has no second one')
    } catch (error) {
      if (errorCode(error) === 'protocol-version' || index === 0) throw error
      log('warn', 'project record dropped', { index, why: String(error) })
      return undefined
    }
  }

  read().catch((error: unknown) => {
    // Closing the core ends a pending read; that is no trouble.
    if (!stopped && !core.closing) init.onTrouble(error)
  })
  return () => {
    stopped = true
    core.off('append', onAppend)
    wake()
  }
}

/** Length and size are covered by the publisher's signature, so a flood is refused before it is downloaded. */
function checkSize({ length, byteLength }: Hypercore): void {
  if (length > LIMITS.projectRecords)
    throw tooLarge(`${String(length)} records`, `${String(LIMITS.projectRecords)} are read`)
  if (byteLength > LIMITS.projectCoreBytes)
    throw tooLarge(`${String(byteLength)} bytes`, `${String(LIMITS.projectCoreBytes)} are read`)
}

function tooLarge(has: string, most: string): PowerswarmError {
  return new PowerswarmError('limit-exceeded', `The project is too large: it has ${has}, at most ${most}`)
}
