/** A proof between the engine and its signature thread: what was signed (32 bytes), the donor's key, the signature. */
export const DONOR_KEY_AT = 32
export const SIGNATURE_AT = 64
export const PROOF_BYTES = 128
