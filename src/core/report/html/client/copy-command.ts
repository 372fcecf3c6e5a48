/**
 * Holds the line of a command with a button that copies it.
 * In: a command, "" for none. Out: an element, or null.
 * Must work where a page has no clipboard: then the text is selected.
 */
import { make } from "./make-element.ts";

export function commandLine(command: string, label: string): HTMLElement | null {
  if (command === "") return null;
  const text = make("code", { tabindex: "0" }, command);
  const button = make("button", { type: "button", "aria-label": `Copy: ${label}` }, "Copy");
  const state = make("span", { role: "status", class: "quiet" });
  button.addEventListener("click", () => {
    const say = (what: string) => {
      state.textContent = what;
    };
    const select = () => {
      getSelection()?.selectAllChildren(text);
      say("selected");
    };
    if (navigator.clipboard === undefined) select();
    else navigator.clipboard.writeText(command).then(() => say("copied"), select);
  });
  return make("div", { class: "command" }, text, button, state);
}
