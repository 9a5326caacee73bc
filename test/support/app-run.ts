import { runMetered } from './metered-run.ts'

export interface AppRun {
  readonly stdout: string
  readonly stdoutBytes: Uint8Array
  readonly stderr: string
  readonly exitCode: number
  readonly progress: readonly number[]
  readonly fuel: bigint
}

class Exit extends Error {}

/** Runs a rewritten app that needs no more of WASI than arguments, output and exit. `argv` begins with its name. */
export function runApp(bytes: Uint8Array<ArrayBuffer>, argv: readonly string[]): AppRun {
  const encoded = argv.map((text) => new TextEncoder().encode(`${text}\0`))
  const output: Record<1 | 2, number[]> = { 1: [], 2: [] }
  const progress: number[] = []
  let exitCode = 0
  let memory: WebAssembly.Memory | undefined
  const view = (): DataView => new DataView(memory?.buffer ?? new ArrayBuffer(0))
  const wasi = {
    args_sizes_get(count: number, size: number): number {
      view().setUint32(count, encoded.length, true)
      view().setUint32(size, encoded.reduce((sum, item) => sum + item.length, 0), true) // prettier-ignore
      return 0
    },
    args_get(pointers: number, buffer: number): number {
      let at = buffer
      for (const [index, item] of encoded.entries()) {
        view().setUint32(pointers + 4 * index, at, true)
        new Uint8Array(view().buffer).set(item, at)
        at += item.length
      }
      return 0
    },
    fd_write(fd: 1 | 2, vectors: number, count: number, written: number): number {
      let total = 0
      for (let index = 0; index < count; index++) {
        const start = view().getUint32(vectors + 8 * index, true)
        const length = view().getUint32(vectors + 8 * index + 4, true)
        output[fd].push(...new Uint8Array(view().buffer, start, length))
        total += length
      }
      view().setUint32(written, total, true)
      return 0
    },
    proc_exit(code: number): void {
      exitCode = code
      throw new Exit()
    },
  }
  const { fuel, trap } = runMetered(bytes, {
    imports: {
      wasi_snapshot_preview1: wasi,
      powerswarm: { progress: (done: number) => void progress.push(done) },
    },
    onInstance: (instance) => (memory = instance.exports['memory'] as WebAssembly.Memory),
  })
  if (trap !== undefined && exitCode === 0) throw new Error(trap)
  const stdoutBytes = Uint8Array.from(output[1])
  const text = (units: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(units))
  return { stdout: text(output[1]), stdoutBytes, stderr: text(output[2]), exitCode, progress, fuel }
}
