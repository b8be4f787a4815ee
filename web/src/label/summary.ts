/** A sitting summed up: how far, how fast, which classes; and the ways to go on. */
import { css, html, LitElement, nothing } from "lit";
import { Panel } from "../elements/panel.ts";
import type { View } from "./desk.ts";

export class SummaryElement extends LitElement {
  static override properties = { view: { attribute: false } };
  static override styles = [
    Panel.styles,
    css`
      :host { max-width: 38rem; margin: 0 auto; padding: clamp(1.5rem, 6vh, 4rem) 1.25rem 3rem; }
      h2 { font-size: 1.75rem; margin-bottom: 0.5rem; }
      h2:focus { outline: none; }
      .row kbd { font: 0.8125rem/1 var(--sans); margin-left: 0.5rem; opacity: 0.8; }
      @media (hover: none) and (pointer: coarse) { kbd { display: none; } }
      .lead { font: 1.125rem/1.45 var(--serif); color: var(--quiet); margin-bottom: 1.75rem; }
      table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
      th, td { text-align: left; padding: 0.35rem 0.75rem 0.35rem 0; font-weight: 400; border-top: 1px solid var(--line); vertical-align: middle; }
      thead th { color: var(--quiet); font-size: 0.8125rem; border-top: 0; }
      .n { text-align: right; width: 6.5rem; white-space: nowrap; }
      .bar { width: 34%; }
      .bar i { display: block; height: 0.5rem; background: var(--brows); border-radius: 1px; }
      @media (max-width: 30rem) { th, td { padding-right: 0.4rem; } .bar { width: 22%; } tbody th { white-space: nowrap; } }
      .first { background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 600; }
      .first:hover:not(:disabled) { background: var(--ink); opacity: 0.9; }
    `,
  ];

  declare view: View;

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus(); // not a button: the space bar has just said "skip"
  }

  private go(again: boolean): void {
    this.dispatchEvent(new CustomEvent<boolean>("resumed", { detail: again }));
  }

  override render() {
    const { answer, session, about, annotator } = this.view;
    if (!answer || !session || !about) return nothing;
    const { progress } = answer;
    const rows = [
      ...about.classes.map(({ name }) => [name, session.by_class[name] ?? 0, progress.by_class[name] ?? 0] as const),
      ["cannot tell", session.cannot_tell, progress.cannot_tell] as const,
      ["skipped", session.skipped, progress.skipped] as const,
    ];
    const most = Math.max(1, ...rows.map(([, , all]) => all));
    const isDone = progress.open === 0;
    return html`
      <h2 tabindex="-1">${isDone ? "All faces were seen" : "Done for now"}</h2>
      <p class="lead" role="status">
        ${annotator}: ${progress.told} of ${progress.faces} faces labelled${progress.open ? `, ${progress.open} to go` : ""}.
        ${session.median_s === null ? nothing : `About ${session.median_s.toFixed(1)} seconds a face.`}
        ${session.taken_back ? `${session.taken_back} taken back.` : nothing}
        All of it is kept; you can close the page.
      </p>
      <table>
        <thead><tr><th>verdict</th><th class="bar"></th><th class="n">this sitting</th><th class="n">in all</th></tr></thead>
        <tbody>
          ${rows.map(([name, now, all]) => html`<tr>
            <th scope="row">${name}</th>
            <td class="bar">${all ? html`<i .style=${`width: ${(100 * all) / most}%`}></i>` : nothing}</td>
            <td class="n">${now}</td><td class="n">${all}</td>
          </tr>`)}
        </tbody>
      </table>
      <div class="row">
        ${isDone ? nothing : html`<button class="first" id="go-on" aria-keyshortcuts="Enter" @click=${() => this.go(false)}>Go on<kbd>enter</kbd></button>`}
        ${progress.skipped
          ? html`<button class=${isDone ? "first" : ""} id="again" @click=${() => this.go(true)}>
              ${isDone ? "See" : "Go on, then see"} the ${progress.skipped} skipped again${isDone ? html`<kbd>enter</kbd>` : nothing}
            </button>`
          : nothing}
        ${answer.last ? html`<button id="undo" @click=${() => this.dispatchEvent(new Event("undone"))}>Take the last label back</button>` : nothing}
      </div>
    `;
  }
}

customElements.define("mien-label-summary", SummaryElement);
