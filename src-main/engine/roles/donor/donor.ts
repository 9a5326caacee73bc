import type { DonorState, DonorSummary } from '../../../contracts/donor-state.ts'
import { errorCode, PowerswarmError } from '../../../domain/errors.ts'
import type { ProjectKey } from '../../../domain/ids.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { Link } from '../../../domain/link.ts'
import type { NetworkUse } from '../../../domain/network-limit.ts'
import type { Preferences } from '../../../domain/preferences.ts'
import type { Presence } from '../../../domain/presence.ts'
import { decide, type Decision } from '../../../domain/scheduling-policy.ts'
import { bufferMs } from '../../../domain/work-buffer.ts'
import type { StoredProject } from '../../ports.ts'
import type { Task } from './catalogue.ts'
import type { DonorComponents, DonorInit } from './components.ts'
import { DonorProject } from './donor-project.ts'
import { donorSummary, donorView, type StrandedProject, type ViewInputs } from './donor-view.ts'
import { FairTurns } from './fair-turns.ts'
import { Lane } from './lane.ts'
import { SlotPool } from './slot-pool.ts'
import type { WorkSource } from './slot-worker.ts'
import { sweepSnapshots } from './sweep-snapshots.ts'
import { TrafficMeter } from './traffic-meter.ts'

const PAUSED_SETTING = 'paused-by-donor'

/**
 * The donor: decides when to compute, keeps slots and projects in step with the decision, and says what is going on.
 * Sensors report in; every report is followed by a decision at once.
 */
export class Donor {
  private readonly parts: DonorComponents
  private readonly init: DonorInit
  private readonly projects = new Map<ProjectKey, DonorProject>()
  private readonly pool: SlotPool
  /** Projects on disk that could not be joined, with the reason. */
  private readonly stranded = new Map<ProjectKey, StrandedProject>()
  /** Joining and leaving take turns. */
  private readonly lane = new Lane()
  private readonly turns = new FairTurns()
  /** Addresses of the network that a project's link names. */
  private readonly networks = new Map<ProjectKey, readonly string[]>()
  private readonly stops: (() => void)[] = []
  private readonly listeners = new Set<() => void>()
  private presence: Presence
  private suspended = false
  private pausedByDonor: boolean
  private decision: Decision
  private bufferMs = 0
  private readonly meter: TrafficMeter
  private networkUse: NetworkUse = 'all'
  /** Switching the network off and on takes turns. */
  private readonly networkLane = new Lane()
  private networkStill = false

  constructor(parts: DonorComponents, init: DonorInit, presence: Presence) {
    this.parts = parts
    this.init = init
    this.presence = presence
    this.pausedByDonor = parts.store.setting(PAUSED_SETTING) === 'yes'
    this.meter = new TrafficMeter(parts, () => void this.followTraffic())
    this.decision = this.decideNow()
    this.pool = new SlotPool(parts, {
      next: () => this.nextTask(),
      changed: () => {
        this.announce()
      },
    })
  }

  /**
   * Drops snapshots of what is not leased any more, then rejoins the projects on disk. One that cannot be joined now stays listed, says why, and is tried again every
   * minute; it never keeps the others from computing.
   * @param parseLink throws `bad-link`
   */
  async start(parseLink: (text: string) => Link): Promise<void> {
    for (const project of this.parts.store.projects())
      this.stranded.set(project.projectKey, { stored: project, trouble: '' })
    sweepSnapshots(this.parts)
    const rejoin = (): Promise<void> => this.lane.run(() => this.rejoin(parseLink))
    await rejoin()
    // The day's limit may have been used up before this start.
    await this.followTraffic()
    this.stops.push(this.parts.timers.every(LIMITS.redialMaxMs, () => void rejoin()))
  }

  get state(): DonorState {
    return donorView(this.viewInputs())
  }

  get summary(): DonorSummary {
    return donorSummary(this.viewInputs())
  }

