import { unitText, type ProjectKey, type UnitId } from '../../../domain/ids.ts'

/** What a unit counts for whose time nobody knows yet. */
const UNKNOWN_MS = 1_000

/**
 * Whose turn it is when a slot is free: projects get computing time in equal shares, whatever their units take. A project
 * that had no work for a while has no claim to what it missed.
 */
export class FairTurns {
  /** Computing time that each project has had, the expected time of units at work included, and divided by its share. */
  private readonly had = new Map<ProjectKey, number>()
  private readonly atWork = new Map<string, number>()
  /** What the project had that was chosen last. */
  private now = 0
  private readonly shareOf: (projectKey: ProjectKey) => number

  /** @param shareOf a project with twice the share gets twice the time; default: equal shares */
  constructor(shareOf: (projectKey: ProjectKey) => number = () => 1) {
    this.shareOf = shareOf
  }

  /** These projects, the one that is due first; among equals the order stays. */
  order<T extends { readonly projectKey: ProjectKey }>(projects: readonly T[]): T[] {
    return [...projects].sort((a, b) => this.standing(a.projectKey) - this.standing(b.projectKey))
  }

  /** A slot begins this unit. */
  begin(projectKey: ProjectKey, unit: UnitId, expectedMs: number = UNKNOWN_MS): void {
    this.now = this.standing(projectKey)
    this.had.set(projectKey, this.now)
    this.atWork.set(keyOf(projectKey, unit), expectedMs)
    this.add(projectKey, expectedMs)
  }

  /** It has ended, or was put back; once for each {@link begin}. */
  end(projectKey: ProjectKey, unit: UnitId, computedMs: number): void {
    const key = keyOf(projectKey, unit)
    const expectedMs = this.atWork.get(key)
    if (expectedMs === undefined) return
    this.atWork.delete(key)
    this.add(projectKey, computedMs - expectedMs)
  }

  /** The project was left. */
  forget(projectKey: ProjectKey): void {
    this.had.delete(projectKey)
    for (const key of [...this.atWork.keys()]) if (key.startsWith(projectKey)) this.atWork.delete(key)
  }

  private standing(projectKey: ProjectKey): number {
    return Math.max(this.had.get(projectKey) ?? 0, this.now)
  }

  private add(projectKey: ProjectKey, ms: number): void {
    this.had.set(projectKey, (this.had.get(projectKey) ?? 0) + ms / this.shareOf(projectKey))
  }
}

function keyOf(projectKey: ProjectKey, unit: UnitId): string {
  return `${projectKey} ${unitText(unit)}`
}
