/** Light, dark, or as the system has it: the one thing that this browser keeps by itself, for it says nothing of anybody. */
import { css, html, LitElement } from "lit";
import { Panel } from "./panel.ts";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const KEY = "mien.theme";

function kept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "system";
  } catch {
    return "system"; // a browser may keep nothing
  }
}

function keep(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    return; // it holds as long as the page is open
  }
}

function show(theme: Theme): void {
  document.documentElement.dataset.theme = theme; // “system” is what holds where none is named
}

show(kept());

export class ThemeElement extends LitElement {
  static override styles = [
    Panel.styles,
    css`
      :host { display: inline-block; }
      button { border: 0; color: var(--quiet); padding-inline: 0.4rem; font-size: 0.875rem; white-space: nowrap; }
      @media (max-width: 40rem) { button { padding-inline: 0.3rem; font-size: 0.8125rem; } }
    `,
  ];
  private theme = kept();

  private change(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] as Theme;
    show(this.theme);
    keep(this.theme);
    this.requestUpdate();
  }

  override render() {
    return html`<button id="theme" title="Light, dark, or as the system has it; kept in this browser" @click=${() => this.change()}>Theme: ${this.theme}</button>`;
  }
}

customElements.define("mien-theme", ThemeElement);
