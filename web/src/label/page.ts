/** The label page: a face, a key for each class, undo, skip, "cannot tell". */
import { css, html, LitElement, nothing } from "lit";
import { Panel } from "../elements/panel.ts";
import type { Place } from "../wire.ts";
import { Desk } from "./desk.ts";
import { CANNOT_TELL, classOfKey, lettersOf, PLANE } from "./keys.ts";
import type { PlaceElement } from "./place.ts";

const isPressed = (event: KeyboardEvent): boolean =>
  event.composedPath().some((node) => node instanceof HTMLElement && node.matches("button, a, input"));
const isTyped = (event: KeyboardEvent): boolean =>
  event.composedPath().some((node) => node instanceof HTMLElement && node.matches("input, textarea, select"));

export class LabelPageElement extends LitElement {
  static override styles = [
    Panel.styles,
    css`
      :host { display: flex; flex-direction: column; min-height: 100vh; min-height: 100dvh; }
      header {
        display: flex; gap: 0.25rem 1.5rem; align-items: center; padding: 0.6rem clamp(1rem, 3vw, 2rem); border-bottom: 1px solid var(--line);
      }
      h1 { margin: 0; font: italic 400 1.875rem/1 var(--serif); letter-spacing: -0.01em; }
      header .who { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      #progress { white-space: nowrap; }
      .quietly { border: 0; color: var(--quiet); padding-inline: 0.4rem; font-size: 0.875rem; white-space: nowrap; }
      .bar { height: 3px; background: var(--line); }
      .bar i { display: block; height: 100%; background: var(--brows); }
      main {
        flex: 1; display: grid; grid-template-columns: minmax(0, 1fr) 19rem; gap: clamp(1.25rem, 3vw, 3rem); align-items: start;
        padding: clamp(1rem, 2.5vw, 2rem) clamp(1rem, 3vw, 2rem); width: 100%; max-width: 84rem; margin: 0 auto;
      }
      mien-label-face { height: min(calc(100dvh - 8rem), 56rem); min-height: 16rem; }
      main.busy mien-label-face { opacity: 0.85; }
      .ways { display: grid; gap: 0.4rem; }
      .ways button { display: flex; justify-content: space-between; align-items: center; gap: 0.75rem; text-align: left; min-height: 2.75rem; }
      .ways .class { font-size: 1.0625rem; }
      .suggested { border-color: var(--nose); box-shadow: inset 3px 0 0 var(--nose); }
      .other { display: grid; grid-template-columns: 1fr 1fr; gap: 0.4rem; margin-top: 0.9rem; }
      .other #undo { grid-column: 1 / -1; }
      kbd {
        font: 0.8125rem/1 var(--sans); color: var(--quiet); border: 1px solid var(--line); border-radius: 3px; padding: 0.25rem 0.4rem;
        min-width: 1.6rem; text-align: center; white-space: nowrap;
      }
      .more { margin-top: 1.5rem; }
      .more h2 { font-size: 1rem; }
      .trouble { margin: 0; padding: 0.6rem clamp(1rem, 3vw, 2rem); color: var(--alarm); border-bottom: 1px solid var(--line); display: flex; gap: 1rem; align-items: baseline; }
      .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .empty { padding: 4rem 1.25rem; max-width: 34rem; margin: 0 auto; font: 1.125rem/1.5 var(--serif); }
      @media (max-width: 46rem) {
        main { grid-template-columns: minmax(0, 1fr); gap: 0.75rem; padding-block: 0.75rem; }
        mien-label-face { height: min(40dvh, 100vw); min-height: 12rem; }
        header { gap: 0.25rem 0.75rem; }
        header > :last-child { white-space: nowrap; }
        mien-theme { display: none; } /* a phone has its own switch */
        .more { margin-top: 1rem; }
        .ways { grid-template-columns: 1fr 1fr; }
        .other { margin-top: 0.6rem; }
        header .who { font-size: 0.875rem; }
        h1 { font-size: 1.5rem; }
      }
      @media (hover: none) and (pointer: coarse) { kbd { display: none; } }
    `,
  ];

