/**
 * What is known about whether a person uses the machine.
 * - `idle`: the last input was `forMs` ago (0 = just now)
 * - `unknown`: no source on this desktop can be trusted
 * - `unattended`: a headless donor; nobody is expected to sit there
 */
export type Presence =
  | { readonly kind: 'idle'; readonly forMs: number; readonly source: string }
  | { readonly kind: 'unknown'; readonly source: string }
  | { readonly kind: 'unattended' }
