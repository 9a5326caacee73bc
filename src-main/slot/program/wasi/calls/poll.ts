import type { Descriptor } from '../descriptors.ts'
import { ERRNO, WasiError, type Errno } from '../errno.ts'
import { RIGHTS } from '../rights.ts'
import { chargeBytes, type WasiCalls, type WasiSystem } from '../system.ts'

const SUBSCRIPTION_BYTES = 48
const EVENT_BYTES = 32
const TAG = { clock: 0, fdRead: 1, fdWrite: 2 } as const
const ABSOLUTE = 1
const HANG_UP = 1
/** The host's work per call stays small whatever the guest asks for. */
const MAX_SUBSCRIPTIONS = 1024

interface ReadyEvent {
  readonly userData: bigint
  readonly tag: number
  readonly errno: Errno
  readonly bytes: number
  readonly flags: number
}
interface Timer {
  readonly userData: bigint
  readonly waitNs: bigint
}

/** Waiting. Nothing here really waits: a sleep moves the virtual clock, and files and streams are always ready. */
export function pollCalls(system: WasiSystem): WasiCalls {
  const { memory, clock } = system

  const timer = (at: number): Timer | ReadyEvent => {
    const userData = memory.u64(at)
    const now = clock.read(memory.u32(at + 16))
    if (now === undefined) return { userData, tag: TAG.clock, errno: ERRNO.inval, bytes: 0, flags: 0 }
    const timeout = memory.u64(at + 24)
    const absolute = (memory.u16(at + 40) & ABSOLUTE) !== 0
    const waitNs = absolute ? (timeout > now ? timeout - now : 0n) : timeout
    return { userData, waitNs }
  }
  const readiness = (at: number, tag: number): ReadyEvent => {
    const userData = memory.u64(at)
    const event = { userData, tag, bytes: 0, flags: 0 }
    try {
      const descriptor = system.table.getWith(memory.u32(at + 16), RIGHTS.poll)
      if (tag === TAG.fdWrite)
        return { ...event, errno: descriptor.kind === 'input' ? ERRNO.badf : ERRNO.success }
      if (descriptor.kind === 'output') return { ...event, errno: ERRNO.badf }
      const bytes = readableBytes(descriptor)
      const isOver = descriptor.kind === 'input' && bytes === 0
      return { ...event, errno: ERRNO.success, bytes, flags: isOver ? HANG_UP : 0 }
    } catch (error) {
      if (error instanceof WasiError) return { ...event, errno: error.errno }
      throw error
    }
  }
  const subscription = (at: number): Timer | ReadyEvent => {
    const tag = memory.u8(at + 8)
    if (tag === TAG.clock) return timer(at)
    if (tag === TAG.fdRead || tag === TAG.fdWrite) return readiness(at, tag)
    throw new WasiError(ERRNO.inval)
  }

  return {
    poll_oneoff: (subscriptionsAt: number, eventsAt: number, count: number, countAt: number) => {
      const wanted = count >>> 0
      if (wanted === 0 || wanted > MAX_SUBSCRIPTIONS) return ERRNO.inval
      memory.span(subscriptionsAt, wanted * SUBSCRIPTION_BYTES)
      memory.span(eventsAt, wanted * EVENT_BYTES)
      memory.span(countAt, 4)
      chargeBytes(system, wanted * (SUBSCRIPTION_BYTES + EVENT_BYTES))

      const ready: ReadyEvent[] = []
      const timers: Timer[] = []
      for (let i = 0; i < wanted; i++) {
        const item = subscription((subscriptionsAt >>> 0) + i * SUBSCRIPTION_BYTES)
        if ('waitNs' in item) timers.push(item)
        else ready.push(item)
      }
      ready.push(...due(timers, ready.length > 0, (ns) => clock.sleep(ns)))
      for (const [index, event] of ready.entries()) {
        const at = (eventsAt >>> 0) + index * EVENT_BYTES
        memory.span(at, EVENT_BYTES).fill(0)
        memory.setU64(at, event.userData)
        memory.setU16(at + 8, event.errno)
        memory.setU8(at + 10, event.tag)
        memory.setU64(at + 16, BigInt(event.bytes))
        memory.setU16(at + 24, event.flags)
      }
      memory.setU32(countAt, ready.length)
      return ERRNO.success
    },
  }
}

function readableBytes(descriptor: Descriptor): number {
  if (descriptor.kind === 'input') return descriptor.stream.available
  return descriptor.kind === 'file' ? Math.max(0, descriptor.node.content.size - descriptor.position) : 0
}

/** Timers that fire: those already due when something else is ready, else the earliest, after sleeping until then. */
function due(timers: readonly Timer[], othersReady: boolean, sleep: (ns: bigint) => void): ReadyEvent[] {
  const first = timers.reduce<bigint | undefined>(
    (least, { waitNs }) => (least === undefined || waitNs < least ? waitNs : least),
    undefined,
  )
  if (first === undefined) return []
  const until = othersReady ? 0n : first
  sleep(until)
  return timers
    .filter(({ waitNs }) => waitNs <= until)
    .map(({ userData }) => ({ userData, tag: TAG.clock, errno: ERRNO.success, bytes: 0, flags: 0 }))
}