  readonly desk = new Desk(() => this.requestUpdate());
  private readonly onKey = (event: KeyboardEvent): void => this.hear(event);

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.onKey);
    void this.desk.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.onKey);
  }

  private get names(): readonly string[] {
    return this.desk.view.about?.classes.map(({ name }) => name) ?? [];
  }

  private hear(event: KeyboardEvent): void {
    const { view } = this.desk;
    if (!view.answer || isTyped(event) || event.repeat || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === "z") this.act(event, () => void this.desk.undo());
      return;
    }
    if (event.key === "Backspace") return this.act(event, () => void this.desk.undo());
    if (event.key === "Escape") {
      return this.act(event, () => void (view.session && view.face ? this.desk.resume() : this.desk.pause()));
    }
    if (event.key === "Enter" && view.session && !isPressed(event)) return this.act(event, () => this.goOn());
    if (view.session || !view.face) return;
    if (event.key === " " && !isPressed(event)) return this.act(event, () => void this.desk.say("skip"));
    if (event.key === CANNOT_TELL) return this.act(event, () => void this.desk.say("cannot tell"));
    if (event.key === PLANE) return this.act(event, () => this.renderRoot.querySelector<PlaceElement>("mien-label-place")?.focus());
    const place = classOfKey(event.key, lettersOf(this.names));
    const name = place === undefined ? undefined : this.names[place];
    if (name !== undefined) this.act(event, () => void this.desk.say("class", name));
  }

  /** From a summary to what is open, and else to what was skipped. */
  private goOn(): void {
    const { open = 0, skipped = 0 } = this.desk.view.answer?.progress ?? {};
    if (open || skipped) void this.desk.resume(this.desk.view.again || !open);
  }

  private act(event: KeyboardEvent, deed: () => void): void {
    event.preventDefault();
    deed();
  }

  /** A click leaves no focus behind: the space bar would say the same of the next face. */
  private clicked(deed: (isRepeated: boolean) => void): (event: MouseEvent) => void {
    return (event) => {
      if (event.detail > 0) (event.currentTarget as HTMLElement).blur();
      deed(event.detail > 1);
    };
  }

  override render() {
    const { view } = this.desk;
    if (!view.about) return html`<p class="empty quiet">${view.trouble ?? "Opening the project …"}</p>`;
    return html`
      ${view.answer ? this.head() : nothing}
      ${view.trouble
        ? html`<p class="trouble" role="alert"><span>${view.trouble}</span>
            <button class="quietly" @click=${() => this.desk.dismiss()}>Dismiss</button></p>`
        : nothing}
      ${this.body()}
    `;
  }

  private head() {
    const { about, annotator, answer, session } = this.desk.view;
    if (!about || !answer) return nothing;
    const { told, skipped, faces } = answer.progress;
    const seen = told + skipped;
    return html`
      <header>
        <h1>mien</h1>
        <span class="who quiet" title=${`${about.project}, labelled by ${annotator}`}>${about.project} · ${annotator}</span>
        <span id="progress" role="status">${seen} of ${faces}<span class="unseen"> faces seen</span></span>
        <span>
          <mien-theme></mien-theme>
          ${session ? nothing : html`<button class="quietly" id="pause" aria-keyshortcuts="Escape" title="Sum up (Escape)" @click=${this.clicked(() => void this.desk.pause())}>Done</button>`}
        </span>
      </header>
      <div class="bar" aria-hidden="true"><i .style=${`width: ${faces ? (100 * seen) / faces : 0}%`}></i></div>
    `;
  }

  private body() {
    const { about, answer, session, face } = this.desk.view;
    if (!about) return nothing;
    if (!answer) {
      return html`<mien-label-welcome .about=${about} @named=${(event: CustomEvent<string>) => void this.desk.begin(event.detail)}></mien-label-welcome>`;
    }
    if (answer.progress.faces === 0) {
      return html`<p class="empty">There is no face to label yet. Find the faces of the project with
        <strong>mien data clean</strong>, then load this page again.</p>`;
    }
    if (session) {
      return html`<mien-label-summary
        .view=${this.desk.view} @undone=${() => void this.desk.undo()}
        @resumed=${(event: CustomEvent<boolean>) => void this.desk.resume(event.detail)}
      ></mien-label-summary>`;
    }
    return face ? this.question() : nothing;
  }

  private question() {
    const { answer, face, place, isBusy, again } = this.desk.view;
    if (!answer || !face) return nothing;
    const letters = lettersOf(this.names);
    const { last, progress } = answer;
    const number = progress.told + progress.skipped + (again ? 0 : 1);
    return html`
      <main class=${isBusy ? "busy" : ""}>
        <mien-label-face .face=${face} words=${`Face ${number} of ${progress.faces}`}></mien-label-face>
        <div>
          <h2>How does it look? ${again && progress.open === 0 ? html`<small>skipped before</small>` : nothing}</h2>
          <div class="ways" role="group" aria-label="Classes">
            ${this.names.map((name, index) => html`<button
              class="class ${face.suggested === name ? "suggested" : ""}" id="class-${index}" aria-keyshortcuts=${letters[index] ?? nothing}
              @click=${this.clicked((isRepeated) => void this.desk.say("class", name, isRepeated))}
            ><span>${name}${face.suggested === name ? html` <small class="quiet">the model’s guess</small>` : nothing}</span>
              ${letters[index] ? html`<kbd>${letters[index]}</kbd>` : nothing}</button>`)}
          </div>
          <div class="ways other" role="group" aria-label="Other answers">
            <button id="cannot-tell" aria-keyshortcuts="x" @click=${this.clicked((isRepeated) => void this.desk.say("cannot tell", null, isRepeated))}>
              <span>cannot tell</span><kbd>x</kbd>
            </button>
            <button id="skip" aria-keyshortcuts="Space" @click=${this.clicked((isRepeated) => void this.desk.say("skip", null, isRepeated))}>
              <span>skip</span><kbd>space</kbd>
            </button>
            <button id="undo" aria-keyshortcuts="Backspace" ?disabled=${!last} @click=${this.clicked(() => void this.desk.undo())}>
              <span>take back${last ? html` <span class="quiet">“${last.shown ?? last.verdict}”</span>` : nothing}</span><kbd>⌫</kbd>
            </button>
          </div>
          <section class="more">
            <h2>Pleasant? Lively? <small>optional&ensp;<kbd>v</kbd></small></h2>
            <mien-label-place .place=${place} @placed=${(event: CustomEvent<Place | undefined>) => this.desk.setPlace(event.detail)}></mien-label-place>
          </section>
        </div>
      </main>
    `;
  }
}

customElements.define("mien-label", LabelPageElement);
