// Started by electron-probe.mjs, which only needs a process that exists.
