import { errorCode } from '../../../domain/errors.ts'
import type { ModuleHash, UnitId } from '../../../domain/ids.ts'
import type { App } from '../../../domain/project.ts'
import type { Log, ProjectConnection } from '../../ports.ts'

/** Gets the modules of leased units onto the disk while their publisher is there. A slot that needs one asks again. */
export class Prefetch {
  private readonly connection: Pick<ProjectConnection, 'module'>
  private readonly log: Log
  /** Got or being got. */
  private readonly asked = new Set<ModuleHash>()

  constructor(connection: Pick<ProjectConnection, 'module'>, log: Log) {
    this.connection = connection
    this.log = log
  }

  /** @param appOf undefined for a unit that is not known yet */
  lookAhead(units: readonly UnitId[], appOf: (unit: UnitId) => App | undefined): void {
    const batches = new Map(units.map((unit) => [unit.batch, unit]))
    for (const unit of batches.values()) {
      const app = appOf(unit)
      if (app && !this.asked.has(app.moduleHash)) void this.fetch(app)
    }
  }

  private async fetch(app: App): Promise<void> {
    this.asked.add(app.moduleHash)
    try {
      await this.connection.module(app)
    } catch (error) {
      this.asked.delete(app.moduleHash)
      this.log('info', 'module-not-prefetched', { app: app.name, code: errorCode(error) })
    }
  }
}
