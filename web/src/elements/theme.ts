/** Light, dark, or as the system has it. */
export type Theme = "light" | "dark" | "system";

const KEY = "deadstop.theme";
/** Heard by what draws colours by itself. */
export const THEME_CHANGED = "theme-changed";

/** What the reader has chosen in this browser. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Shows the page in this theme, now and at the next visit. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme();
  dispatchEvent(new Event(THEME_CHANGED));
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = chosenTheme();
}
