/** Holds the contract of `Files` over memory. */
import { checkFiles } from "../../ports/files.contract.ts";
import { createMemoryFiles } from "./memory-files.ts";

checkFiles("memory", async () => {
  const stored = new Map<string, Uint8Array>();
  return {
    files: createMemoryFiles(stored),
    folder: "folder",
    put: async (name, bytes) => {
      stored.set(name, bytes);
    },
    get: async (name) => stored.get(name),
    close: async () => stored.clear(),
  };
});