  /** Called after every change of {@link state}; many changes may come in one millisecond. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  async reportPresence(presence: Presence): Promise<void> {
    this.presence = presence
    await this.follow()
  }

  async setPausedByDonor(paused: boolean): Promise<void> {
    this.pausedByDonor = paused
    this.parts.store.setSetting(PAUSED_SETTING, paused ? 'yes' : 'no')
    await this.follow()
  }

  async setPreferences(changes: Partial<Preferences>): Promise<Preferences> {
    const preferences = { ...this.parts.store.preferences(), ...changes }
    this.parts.store.savePreferences(preferences)
    await this.followTraffic()
    return preferences
  }

  /**
   * Before sleep: slots stop and their units are saved, in case that the machine never wakes up, while the network lets
   * go. After: the other way round.
   */
  async suspend(suspended: boolean): Promise<void> {
    this.suspended = suspended
    if (!suspended) await this.reach()
    await this.follow()
    if (suspended) await Promise.all([this.pool.saveUnits(), this.reach()])
  }

  /**
   * Joining a project twice is fine; another link to it, with other addresses, takes the place of the first.
   * `linkText` is what a restart parses again. When the project cannot be joined nothing of it is kept.
   */
  join(link: Link, linkText: string): Promise<void> {
    return this.lane.run(async () => {
      const { projectKey } = link
      const joined = this.projects.get(projectKey)
      if (joined?.project.link === linkText) return
      const known = joined?.project ?? this.stranded.get(projectKey)?.stored
      const fresh = { projectKey, joinedAt: this.parts.clock.now(), name: '', purpose: '' }
      const stored = { ...(known ?? fresh), link: linkText }
      this.parts.store.saveProject(stored)
      if (joined) await this.part(joined)
      try {
        await this.enter(stored, link)
      } catch (error) {
        if (!known) this.parts.store.removeProject(projectKey)
        throw error
      }
      this.stranded.delete(projectKey)
      await this.follow()
    })
  }

  /** Ends what is computed for the project, then forgets it. Throws `not-found`. */
  leave(projectKey: string): Promise<void> {
    return this.lane.run(async () => {
      const key = projectKey as ProjectKey
      const project = this.projects.get(key)
      if (!project && !this.stranded.has(key))
        throw new PowerswarmError('not-found', 'That project is not joined')
      if (project) await this.part(project)
      this.stranded.delete(key)
      this.parts.store.removeProject(key)
      this.parts.snapshots.dropProject(key)
      this.announce()
    })
  }

  /** See `receipt` of contracts/engine. */
  async receipt(projectKey: string): Promise<Uint8Array> {
    const key = projectKey as ProjectKey
    const place = this.parts.store.lastGrant(key)
    if (!place) throw new PowerswarmError('not-found', 'No credit of that project was granted here yet')
    return this.parts.network.receipt(key, place.epoch, place.index)
  }

  /** See `evidence` of contracts/engine. */
  evidence(projectKey: string): readonly Uint8Array[] {
    return this.parts.store.evidence(projectKey as ProjectKey).map(({ file }) => file)
  }

  async close(): Promise<void> {
    for (const stop of this.stops.splice(0)) stop()
    this.meter.close()
    await this.pool.close()
    await Promise.all([...this.projects.values()].map((project) => project.leave()))
    await this.parts.network.close()
    await this.parts.slotHost.close()
  }

  /** Ends computing and talking for a project; what is on disk stays. */
  private async part(project: DonorProject): Promise<void> {
    project.retire()
    await this.pool.abandon(project)
    this.projects.delete(project.projectKey)
    this.turns.forget(project.projectKey)
    await project.leave()
  }

  private async rejoin(parseLink: (text: string) => Link): Promise<void> {
    for (const { stored } of [...this.stranded.values()])
      try {
        await this.enter(stored, parseLink(stored.link))
        this.stranded.delete(stored.projectKey)
      } catch (error) {
        const trouble = error instanceof Error ? error.message : String(error)
        this.stranded.set(stored.projectKey, { stored, trouble })
        this.parts.log('warn', 'project-not-joined', {
          project: stored.projectKey,
          code: errorCode(error),
          trouble,
        })
      }
    await this.follow()
  }

