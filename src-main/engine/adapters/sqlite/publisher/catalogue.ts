import type Database from 'better-sqlite3'
import type { Hex32, ModuleHash } from '../../../../domain/ids.ts'
import type { App, Batch } from '../../../../domain/project.ts'
import type { BatchPlan, CatalogueStore } from '../../../ports.ts'
import { blob32, bytesOf, hexOf } from '../columns.ts'
import type { LiveState } from './live/live-state.ts'

interface AppColumns {
  app: number
  name: string
  module_hash: Buffer
  module_core: Buffer
  rewriter_version: number
  rewritten_hash: Buffer
  memory_limit_bytes: number
  module_bytes: number
  checkpoint: number
}
interface BatchColumns {
  batch: bigint
  app: bigint
  first: bigint
  count: bigint
  args: string
  quorum: bigint
  max_fuel: bigint
  max_output_bytes: bigint
  inputs_core: Buffer | null
  inputs_bytes: bigint | null
}
interface PlanColumns {
  batch: number
  priority: number
  deadline: number | null
  cancelled_at: number | null
  reserve: number
}

export function catalogue(db: Database.Database, { tallies }: Pick<LiveState, 'tallies'>): CatalogueStore {
  const insertApp = db.prepare(
    `INSERT INTO apps (app, name, module_hash, module_core, rewriter_version, rewritten_hash, memory_limit_bytes,
       module_bytes, original, checkpoint)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const selectApps = db.prepare<[], AppColumns>(
    `SELECT app, name, module_hash, module_core, rewriter_version, rewritten_hash, memory_limit_bytes, module_bytes,
       checkpoint
     FROM apps ORDER BY app`,
  )
  const selectModule = db.prepare<[number], Buffer>('SELECT original FROM apps WHERE app = ?').pluck()
  const insertBatch = db.prepare(
    `INSERT INTO batches (batch, app, first, count, args, quorum, max_fuel, max_output_bytes, inputs_core, inputs_bytes,
       priority, deadline, cancelled_at, reserve)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const selectBatches = db
    .prepare<[], BatchColumns>(
      `SELECT batch, app, first, count, args, quorum, max_fuel, max_output_bytes, inputs_core, inputs_bytes
       FROM batches ORDER BY batch`,
    )
    .safeIntegers()
  const selectPlans = db.prepare<[], PlanColumns>(
    'SELECT batch, priority, deadline, cancelled_at, reserve FROM batches ORDER BY batch',
  )
  const cancelUnit = db.prepare('INSERT OR IGNORE INTO cancelled_units VALUES (?, ?)')
  const selectCancelled = db.prepare<[], { batch: number; idx: number }>(
    'SELECT batch, idx FROM cancelled_units ORDER BY batch, idx',
  )
  const cancel = db.prepare('UPDATE batches SET cancelled_at = ? WHERE batch = ? AND cancelled_at IS NULL')
  return {
    addApp(app, original) {
      const { name, moduleHash, moduleCore, rewriterVersion, rewrittenHash, memoryLimitBytes } = app
      const hashes = [blob32(moduleHash), blob32(moduleCore), rewriterVersion, blob32(rewrittenHash)]
      const module = [memoryLimitBytes, original.byteLength, original, app.checkpoint === true ? 1 : 0]
      insertApp.run(app.app, name, ...hashes, ...module)
    },
    apps: () => selectApps.all().map(appOf),
    originalModule: (app) => {
      const original = selectModule.get(app)
      return original && bytesOf(original)
    },
    addBatch(batch, { priority, deadline, cancelledAt, reserve } = { priority: 0 }) {
      const { app, first, count, quorum, maxFuel, maxOutputBytes, inputs } = batch
      insertBatch.run(
        batch.batch,
        app,
        first,
        count,
        JSON.stringify(batch.args),
        quorum,
        maxFuel,
        maxOutputBytes,
        inputs ? blob32(inputs.key) : null,
        inputs?.byteLength ?? null,
        priority,
        deadline ?? null,
        cancelledAt ?? null,
        reserve?.units ?? 0,
      )
    },
    batches: () => selectBatches.all().map(batchOf),
    plans: () =>
      selectPlans.all().map((row) => planOf(row, tallies.fresh(row.batch)?.isReserveReleased ?? false)),
    cancelBatch(batch, at) {
      cancel.run(at, batch)
    },
    cancelUnits(units) {
      for (const { batch, index } of units) cancelUnit.run(batch, index)
    },
    cancelledUnits: () => selectCancelled.all().map(({ batch, idx }) => ({ batch, index: idx })),
    counts: () => tallies.counts(),
  }
}

function appOf(row: AppColumns): App {
  return {
    type: 'app',
    app: row.app,
    name: row.name,
    moduleHash: hexOf<ModuleHash>(row.module_hash),
    moduleBytes: row.module_bytes,
    moduleCore: hexOf<Hex32>(row.module_core),
    rewriterVersion: row.rewriter_version,
    rewrittenHash: hexOf<Hex32>(row.rewritten_hash),
    memoryLimitBytes: row.memory_limit_bytes,
    ...(row.checkpoint === 1 && { checkpoint: true }),
  }
}

function batchOf(row: BatchColumns): Batch {
  return {
    type: 'batch',
    batch: Number(row.batch),
    app: Number(row.app),
    first: Number(row.first),
    count: Number(row.count),
    args: JSON.parse(row.args) as string[],
    quorum: Number(row.quorum),
    maxFuel: row.max_fuel,
    maxOutputBytes: Number(row.max_output_bytes),
    ...(row.inputs_core && {
      inputs: { key: hexOf<Hex32>(row.inputs_core), byteLength: Number(row.inputs_bytes) },
    }),
  }
}

function planOf({ priority, deadline, cancelled_at, reserve }: PlanColumns, isReleased: boolean): BatchPlan {
  return {
    priority,
    ...(deadline !== null && { deadline }),
    ...(cancelled_at !== null && { cancelledAt: cancelled_at }),
    ...(reserve > 0 && { reserve: { units: reserve, isReleased } }),
  }
}
