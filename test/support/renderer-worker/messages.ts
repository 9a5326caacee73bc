/** Between a test and Electron's main program. */

export interface Request {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

/** The one with number 0 says that the page is there; its value is the version of V8. */
export interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** Name of the request for another worker in place of the one that is there. */
export const RENEW = 'renew'