  private async enter(stored: StoredProject, link: Link): Promise<void> {
    const keys = this.parts.digests.donorKeyPair(this.init.masterKey, stored.projectKey)
    const connection = await this.parts.network.join(link, keys)
    const { projectKey } = stored
    this.networks.delete(projectKey)
    if (link.bootstrap)
      this.networks.set(
        projectKey,
        link.bootstrap.map(({ host, port }) => `${host}:${String(port)}`),
      )
    const project = new DonorProject(this.parts, this.init, stored, connection, keys, {
      changed: () => {
        void this.pool.endOver()
        this.shareSlots()
        this.pool.wake()
        this.announce()
      },
      ended: (unit, computedMs) => {
        this.turns.end(projectKey, unit, computedMs)
      },
    })
    this.projects.set(projectKey, project)
  }

  private viewInputs(): ViewInputs {
    return {
      store: this.parts.store,
      projects: [...this.projects.values()],
      stranded: [...this.stranded.values()],
      work: this.pool.work,
      decision: this.decision,
      pausedByDonor: this.pausedByDonor,
      isolation: this.parts.slotHost.isolation,
      restriction: this.init.restriction,
      traffic: this.meter.today,
      networkOf: (projectKey) => this.networks.get(projectKey),
    }
  }

  /** Brings the network to what it may be used for: nothing while the machine sleeps, or a day's limit is used up. */
  private reach(): Promise<void> {
    return this.networkLane.run(async () => {
      const { network } = this.parts
      const isStill = this.suspended || this.networkUse === 'none'
      // Leaving the mesh takes a network that is awake, and so does joining it.
      if (this.networkUse !== 'all' && !this.networkStill) await network.setMesh(false)
      if (isStill !== this.networkStill) {
        this.networkStill = isStill
        await (isStill ? network.suspend() : network.resume())
      }
      if (this.networkUse === 'all' && !isStill) await network.setMesh(true)
    })
  }

  private async followTraffic(): Promise<void> {
    try {
      await this.follow()
      if (!this.suspended) await this.reach()
    } catch (error) {
      this.parts.log('warn', 'network-limit-not-followed', { code: errorCode(error), message: String(error) })
    }
  }

  private decideNow(): Decision {
    const preferences = this.parts.store.preferences()
    this.networkUse = this.meter.allow(preferences.networkLimitMBPerDay)
    return decide({
      preferences,
      presence: this.presence,
      pausedByDonor: this.pausedByDonor,
      suspended: this.suspended,
      coresOnline: this.parts.host.coresOnline(),
      networkUsedUp: this.networkUse !== 'all',
    })
  }

  private async follow(): Promise<void> {
    const before = this.decision
    this.decision = this.decideNow()
    if (before.run !== this.decision.run || reason(before) !== reason(this.decision))
      this.parts.log('info', this.decision.run ? 'computing-allowed' : 'paused', {
        reason: reason(this.decision),
      })
    this.bufferMs = bufferMs(this.parts.store.preferences().workBufferHours)
    const applied = this.pool.apply(this.decision)
    this.shareSlots()
    await applied
    this.announce()
  }

  /** Every project that can have work counts on an equal share of the slots when it fills its buffer. */
  private shareSlots(): void {
    const slots = this.decision.run ? this.decision.slots : 0
    const sharing = [...this.projects.values()].filter((project) => project.hasWork).length
    for (const project of this.projects.values())
      project.setSlots(Math.ceil(slots / Math.max(1, sharing)), this.bufferMs)
  }

  private nextTask(): ReturnType<WorkSource['next']> {
    const projects = this.turns.order([...this.projects.values()])
    return (
      this.firstTask(projects, (project) => project.take()) ??
      this.firstTask(projects, (project) => project.takeFromReserve())
    )
  }

  private firstTask(
    projects: readonly DonorProject[],
    take: (project: DonorProject) => Task | undefined,
  ): ReturnType<WorkSource['next']> {
    for (const project of projects) {
      const task = take(project)
      if (!task) continue
      this.turns.begin(project.projectKey, task.unit, project.expectedMs(task))
      return { project, task }
    }
    return undefined
  }

  private announce(): void {
    for (const listener of this.listeners) listener()
  }
}

function reason(decision: Decision): string {
  return decision.run ? '' : decision.reason
}
