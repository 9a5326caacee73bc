/** Error numbers of WASI preview 1 that this host answers with. https://github.com/WebAssembly/WASI (witx, errno) */
export const ERRNO = {
  success: 0,
  badf: 8,
  busy: 10,
  exist: 20,
  fault: 21,
  fbig: 22,
  ilseq: 25,
  inval: 28,
  isdir: 31,
  loop: 32,
  mfile: 33,
  nametoolong: 37,
  noent: 44,
  nospc: 51,
  nosys: 52,
  notdir: 54,
  notempty: 55,
  notsock: 57,
  notsup: 58,
  perm: 63,
  spipe: 70,
  xdev: 75,
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
