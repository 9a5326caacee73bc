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

export interface Cases {
  readonly units: readonly Case[]
  /** So many random modules, of the first seeds. */
  readonly randomModules: number
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
