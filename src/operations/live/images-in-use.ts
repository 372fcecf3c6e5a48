/**
 * Holds which images a report spoke of, kept for whoever scans them.
 * In: images. Out: the same again, over restarts. The list is small; reports are not.
 */
import * as z from "zod";
import type { SettingStore } from "../../ports/store.ts";
import type { ImageInUse } from "./choose-scans.ts";

const setting = "images";
const imagesSchema = z.array(
  z.object({ reference: z.string(), digest: z.string(), sbom: z.string(), scan: z.string() }),
);

/** Takes the place of what an earlier report said. **Errors**: what the store throws. */
export async function keepImages(
  settings: SettingStore,
  images: readonly ImageInUse[],
): Promise<void> {
  await settings.set(setting, JSON.stringify(images));
}

/** undefined before the first report, and for what another version kept. */
export async function readImages(
  settings: SettingStore,
): Promise<readonly ImageInUse[] | undefined> {
  const text = await settings.get(setting);
  if (text === undefined) return undefined;
  const result = imagesSchema.safeParse(JSON.parse(text));
  return result.success ? result.data : undefined;
}
