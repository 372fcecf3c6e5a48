/**
 * Holds the use of a store for one question or command.
 * In: a directory, what to do. Out: what that gives; the store is closed whatever happens.
 */
import type { Store } from "../../ports/store.ts";
import type { OperationContext } from "../operation.ts";

/** **Errors**: what opening throws, and `work`. */
export async function withStore<Result>(
  { directory, mode }: { readonly directory: string; readonly mode: "read" | "write" },
  { outside }: Pick<OperationContext, "outside">,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await outside.state.store(directory, mode);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
