/**
 * Holds what keeps the tools from the network when nobody asked for a download.
 * In: our environment, where the image is read from. Out: what to add to it.
 * Must never overrule what the environment says.
 */
import type { ImageSource } from "../../ports/scanner.ts";

/** Port 9 of this machine: nothing listens there, so a fetch fails at once. */
const nowhere = "http://127.0.0.1:9";

/**
 * **Source**: Grype's and Syft's documents on configuration; stereoscope's `containerd` provider,
 * which pulls an image itself when containerd lacks it, through the proxy of its environment.
 */
export function offlineEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  source: ImageSource | undefined,
): Readonly<Record<string, string>> {
  const wished: Readonly<Record<string, string>> = {
    GRYPE_DB_AUTO_UPDATE: "false",
    GRYPE_CHECK_FOR_APP_UPDATE: "false",
    SYFT_CHECK_FOR_APP_UPDATE: "false",
    // Where Kubernetes and everything else that speaks CRI keeps its images.
    ...(source === "containerd" ? { CONTAINERD_NAMESPACE: "k8s.io" } : {}),
  };
  const settings = Object.entries(wished).filter(([key]) => ours[key] === undefined);
  const proxies = source === "containerd" ? ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] : [];
  const closed = proxies.flatMap((key) => [
    [key, nowhere] as const,
    [key.toLowerCase(), nowhere] as const,
  ]);
  const open =
    source === "containerd" ? [["NO_PROXY", ""] as const, ["no_proxy", ""] as const] : [];
  return Object.fromEntries([...settings, ...closed, ...open]);
}
