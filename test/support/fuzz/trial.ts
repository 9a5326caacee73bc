import { getHeapStatistics } from 'node:v8'
import fc from 'fast-check'
import { PowerswarmError } from '../../../src-main/domain/errors.ts'
import { Choice } from '../random-module/choice.ts'
import { plainJson } from '../wire-records.ts'
import type { Decoder } from './decoder.ts'

/** Of this machine's processor, which others may be using too. */
export const MOST_CPU_MS = 1000
/** Beyond what the input itself takes. */
export const MOST_BYTES = 16 * 2 ** 20

/** What one decoder did with many inputs. */
export interface TrialReport {
  readonly accepted: number
  readonly refused: number
  /** Accepted values that were written and read again. */
  readonly rewritten: number
  readonly slowestMs: number
  readonly mostBytes: number
  readonly faults: readonly Fault[]
}
/** An input that was neither accepted nor refused as it should be: the same seed makes it again. */
export interface Fault {
  readonly decoder: string
  readonly place: number
  readonly fault: string
}

export interface TrialInit {
  readonly decoder: Decoder
  readonly seed: number
  readonly cases: number
  /** Told before each case, for whoever watches for one that does not end. */
  readonly onCase?: (place: number) => void
}

const SAMPLES = 6

/** Good inputs, then bad ones made of them. */
export async function fuzzTrial({ decoder, seed, cases, onCase }: TrialInit): Promise<TrialReport> {
  const samples = fc.sample(decoder.samples, { seed, numRuns: Math.min(SAMPLES, cases) })
  const choice = new Choice(seed)
  const count = { accepted: 0, refused: 0, rewritten: 0 }
  const most = { ms: 0, bytes: 0 }
  const faults: Fault[] = []
  for (let place = 0; place < cases; place++) {
    onCase?.(place)
    const good = place < samples.length
    const input = good ? samples[place] : decoder.spoil(choice.pick(samples), choice.pick(samples), choice)
    const before = { bytes: bytesUsed(), cpu: process.cpuUsage() }
    const end = await tried(decoder, input)
    const bytes = bytesUsed() - before.bytes
    const cpu = process.cpuUsage(before.cpu)
    const ms = (cpu.user + cpu.system) / 1000
    most.ms = Math.max(most.ms, ms)
    most.bytes = Math.max(most.bytes, bytes)
    if (end.kind === 'accepted') {
      count.accepted++
      if (end.rewritten) count.rewritten++
    } else if (end.kind === 'refused') count.refused++
    const fault =
      end.kind === 'fault'
        ? end.fault
        : good && end.kind === 'refused'
          ? `refused a good input: ${end.message}`
          : excess(ms, bytes)
    if (fault !== undefined) faults.push({ decoder: decoder.name, place, fault })
  }
  return { ...count, slowestMs: Math.ceil(most.ms), mostBytes: most.bytes, faults }
}

type End =
  | { readonly kind: 'accepted'; readonly rewritten: boolean }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'fault'; readonly fault: string }

async function tried(decoder: Decoder, input: unknown): Promise<End> {
  let value: unknown
  try {
    value = decoder.decode(input)
    if (value instanceof Promise) value = await value
  } catch (error) {
    return endOf(decoder, error)
  }
  if (decoder.encode === undefined) return { kind: 'accepted', rewritten: false }
  try {
    const again = decoder.decode(decoder.encode(value as never))
    if (textOf(again) === textOf(value)) return { kind: 'accepted', rewritten: true }
    return { kind: 'fault', fault: 'reads something else from what it wrote' }
  } catch (error) {
    return { kind: 'fault', fault: `does not write what it read: ${String(error)}` }
  }
}

function endOf({ codes }: Decoder, error: unknown): End {
  if (!(error instanceof PowerswarmError)) return { kind: 'fault', fault: `threw ${whatOf(error)}` }
  if (!codes.includes(error.code))
    return { kind: 'fault', fault: `refused with ${error.code}: ${error.message}` }
  return { kind: 'refused', message: error.message }
}

function whatOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)).slice(0, 600) : String(error)
}

function excess(ms: number, bytes: number): string | undefined {
  if (ms > MOST_CPU_MS) return `took ${ms} ms`
  return bytes > MOST_BYTES ? `took ${bytes} bytes` : undefined
}

function bytesUsed(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

function textOf(value: unknown): string {
  return JSON.stringify(plainJson(value))
}
