import { cpus, totalmem } from 'node:os'

/** What a bench found: figures by the names that the design fixes, and the versions that made them. */
export interface BenchReport {
  readonly bench: string
  readonly figures: Readonly<Record<string, number>>
  readonly versions: Readonly<Record<string, string>>
}

/** The middle of the values; of an even count, the mean of the two in the middle. Throws on none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (low === undefined || high === undefined) throw new RangeError('no values')
  return (low + high) / 2
}

/** The geometric mean of ratios. */
export function geomean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}

/** With `--json` among the arguments, prints the report as one line: the last line of a bench's output. */
export function printReport(report: BenchReport, argv: readonly string[] = process.argv): void {
  if (!argv.includes('--json')) return
  const [cpu] = cpus()
  const machine = {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
  }
  const versions = { node: process.versions.node, ...report.versions }
  console.log(JSON.stringify({ bench: report.bench, figures: report.figures, versions, machine }))
}
