/** One module to run, in the file of cases that both processors read. */
export interface Case {
  readonly name: string
  /** Path of the original module. */
  readonly path: string
  readonly args: readonly string[]
  /** Text of the files in /in. */
  readonly files?: Readonly<{ [path: string]: string }>
  /** A documented limit: what is printed may differ, for this reason. */
  readonly mayPrintOtherwise?: string
}

/** What one process runs. */
export interface Cases {
  readonly units: readonly Case[]
  /** Whether it runs every hostile module. */
  readonly hostile: boolean
  /** Seeds of random modules, the second one not among them. */
  readonly seeds: readonly [number, number]
}

/** What became of one of them; equal on every processor but for `seconds`. One line of the program's output. */
export interface Record {
  readonly name: string
  readonly rewrittenHash?: string
  readonly outcome: string
  readonly exitCode?: number
  /** In decimal. */
  readonly fuel?: string
  /** SHA-256, hex, of what was printed, and of each file. */
  readonly stdout?: string
  readonly files?: Readonly<{ [path: string]: string }>
  readonly digest?: number
  readonly seconds: number
}
