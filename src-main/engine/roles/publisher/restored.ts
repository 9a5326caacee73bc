import { PowerswarmError } from '../../../domain/errors.ts'
import type { DonorKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { PublisherComponents } from './components.ts'

/** Name of the setting that a restored store carries until {@link Restored} is done: a {@link PutBackFrom}, then nothing. */
export const RESTORED_SETTING = 'restored-from-backup'
/**
 * `yes`: from a backup, which may lack what came after it. `export`: from an exported file, which nothing came after.
 * `exported-backup`: from a file of a project that was itself waiting for what came after its backup.
 */
export type PutBackFrom = 'yes' | 'export' | 'exported-backup'

/** What the setting becomes when a store that carries `before` is put back. `newest`: the person says that nothing came after. */
export function putBackSetting(
  before: string | undefined,
  from: 'backup' | 'export',
  newest: boolean,
): PutBackFrom | '' {
  if (from === 'backup') return newest ? '' : 'yes'
  // That a file was imported nowhere else says nothing of the backup before it.
  if (before === 'yes' || before === 'exported-backup') return 'exported-backup'
  return newest ? '' : 'export'
}

/** Doubts everything where it cannot tell. */
function putBackFrom({ setting }: Pick<PublisherComponents['store'], 'setting'>): PutBackFrom | '' {
  const from = setting(RESTORED_SETTING) ?? ''
  return from === '' || from === 'export' || from === 'exported-backup' ? from : 'yes'
}

const UNTIL = 'writes nothing until a donor that it knows has connected: serve it and wait'
const WHY: Readonly<Record<PutBackFrom, string>> = {
  yes: `This project was restored from a backup and ${UNTIL}; if nothing can be newer than the backup, restore it with --newest`,
  export: `This project was imported and ${UNTIL}; if the file was imported nowhere else, import it with --newest`,
  'exported-backup': `This project was imported while it waited after a restore, and ${UNTIL}`,
}

/**
 * A project that was put back from a backup may lack what was published and granted after it. Writing on from there
 * would fork its cores, so nothing is appended until a donor that the backup knows was heard:
 *
 *   waiting ── a donor holds no more than the backup, and no peer has more of the project core ──▶ done
 *      └── a donor holds more ──▶ behind, until a newer backup is put back
 *
 * A donor that holds less has missed something, and may have missed what a backup lacks. After a crash that may be every
 * donor, and what they miss comes only when this goes on: so it counts when others had `LIMITS.returnMs` to come with
 * more. An exported file lacks nothing unless it was imported elsewhere, too: there it counts at once.
 *
 * Meanwhile units are leased and results taken as ever; their grants wait in the store.
 */
export class Restored {
  private readonly parts: Pick<PublisherComponents, 'store' | 'cores' | 'log' | 'clock'>
  private readonly done: () => void
  private readonly changed: () => void
  /** What it waits after; empty once it need not wait. */
  private from: PutBackFrom | ''
  private confirming: Promise<void> | undefined
  private behind: string | undefined
  /** When a donor was first heard that holds less, by the monotonic clock. */
  private heardLessAt: number | undefined

  constructor(
    parts: Pick<PublisherComponents, 'store' | 'cores' | 'log' | 'clock'>,
    on: {
      /** Appending is allowed from now on. */
      readonly done: () => void
      /** {@link why} changed. */
      readonly changed: () => void
    },
  ) {
    this.parts = parts
    this.done = on.done
    this.changed = on.changed
    this.from = putBackFrom(parts.store)
  }

  /** Why nothing may be appended yet, for the person; undefined when everything may. */
  get why(): string | undefined {
    return this.from === '' ? undefined : (this.behind ?? WHY[this.from])
  }

  /** Throws `store-behind` while nothing may be appended. */
  check(): void {
    const { why } = this
    if (why !== undefined) throw new PowerswarmError('store-behind', why)
  }

  /** A donor asks for its records from `fromSequence` on: it holds all before. */
  heard(donorKey: DonorKey, fromSequence: number): void {
    if (this.from === '' || this.behind !== undefined) return
    const { store } = this.parts
    const last = store.lastRecord(donorKey)
    const { leased, verified, rejected } = store.donor(donorKey)
    // A donor that the backup does not know cannot tell, and anybody can make one up.
    if (!last && leased + verified + rejected === 0) return
    const known = last ? last.sequence + 1 : 0
    if (fromSequence > known)
      this.isBehind(`donor ${donorKey} holds ${fromSequence} records instead of ${known}`)
    else if (fromSequence === known || this.from === 'export' || this.hadTime())
      this.confirming ??= this.confirm(donorKey)
  }

  /** Whether those that hold more would have come by now. */
  private hadTime(): boolean {
    const now = this.parts.clock.monotonicMs()
    this.heardLessAt ??= now
    return now - this.heardLessAt >= LIMITS.returnMs
  }

  private async confirm(donorKey: DonorKey): Promise<void> {
    try {
      await this.parts.cores.checkProject()
    } catch (error) {
      this.isBehind(error instanceof Error ? error.message : String(error))
      return
    }
    this.from = ''
    this.parts.store.setSetting(RESTORED_SETTING, '')
    this.parts.log('info', 'restored-project-goes-on', { donorKey })
    this.done()
  }

  private isBehind(how: string): void {
    this.behind =
      this.from === 'export'
        ? `Others hold more than the file that this project was imported from, so it writes nothing; it went on elsewhere (${how})`
        : `This backup is older than what others hold, so it writes nothing; restore a newer one (${how})`
    this.parts.log('error', 'backup-too-old', { how })
    this.changed()
  }
}
