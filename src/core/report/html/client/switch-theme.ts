/**
 * Holds the switch between light and dark.
 * In: the button of the page. Out: `data-theme` on the root; without a choice the system decides.
 * Must work where a page may store nothing.
 */

const key = "waggle-theme";

export function switchTheme(button: HTMLElement): void {
  const root = document.documentElement;
  const known = recall();
  if (known === "light" || known === "dark") root.dataset["theme"] = known;
  const isDark = () =>
    root.dataset["theme"] === undefined
      ? matchMedia("(prefers-color-scheme: dark)").matches
      : root.dataset["theme"] === "dark";
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  button.addEventListener("click", () => {
    root.dataset["theme"] = isDark() ? "light" : "dark";
    remember(root.dataset["theme"] ?? "");
    label();
  });
  button.hidden = false;
  label();
}

function recall(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A page from a file may not store: the choice then holds until it is left.
  }
}
