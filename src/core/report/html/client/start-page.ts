/**
 * Holds the start of the page's script: data in, parts made, address followed.
 * In: the page. Out: nothing. Must say so on the page when it cannot read its data.
 */
import { createMap } from "./draw-map.ts";
import { listActions } from "./list-actions.ts";
import { listCoverage } from "./list-coverage.ts";
import { createFindingList, type Navigate, type View } from "./list-findings.ts";
import { createDrawer } from "./open-drawer.ts";
import { createContext } from "./page-context.ts";
import { type PageState, readState, withValues, writeState } from "./page-state.ts";
import { readData } from "./read-data.ts";
import { switchTheme } from "./switch-theme.ts";

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

async function startPage(): Promise<void> {
  switchTheme(byId("theme"));
  const context = createContext(await readData(byId("data").textContent ?? ""));
  const views: View[] = [];
  const apply = (state: PageState, isJump: boolean) => {
    for (const view of views) view.show(state);
    if (isJump && state.section !== "" && !state.values.has("open")) jump(state.section);
  };
  const navigate: Navigate = (state, isReplacing = false) => {
    const address = writeState(state);
    if (address !== location.hash) {
      if (isReplacing) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    }
    apply(state, false);
  };
  views.push(
    createFindingList(byId("finding-list"), context, navigate),
    createMap(byId("map-view"), context, navigate),
    createDrawer(context, navigate),
  );
  listActions(byId("action-list"), context);
  listCoverage(byId("coverage-list"), context);
  addEventListener("hashchange", ({ oldURL }) => {
    const state = readState(location.hash);
    const old = readState(new URL(oldURL).hash);
    const isSame =
      writeState(withValues(old, { open: "" })) === writeState(withValues(state, { open: "" }));
    apply(state, !isSame);
  });
  addEventListener("popstate", () => apply(readState(location.hash), false));
  document.addEventListener("click", (event) => openHere(event, navigate));
  apply(readState(location.hash), true);
  document.documentElement.dataset["ready"] = "yes";
}

/** Opens beside the page as it stands; with a key held the link is a link. */
function openHere(event: MouseEvent, navigate: Navigate): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const target = event.target instanceof Element ? event.target : null;
  const what = target?.closest("a[data-open]")?.getAttribute("data-open");
  if (what === null || what === undefined) return;
  event.preventDefault();
  navigate(withValues(readState(location.hash), { open: what }));
}

/** The heading takes the focus, so that the keyboard goes on from there. */
function jump(section: string): void {
  const found = document.getElementById(section);
  if (found === null) return;
  found.scrollIntoView();
  const heading = found.querySelector("h2, h3");
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

startPage().catch((error: unknown) => {
  const says = error instanceof Error ? error.message : String(error);
  const host = byId("script-state");
  host.hidden = false;
  host.textContent = `The lists and pictures could not be made: ${says}.`;
});
