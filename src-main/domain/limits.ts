import { KIB, MIB } from './units.ts'

/** Every bound the program sets on a module, a unit, a peer or itself, with its reason. The one list. */
export const LIMITS = {
  /** Larger modules make the optimising compiler a denial of service (2 MB of br_table took 15 s). */
  moduleBytes: 16 * MIB,
  /** A 488 KB loop function took 11 s to compile. */
  functionBodyBytes: 256 * KIB,
  /** Linear memory a unit may ask for at most; 4 GiB is wasm's own end. */
  memoryBytes: 2048 * MIB,
  memoryBytesDefault: 256 * MIB,
  /** One unit may print this much; what is longer belongs into a file in /out. */
  outputBytes: 256 * KIB,
  /** Where nobody says otherwise, in a batch as in a trial run. */
  outputBytesDefault: 64 * KIB,
  stdinBytes: 1 * MIB,
  /** What a unit finds in /in: it lies in the slot's memory while the unit runs. */
  inputFiles: 1024,
  inputFilesBytes: 64 * MIB,
  /** Inputs of a batch: 64 KiB a block, and so many units, whose places the publisher keeps in memory while it adds them. */
  inputBlockBytes: 64 * KIB,
  inputUnits: 4_000_000,
  inputsBytes: 1024 * 1024 * MIB,
  /** What tells a unit's inputs apart: as many files as it may have, with paths as long as they may be. */
  inputEntryBytes: 1280 * KIB,
  /** One line of a list of inputs: room for all that a unit may have, written as base64. */
  inputLineBytes: 96 * MIB,
  /** Inputs of all batches of a project that a donor keeps on disk; those used longest ago go first. */
  inputsCacheBytes: 1024 * MIB,
  /** Cores of inputs that a donor has open in a project: each takes a channel on every connection. */
  inputCoresOpen: 8,
  /** Names that may exist in /out at a time, folders and links included, and the bytes behind them. */
  outputFiles: 1024,
  outputFilesBytes: 16 * MIB,
  /** As on most systems; a path of a file that comes or goes, and a text that a unit may give as a path. */
  fileNameBytes: 255,
  filePathBytes: 1024,
  filePathNames: 32,
  pathTextBytes: 4096,
  /** Standard input and output included. */
  openFiles: 256,
  argumentCount: 64,
  argumentBytes: 4 * KIB,
  /** What a slot may list as a module's imports; the policy lets far fewer and shorter names through. */
  importCount: 1024,
  importNameChars: 128,
  /** Why a unit ended, as its slot says: a line for the log. */
  reasonChars: 1000,
  /** A unit's saved state: its memory without pages of zeros, its stack, its files. Larger ones are not saved. */
  snapshotBytes: 128 * MIB,
  /** So much of it crosses from process to process at a time: between two pieces each of them hears other things. */
  snapshotPieceBytes: 2 * MIB,
  /** How long a slot may look for a place to save; safe points are milliseconds apart in most programs. */
  snapshotWithinMs: 10_000,
  /** All of a donor's snapshots on disk, the oldest go first: as much as eight of the largest. */
  snapshotsBytes: 1024 * MIB,
  /** Computing that a crash may cost. Saving takes under a second, mostly of the disk: a thousandth of this. */
  snapshotEveryMs: 5 * 60 * 1000,
  /** Younger units are never saved: computing them again costs less than keeping them. */
  snapshotYoungMs: 10_000,
  /** After a pause of this length the owner is at work and gets the memory back. */
  snapshotLongPauseMs: 60_000,
  /** A unit that is paused computes on until a safe point, while its owner wants the machine: not for longer than this. */
  snapshotWhilePausedMs: 500,
  /** Before the end of the engine and before sleep, for all slots together; then they are ended unsaved. */
  snapshotBeforeEndMs: 2_000,
  /** A snapshot that is compressed already when the engine ends may still go to the disk, for so long. */
  snapshotCloseMs: 1_000,
  /** About an hour on a fast core: longer units lose too much when a machine goes away. */
  fuelPerUnit: 10_000_000_000_000n,
  fuelPerUnitDefault: 1_000_000_000_000n,

  batchUnits: 1_000_000_000_000,
  quorumMax: 8,
  /** Copies of one unit ever leased before it is called inconclusive. */
  copiesMax: 8,
  /** Host failures or time-outs on this many donors suspend a unit. */
  hostFailuresMax: 3,

  /** Results accepted on a donor's word between two checks: what one forger can place at a time. */
  advanceMax: 1024,
  /** Windows of such results whose checks are out; beyond that each result is checked. */
  windowsUnsettledMax: 4,
  /** Units of one batch whose answers the publisher may know. */
  knownAnswers: 4096,
  /** Results that a donor has to prove without an error before it checks newcomers and settles disputes. */
  establishedResults: 32,

  leaseUnits: 256,
  /** A unit may wait in a donor's buffer for half of this, and compute for half of it; see `unitWallMs`. */
  leaseMs: 12 * 60 * 60 * 1000,
  /** Units that wait at one donor, whatever the time that they need: rows on its disk, and what a quick one may hold. */
  bufferUnits: 4096,
  /** While the publisher is away nobody else can have a unit whose lease ran out: it is computed for so much longer. */
  lateMs: 24 * 60 * 60 * 1000,
  /** So long after its start a publisher takes no unit away: donors are back by then with what they computed. */
  returnMs: 60_000,
  /** A unit is held for so long before it is taken back from a machine that does not want it. */
  giveBackAfterMs: 60 * 60 * 1000,
  /** A donor looks so often whether there is something in its buffer that it cannot compute in time. */
  giveBackEveryMs: 60_000,
  /** Units that a donor without any history may hold: a new key costs nothing, so it gets little. */
  firstUnits: 16,
  /** Undecided results of one donor on units that it took from the reserve by itself, however much it has proven. */
  selfAssignedUnits: 256,
  /** A donor takes nothing from the reserve before it was without its publisher for so long: most come back sooner. */
  reserveAfterMs: 30_000,
  /**
   * Units that all donors at one address may hold together before they are established: a classroom of new ones gets some
   * each, and who makes up keys gets no more.
   */
  unprovenUnitsPerAddress: 256,
  submitResults: 256,
  /** Files that a unit leaves in /out, with their paths, that travel with its result. More is `output-too-large`. */
  submitFilesBytes: 128 * KIB,
  /** Room for one result with all the output it may have. Small enough for a slow uplink to get each submit through. */
  submitBytes: 400 * KIB,
  grantsPerAnswer: 64,
  /** Units named in one ledger record: the record's root is checked against them. No list in any record is longer. */
  grantUnits: 4096,

  linkChars: 2048,
  linkBootstraps: 8,

  /** Hello, leases, grant requests: messages without payload. */
  messageBytes: 16 * KIB,
  /** A full answer to a grants request: every notice names every unit it may. */
  grantsAnswerBytes: 4 * MIB,
  recordBytes: 64 * KIB,
  /** Longer outputs are not published for everybody to see. */
  foundOutputBytes: 4 * KIB,
  /** The newest blocks of published results that a donor fetches and keeps, and the results that it shows of them. */
  foundBlocks: 16,
  foundShown: 20,
  /** Records of one project core a donor reads: more is a flood. */
  projectRecords: 100_000,
  /** All records of one project core together, which a donor keeps on disk and in memory. */
  projectCoreBytes: 16 * MIB,
  /** A receipt: two blocks with their paths. One of a ledger of 10^5 blocks has about 1 KB. */
  receiptBytes: 16 * KIB,
  /** A block in a receipt: ledger records and announcements have less than 200 bytes. */
  provenBlockBytes: 1 * KIB,
  /** Blocks of a project core asked for ahead of the one that is read. */
  projectReadAhead: 256,
  projectNameChars: 80,
  projectPurposeChars: 500,
  appNameChars: 80,
  /** What a donor's program calls itself, in each result. */
  engineNameChars: 64,
  moduleChunkBytes: 1 * MIB,

  /** Connections of one publisher: about 100 KB of memory each. */
  publisherConnections: 8192,
  /** Of those, from one address off this machine: a house, a classroom, one flooder, or all that one relay carries. */
  connectionsPerAddress: 64,
  /** Of those, before their `hello` was accepted: anybody can open them. */
  unprovenConnections: 96,
  /** Handshakes that publisher or donor answers at once and a second; 8,192 donors are back in a minute and a half. */
  handshakeBurst: 250,
  handshakesPerSecond: 100,
  /** What a handshake left behind is kept this long, for packets that were lost. */
  handshakeMs: 3_000,
  /** Handshakes that no packet has followed yet, of publisher or donor: about 40 KB each, and nobody had to be there. */
  halfOpenConnections: 256,
  halfOpenMs: 3_000,
  /** A connection for which there is no room may stay this long, to be told so; beyond so many nobody is told. */
  turnedAwayMs: 2_000,
  turnedAwayConnections: 32,

  /**
   * Per connection, unasked: bytes at once, bytes a second, and bytes of one message, which the peer would otherwise make
   * us keep up to 16 MB of. Before the peer has proven anything; of a donor at its publisher; of those that deliver.
   */
  unprovenBurstBytes: 64 * KIB,
  donorBurstBytes: 4 * MIB,
  donorBytesPerSecond: 128 * KIB,
  donorMessageBytes: 512 * KIB,
  peerBurstBytes: 32_000_000,
  peerBytesPerSecond: 2_000_000,
  peerMessageBytes: 5 * MIB,
  /** Answers that a peer has asked for and does not read wait in memory; the longest one fits. */
  peerUnreadBytes: 8 * MIB,
  /** Blocks a peer asks for ahead of what it was sent; Hypercore's own programs ask for 512 at most. */
  peerBlockRequests: 2048,
  /** Calls of a donor at once and a second: thousands of units a second in batches, and no burden on the publisher. */
  peerCallBurst: 1000,
  peerCallsPerSecond: 250,
  /** Calls under way and the bytes of their requests; of one peer and of all. */
  peerRequestsInFlight: 64,
  peerRequestBytes: 4 * MIB,
  requestBytes: 32 * MIB,
  peerChannels: 64,
  /** Faults of a peer on one connection until it is closed. */
  peerFaults: 3,
  /** Of a peer's words to a person, this much is shown. */
  peerMessageChars: 200,
  /** Peers that one relay serves at a time. */
  relayConnections: 1024,
  /** Mesh connections of one donor. */
  meshPeers: 12,
  /** Time that a peer on the mesh has to show that it knows a project of ours; a topic alone says nothing. */
  meshProofMs: 10_000,
  /** A donor that delivers less than the slowest uplink would for this long, though it was asked, is let go. */
  seederStallMs: 5_000,
  /** A peer whose blocks do not fit has this long to show that another story was signed; then they were wrong. */
  forkProofMs: 2_000,
  /** So long such a donor is not met again; one that sent wrong blocks is not met while the process runs. */
  seederRestMs: 10 * 60 * 1000,
  /** Keys of peers remembered as bad; beyond it the oldest are forgotten. */
  shunnedPeers: 4096,
  /** Other donors are asked for a module of several chunks first, the publisher when they bring nothing for this long. */
  publisherFallbackMs: 2_000,
  rpcTimeoutMs: 5_000,
  /** A slower uplink than this counts as none: a call waits longer by the time its request needs at this speed. */
  uplinkBytesPerSecond: 16 * KIB,
  /**
   * A donor without anything to say sends an empty message this often: it keeps the way through its NAT open (30 s at
   * least) and finds out that a publisher is gone. Who has something to say finds out by {@link rpcTimeoutMs}.
   */
  donorKeepAliveMs: 15_000,
  /** The same for a publisher, which hears its donors anyway: an idle one that vanished counts as connected for so long. */
  publisherKeepAliveMs: 60_000,
  /** A connection on which no `hello` came for this long is closed. */
  helloTimeoutMs: 10_000,
  /** Finding peers and downloading one module may take this long without progress. */
  moduleStallMs: 30_000,
  /** How often publisher and donor look whether any node of the DHT still knows where they are. */
  announceCheckMs: 2_000,
  /** A publisher that restarts or moves is back soon: for so long it is dialled without backing off. */
  redialSteadyMs: 180_000,
  redialMs: 5_000,
  /** With its jitter less than a minute: everything computed meanwhile is sent within a minute of the return. */
  redialMaxMs: 40_000,
  /** A donor that its publisher has banned asks again this much later, in case that it was pardoned. */
  bannedRetryMs: 60_000,
  /** A donor whose publisher answered with an error does what is due so much later. */
  tendEveryMs: 5_000,
  /** How often a donor looks what its network took today, and how much it counts before it writes that down. */
  trafficCountEveryMs: 10_000,
  trafficSaveBytes: 1_000_000,
  /** Results that follow each other more closely are saved and sent together: each commit waits for the disk. */
  saveResultsEveryMs: 250,
  /** Notices of grants may be lost, so a donor asks for them this often without one. */
  askGrantsEveryMs: 60_000,
  /** Between the publisher's commit and the ledger append. */
  sealEveryMs: 100,
  /** Blocks in the write-ahead journal of a core before a storage barrier (5 ms) lets them go. */
  journalBlocks: 1024,
  /** A peer that claims to have more of our own core than we have gets this long to prove it. */
  proofMs: 5_000,

  /**
   * One message on the engine's local socket: `addApp` carries a module, a page of results some outputs. Twice this
   * may wait for a client that does not read; then it is cut off.
   */
  socketFrameBytes: 64 * MIB,
  /** An engine's log: so much in each file, so many files. */
  logFileBytes: 5 * MIB,
  logFiles: 3,

  /** Results of one donor's slot that runs without a heartbeat for this long: the slot is killed. */
  heartbeatSilenceMs: 30_000,
  /** A unit that computes longer than this on the wall is a time-out (host failure). */
  unitWallMs: 6 * 60 * 60 * 1000,
} as const
