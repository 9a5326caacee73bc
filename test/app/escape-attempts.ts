/**
 * Scripts as a page would run them that has been taken over: each tries to reach `ORIGIN/<its name>` (or the same port
 * by other means) and ignores what becomes of it. `ORIGIN` and `PORT` are defined before.
 */
export const NETWORK_ATTEMPTS: Readonly<Record<string, string>> = {
  fetch: 'fetch(ORIGIN + "/fetch", { mode: "no-cors" }).catch(() => 0)',
  cors: 'fetch(ORIGIN + "/cors").catch(() => 0)',
  xhr: '(() => { const x = new XMLHttpRequest(); x.open("GET", ORIGIN + "/xhr"); x.send() })()',
  websocket: 'new WebSocket(ORIGIN.replace("http", "ws") + "/websocket")',
  events: 'new EventSource(ORIGIN + "/events")',
  beacon: 'navigator.sendBeacon(ORIGIN + "/beacon", "x")',
  image: 'document.body.append(Object.assign(new Image(), { src: ORIGIN + "/image" }))',
  script:
    'document.body.append(Object.assign(document.createElement("script"), { src: ORIGIN + "/script" }))',
  style:
    'document.body.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: ORIGIN + "/style" }))',
  imported: 'import(ORIGIN + "/imported").catch(() => 0)',
  media:
    'document.body.append(Object.assign(document.createElement("audio"), { src: ORIGIN + "/media", preload: "auto" }))',
  worker:
    'new Worker(URL.createObjectURL(new Blob(["fetch(\'" + ORIGIN + "/worker\', { mode: \'no-cors\' })"], { type: "text/javascript" })))',
  importScripts:
    'new Worker(URL.createObjectURL(new Blob(["importScripts(\'" + ORIGIN + "/importScripts\')"], { type: "text/javascript" })))',
  udp: `(async () => {
    const call = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:" + PORT }] })
    call.createDataChannel("x")
    await call.setLocalDescription(await call.createOffer())
  })().catch(() => 0)`,
  tcp: `(async () => {
    const urls = "turn:127.0.0.1:" + PORT + "?transport=tcp"
    const call = new RTCPeerConnection({ iceTransportPolicy: "relay", iceServers: [{ urls, username: "u", credential: "c" }] })
    call.createDataChannel("x")
    await call.setLocalDescription(await call.createOffer())
  })().catch(() => 0)`,
}

/** Navigations: the app refuses them in every window, and the page may not outlive that, so they come last. */
export const DEPARTURES: Readonly<Record<string, string>> = {
  frame: 'document.body.append(Object.assign(document.createElement("iframe"), { src: ORIGIN + "/frame" }))',
  object:
    'document.body.append(Object.assign(document.createElement("object"), { data: ORIGIN + "/object" }))',
  window: 'window.open(ORIGIN + "/window")',
  form: 'document.body.append(Object.assign(document.createElement("form"), { id: "f", action: ORIGIN + "/form" })), document.getElementById("f").submit()',
  location: 'location.href = ORIGIN + "/location"',
}

/** Each resolves with `refused`, or with what it got. */
export const LOCAL_ATTEMPTS: Readonly<Record<string, string>> = {
  'a file of the machine':
    'fetch("file:///etc/passwd").then(({ status }) => "status " + status, () => "refused")',
  'the app’s own pages':
    'fetch("app://powerswarm/tray/index.html").then(({ status }) => "status " + status, () => "refused")',
  'the address of another slot':
    'fetch("slot://slot-1/slot/index.html").then(({ status }) => "status " + status, () => "refused")',
  'a folder above its own':
    'fetch("/slot/../tray/index.html").then(({ ok }) => (ok ? "served" : "refused"), () => "refused")',
  'a folder above its own, encoded':
    'fetch("/slot/%2e%2e%2f%2e%2e%2fmain/index.js").then(({ ok }) => (ok ? "served" : "refused"), () => "refused")',
  Node: 'Promise.resolve([typeof process, typeof require, typeof Buffer, typeof api].every((t) => t === "undefined") ? "refused" : "there")',
  'another window':
    'Promise.resolve(window.opener === null && window.parent === window && window.open("about:blank") === null ? "refused" : "there")',
  'the camera':
    'navigator.mediaDevices === undefined ? Promise.resolve("refused") : navigator.mediaDevices.getUserMedia({ video: true, audio: true }).then(() => "granted", () => "refused")',
  'the screen':
    'navigator.mediaDevices === undefined ? Promise.resolve("refused") : navigator.mediaDevices.getDisplayMedia().then(() => "granted", () => "refused")',
  'the place of the machine':
    'new Promise((done) => navigator.geolocation.getCurrentPosition(() => done("granted"), () => done("refused")))',
  'the clipboard': 'navigator.clipboard.readText().then(() => "granted", () => "refused")',
  notifications:
    'Notification.requestPermission().then((answer) => (answer === "denied" ? "refused" : answer))',
  'every permission':
    'Promise.all(["geolocation", "notifications", "camera", "microphone", "clipboard-read", "midi"].map((name) => navigator.permissions.query({ name }).then(({ state }) => state, () => "denied"))).then((states) => (states.every((state) => state === "denied") ? "refused" : states.join()))',
  'a serial port':
    '"serial" in navigator ? navigator.serial.getPorts().then((ports) => (ports.length === 0 ? "refused" : "ports")) : Promise.resolve("refused")',
  'a service worker':
    'navigator.serviceWorker === undefined ? Promise.resolve("refused") : navigator.serviceWorker.register("/slot/worker.js").then(() => "registered", () => "refused")',
}

/** Leaves a mark in everything that a page can keep or send to other pages. */
export const LEAVE_MARKS = `(async () => {
  const attempt = async (work) => { try { await work() } catch {} }
  await attempt(() => localStorage.setItem("mark", "1"))
  await attempt(() => sessionStorage.setItem("mark", "1"))
  await attempt(() => { document.cookie = "mark=1" })
  await attempt(async () => (await caches.open("mark")).put("/mark", new Response("1")))
  await attempt(() => new Promise((done, failed) => { const open = indexedDB.open("mark"); open.onsuccess = done; open.onerror = failed }))
  await attempt(async () => (await (await navigator.storage.getDirectory()).getFileHandle("mark", { create: true })))
  new BroadcastChannel("mark").postMessage("1")
})()`

/** What of that another page finds, as one line; starts to listen at once. */
export const LISTEN =
  'globalThis.heard = 0, void (globalThis.ear = new BroadcastChannel("mark")).addEventListener("message", () => globalThis.heard++)'
export const FIND_MARKS = `(async () => {
  const found = []
  const attempt = async (name, work) => { try { if (await work()) found.push(name) } catch {} }
  await attempt("localStorage", () => localStorage.getItem("mark"))
  await attempt("sessionStorage", () => sessionStorage.getItem("mark"))
  await attempt("cookie", () => document.cookie)
  await attempt("caches", async () => (await caches.keys()).length > 0)
  await attempt("indexedDB", async () => (await indexedDB.databases()).length > 0)
  await attempt("files", async () => { for await (const name of (await navigator.storage.getDirectory()).keys()) return name })
  await attempt("broadcast", () => globalThis.heard > 0)
  return found.join()
})()`
