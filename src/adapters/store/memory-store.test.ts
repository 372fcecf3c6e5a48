/** Holds the contract of `Store` over memory. */
import { checkStore } from "../../ports/store.contract.ts";
import { createMemoryStore } from "./memory-store.ts";

checkStore("memory", async () => {
  const store = createMemoryStore();
  return { store, crash: async () => store, close: () => store.close() };
});
