import { unitText, type ProjectKey, type UnitId } from '../../src-main/domain/ids.ts'
import type { PowerswarmError } from '../../src-main/domain/errors.ts'
import type { SavedUnit, SnapshotStore } from '../../src-main/engine/ports.ts'

export interface FakeSnapshotStore extends SnapshotStore {
  /** By project and unit: `<key> 0.3`. */
  readonly kept: Map<string, SavedUnit>
  /** Set to refuse what is saved. */
  refuse: PowerswarmError | undefined
}

/** Snapshots in memory; `kept` outlives the donor, as a disk does. */
export function fakeSnapshotStore(kept = new Map<string, SavedUnit>()): FakeSnapshotStore {
  const keyOf = (projectKey: ProjectKey, unit: UnitId): string => `${projectKey} ${unitText(unit)}`
  const store: FakeSnapshotStore = {
    kept,
    refuse: undefined,
    save: ({ projectKey, unit }, saved) => {
      if (store.refuse) return Promise.reject(store.refuse)
      kept.set(keyOf(projectKey, unit), saved)
      return Promise.resolve()
    },
    load: ({ projectKey, unit }) => Promise.resolve(kept.get(keyOf(projectKey, unit))),
    drop: (projectKey, unit) => {
      kept.delete(keyOf(projectKey, unit))
    },
    dropProject: (projectKey) => {
      for (const key of kept.keys()) if (key.startsWith(projectKey)) kept.delete(key)
    },
    sweep: (isLeased) => {
      for (const key of kept.keys()) {
        const [projectKey, batch, index] = key.split(/[ .]/)
        const unit = { batch: Number(batch), index: Number(index) }
        if (!isLeased(projectKey as ProjectKey, unit)) kept.delete(key)
      }
    },
    close: () => Promise.resolve(),
  }
  return store
}
