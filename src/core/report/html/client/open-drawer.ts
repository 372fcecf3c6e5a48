/**
 * Holds the drawer: what a link opens beside the page.
 * In: the state of the address. Out: a dialog with a finding, workload, flow, proof, action, …
 * Must give the focus back to where it was, and say so where the page holds no such thing.
 */
import { buildGraph } from "./build-graph.ts";
import type { Navigate, View } from "./list-findings.ts";
import { type Child, fill, make } from "./make-element.ts";
import type { PageContextData } from "./page-context.ts";
import { withValues } from "./page-state.ts";
import { showAction, showContradiction } from "./show-action.ts";
import { showEvidence } from "./show-evidence.ts";
import { showFinding, textList } from "./show-finding.ts";
import { showFlow } from "./show-flow.ts";
import { showWorkload } from "./show-workload.ts";

interface Opened {
  readonly kind: string;
  readonly title: string;
  readonly content: readonly Child[];
}

export function createDrawer(context: PageContextData, navigate: Navigate): View {
  const title = make("h2", { id: "drawer-title", tabindex: "-1" });
  const kind = make("p", { class: "kind" });
  const body = make("div", { class: "drawer-body" });
  const close = make("button", { type: "button", class: "close" }, "Close");
  const back = make("button", { type: "button" }, "Back");
  const bar = make("div", { class: "drawer-bar" }, kind, back, close);
  const dialog = make("dialog", { "aria-labelledby": "drawer-title" }, bar, title, body);
  document.body.append(dialog);
  let shown = { what: "", state: withValues({ section: "", values: new Map() }, {}) };
  let depth = 0;
  const leave = () => navigate(withValues(shown.state, { open: "" }));
  close.addEventListener("click", leave);
  back.addEventListener("click", () => history.back());
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) leave();
  });
  const show: View["show"] = (state) => {
    const what = state.values.get("open") ?? "";
    const isNew = what !== shown.what;
    shown = { what, state };
    if (what === "") {
      depth = 0;
      if (dialog.open) dialog.close();
      return;
    }
    if (!isNew) return;
    const opened = lookUpOpened(what, context);
    kind.textContent = opened.kind;
    title.textContent = opened.title;
    fill(body, ...opened.content);
    depth += 1;
    back.hidden = depth < 2;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    title.focus();
  };
  return { show };
}

function lookUpOpened(what: string, context: PageContextData): Opened {
  const id = what.slice(2);
  const key = what.slice(0, 2);
  const look = Object.hasOwn(openers, key) ? openers[key] : undefined;
  return look?.(id, context) ?? absent(what);
}

function absent(what: string): Opened {
  const says = "The page holds nothing of this name; the JSON report may.";
  return { kind: "not here", title: what.slice(0, 80), content: [says] };
}

const openers: Readonly<
  Record<string, (id: string, context: PageContextData) => Opened | undefined>
> = {
  "f:": (id, context) => {
    const found = context.findings.get(id.slice(0, context.data.idLength));
    if (found === undefined) return undefined;
    const { vulnerability, package: owner } = found;
    const title = `${vulnerability.id} in ${owner.name} ${owner.version}`;
    return { kind: `finding, rank ${found.rank}`, title, content: showFinding(found, context) };
  },
  "w:": (id, context) => {
    const index = /^\d+$/.test(id) ? Number(id) : -1;
    const found = context.data.workloads[index];
    if (found === undefined) return undefined;
    return { kind: "workload", title: found.name, content: showWorkload(found, index, context) };
  },
  "x:": (id, context) => {
    const found = context.flows.get(id);
    if (found === undefined) return undefined;
    return {
      kind: "flow",
      title: `${found.from.name} → ${found.to.name}`,
      content: showFlow(found, context),
    };
  },
  "e:": (id, context) => {
    const found = context.evidence.get(id);
    if (found === undefined) return undefined;
    return { kind: `proof ${id}`, title: found.shows, content: showEvidence(found, context) };
  },
  "a:": (id, context) => {
    const found = context.actions.get(id);
    if (found === undefined) return undefined;
    return {
      kind: `action ${found.rank}`,
      title: found.title,
      content: showAction(found, context),
    };
  },
  "c:": (id, context) => {
    const found = context.data.contradictions.find((one) => one.id === id);
    if (found === undefined) return undefined;
    const title = found.kind.replaceAll("-", " ");
    return { kind: "contradiction", title, content: showContradiction(found, context) };
  },
  "n:": (id, context) => {
    const options = { path: "", find: "", isPathOnly: false, unfolded: new Set<string>() };
    const found = buildGraph(context.data, options).nodes.find((node) => node.id === id);
    if (found === undefined) return undefined;
    const content = [textList(found.members.slice(0, 500))];
    return { kind: "ends of flows", title: `${found.group}: ${found.label}`, content };
  },
};
