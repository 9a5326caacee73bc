/** Error numbers of WASI preview 1 that this host answers with. https://github.com/WebAssembly/WASI (witx, errno) */
export const ERRNO = {
  success: 0,
  badf: 8,
  fault: 21,
  inval: 28,
  noent: 44,
  nosys: 52,
  notdir: 54,
  notsock: 57,
  notsup: 58,
  spipe: 70,
  notcapable: 76,
} as const

export type Errno = (typeof ERRNO)[keyof typeof ERRNO]

/** Ends a WASI call with an error number for the guest. Never leaves the WASI host. */
export class WasiError extends Error {
  readonly errno: Errno

  constructor(errno: Errno) {
    super(`errno ${String(errno)}`)
    this.name = 'WasiError'
    this.errno = errno
  }
}
