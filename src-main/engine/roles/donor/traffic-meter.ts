import { errorCode } from '../../../domain/errors.ts'
import { addTraffic, networkUse, type DayTraffic, type NetworkUse } from '../../../domain/network-limit.ts'
import { LIMITS } from '../../../domain/limits.ts'
import type { NetworkBytes } from '../../ports.ts'
import type { DonorComponents } from './components.ts'

type Parts = Pick<DonorComponents, 'store' | 'network' | 'host' | 'clock' | 'timers' | 'log'>

const SETTING = 'network-today'

/** Counts what the network takes, day by day, also over restarts, and says what it may still be used for. */
export class TrafficMeter {
  private readonly parts: Parts
  private readonly changed: () => void
  private readonly stop: () => void
  private seen: NetworkBytes
  private saved: DayTraffic
  private counted: DayTraffic
  private limitMB = 0
  private told: NetworkUse = 'all'

  /** `changed`: {@link use} is another now than when it was asked for last. */
  constructor(parts: Parts, changed: () => void) {
    this.parts = parts
    this.changed = changed
    this.seen = parts.network.bytes
    this.saved = parseTraffic(parts.store.setting(SETTING)) ?? this.nothing()
    this.counted = this.saved
    this.stop = parts.timers.every(LIMITS.trafficCountEveryMs, () => {
      this.count()
      if (this.use !== this.told) this.changed()
    })
  }

  /** Of today, as of the last count. */
  get today(): DayTraffic {
    return this.counted.day < this.day() ? this.nothing() : this.counted
  }

  /** @param limitMB 0 = no limit */
  allow(limitMB: number): NetworkUse {
    this.limitMB = limitMB
    this.told = this.use
    return this.told
  }

  /** Saves what was counted; counts no more. */
  close(): void {
    this.stop()
    this.count()
    this.save()
  }

  private get use(): NetworkUse {
    return networkUse(this.today, this.limitMB)
  }

  private count(): void {
    const now = this.parts.network.bytes
    const receivedBytes = Math.max(0, now.received - this.seen.received)
    const sentBytes = Math.max(0, now.sent - this.seen.sent)
    this.seen = now
    this.counted = addTraffic(this.counted, this.day(), { receivedBytes, sentBytes })
    const grown = total(this.counted) - total(this.saved)
    if (this.counted.day !== this.saved.day || grown >= LIMITS.trafficSaveBytes) this.save()
  }

  private save(): void {
    const { counted, saved } = this
    if (counted.day === saved.day && total(counted) === total(saved)) return
    this.saved = counted
    try {
      this.parts.store.setSetting(SETTING, JSON.stringify(counted))
    } catch (error) {
      // It is tried again with what passes next; a restart meanwhile forgets it.
      this.parts.log('warn', 'traffic-not-saved', { code: errorCode(error) })
    }
  }

  private day(): string {
    return this.parts.host.localDay(this.parts.clock.now())
  }

  private nothing(): DayTraffic {
    return { day: this.day(), receivedBytes: 0, sentBytes: 0 }
  }
}

function total({ receivedBytes, sentBytes }: DayTraffic): number {
  return receivedBytes + sentBytes
}

/** Undefined when nothing was saved, or something else: then the day begins anew. */
function parseTraffic(text: string | undefined): DayTraffic | undefined {
  if (text === undefined) return undefined
  const { day, receivedBytes, sentBytes } = JSON.parse(text) as Record<keyof DayTraffic, unknown>
  const isTraffic = typeof day === 'string' && isCount(receivedBytes) && isCount(sentBytes)
  return isTraffic ? { day, receivedBytes, sentBytes } : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value)
}
