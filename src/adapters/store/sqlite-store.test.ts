/** Holds the contract of `Store` over SQLite. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkStore } from "../../ports/store.contract.ts";
import type { Store } from "../../ports/store.ts";
import { openSqliteStore } from "./sqlite-store.ts";

checkStore("sqlite", async () => {
  const root = mkdtempSync(join(tmpdir(), "waggle-store-"));
  const stores: Store[] = [];
  const folder = (): string => join(root, String(stores.length));
  const open = async (): Promise<Store> => {
    const store = await openSqliteStore(folder(), "write");
    stores.push(store);
    return store;
  };
  const store = await open();
  return {
    store,
    // The files as they are now, without those that only live in memory.
    crash: async () => {
      const from = join(root, String(stores.length - 1));
      const to = folder();
      copyFolder(from, to);
      return await open();
    },
    close: async () => {
      for (const each of stores) await each.close();
      rmSync(root, { recursive: true });
    },
  };
});

function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const name of ["waggle.db", "waggle.db-wal", "writer.json"]) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
}
