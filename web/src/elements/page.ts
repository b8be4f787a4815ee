/** The whole page: the notice first, then the stage. */
import { css, html, LitElement } from "lit";
import { Instrument } from "../instrument.ts";
import { Show } from "../show.ts";
import { Wake } from "../wake.ts";
import { Panel } from "./panel.ts";
import { PlaneElement } from "./plane.ts";

/** The view for an audience: face and mood beside the music, on a screen that stands below them. */
const SHOWN = css`
  #back { display: none; }
  :host([show]) { display: flex; flex-direction: column; height: 100dvh; min-height: 0; overflow: hidden; }
  :host([show]) header { display: block; position: static; padding: 0; border: 0; }
  :host([show]) header mien-remarks { margin: 0; }
  :host([show]) :is(.skip, header > :not(mien-remarks), section > :not(section, mien-face, mien-roll, mien-plane)) { display: none; }
  :host([show]) main {
    --heading: none; --plane: none; --roll: 6rem; --chord: 4.5rem; --side: min(34vw, (100dvh - 4.5rem) / 1.75);
    flex: 1; min-height: 0; max-width: none; width: 100%; padding: 1.5rem; outline: 0;
    display: grid; grid-template: "face roll" auto "plane roll" 1fr / var(--side) minmax(0, 1fr); gap: 1.5rem 2.5rem;
  }
  :host([show]) main section { display: contents; }
  :host([show]) mien-face { grid-area: face; }
  :host([show]) mien-plane { grid-area: plane; }
  :host([show]) mien-roll { grid-area: roll; }
  :host([show]) main:is(.hand, .gesture) { --side: min(40vw, 100dvh - 3rem); grid-template: "side roll" 1fr / var(--side) minmax(0, 1fr); }
  :host([show]) :is(.hand mien-plane, .gesture mien-face) { grid-area: side; align-self: center; }
  :host([show]) :is(.hand mien-face, .gesture mien-plane) { display: none; }
  @media (max-aspect-ratio: 1) {
    :host([show]) main { grid-template: "face plane" auto "roll roll" 1fr / 4fr 3fr; gap: 1.5rem; }
    :host([show]) main:is(.hand, .gesture) { grid-template: "side" auto "roll" 1fr / 1fr; }
  }
  @media (max-width: 30rem) and (max-aspect-ratio: 1) { /* a phone has room for one of them */
    :host([show]) main:not(.hand, .gesture) { grid-template: "face" auto "roll" 1fr / 1fr; }
    :host([show]) main:not(.hand) mien-plane { display: none; }
  }
  :host([show]) #back {
    display: block; position: fixed; right: 1.5rem; bottom: 1.5rem; z-index: 3; background: var(--paper); opacity: 0; transition: opacity 300ms;
  }
  :host([show][stirred]) #back, :host([show]) #back:focus-visible { opacity: 1; }
  :host([show]:not([stirred])) main { cursor: none; }
  @media (prefers-reduced-motion: reduce) { :host([show]) #back { transition: none; } }
`;

export class PageElement extends LitElement {
  static override styles = [
    Panel.styles,
    css`
      :host { display: block; min-height: 100vh; }
      header {
        position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--line);
        display: grid; grid-template-columns: auto 1fr auto; gap: 0.5rem 2rem; align-items: center; padding: 0.6rem clamp(1rem, 3vw, 2rem);
      }
      h1 { margin: 0; font: italic 400 1.875rem/1 var(--serif); letter-spacing: -0.01em; }
      .quietly { border: 0; color: var(--quiet); padding-inline: 0.4rem; font-size: 0.875rem; }
      main { display: flex; flex-direction: column; gap: 2rem; padding: 1.5rem clamp(1rem, 3vw, 2rem) 4rem; max-width: 100rem; margin: 0 auto; }
      section { display: contents; }
      mien-face { order: -5; }
      mien-roll { order: -4; }
      mien-shares { order: -3; }
      mien-journey { order: -2; }
      mien-plane { order: -1; }
      @media (min-width: 62rem), (min-width: 40rem) and (max-height: 30rem) {
        main { display: grid; grid-template-columns: minmax(18rem, 24rem) minmax(0, 1fr); gap: clamp(1.5rem, 3vw, 3rem); }
        section { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2rem; align-content: start; }
        main * { order: 0; }
      }
      @media (min-width: 62rem) {
        .pair { grid-template-columns: minmax(0, 26rem) minmax(15rem, 1fr); gap: clamp(1.5rem, 3vw, 3rem); }
      }
      @media (max-width: 40rem) {
        header { grid-template-columns: 1fr auto; column-gap: 0.75rem; top: -3.25rem; } /* name and themes go, what plays stays */
        header > span { white-space: nowrap; }
        .quietly { padding-inline: 0.3rem; font-size: 0.8125rem; }
        header mien-transport { grid-column: 1 / -1; grid-row: 2; }
        header mien-remarks { grid-row: 3; }
      }
      @media (max-width: 22rem) { h1 { font-size: 1.5rem; } }
      @media (max-height: 30rem) { header { position: static; } } /* a phone on its side needs its height */
      header mien-remarks { grid-column: 1 / -1; margin: 0 calc(-1 * clamp(1rem, 3vw, 2rem)) -0.6rem; }
      .skip { position: absolute; left: -999rem; }
      .skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.5rem; z-index: 3; }
    `,
    SHOWN,
  ];

  private readonly instrument = new Instrument();
  private readonly show = new Show(this, () => this.focusOn("#show"));
  private readonly wake = new Wake();

  override connectedCallback(): void {
    super.connectedCallback();
    this.instrument.store.watch(["entered", "state"], () => this.requestUpdate());
  }

  protected override updated(): void {
    this.wake.want(this.show.isOn || (this.instrument.view.state?.playing ?? false));
  }

  /** The address keeps its token, and the stage gets the focus though it lies in a shadow root. */
  private skip(event: Event): void {
    event.preventDefault();
    this.focusOn("#stage");
  }

  private beginShow(): void {
    this.show.begin();
    this.focusOn("#stage"); // where the space bar starts and stops the music
  }

  private focusOn(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  /** A click leads back from the show, but for one that leads the music. */
  private onStage(event: Event): void {
    const steers = this.instrument.view.state?.mode === "hand" && event.composedPath().some((node) => node instanceof PlaneElement);
    if (!steers) this.show.end();
  }

  private leave(): void {
    if (this.instrument.view.isUnsaved && !confirm("Leave? What was recorded is forgotten: no “Session” or “Readings” file holds it yet.")) return;
    this.instrument.leave();
  }

  override render() {
    const i = this.instrument;
    const { entered, state } = i.view;
    if (!entered) return html`<mien-notice .instrument=${i}></mien-notice>`;
    return html`
      <a class="skip" href="#stage" @click=${(event: Event) => this.skip(event)}>To the instrument</a>
      <header>
        <h1>mien</h1>
        <mien-transport .instrument=${i}></mien-transport>
        <span>
          <mien-theme></mien-theme>
          <button class="quietly" id="show" title="For an audience: the whole screen, with face, music and mood; Escape leads back" @click=${() => this.beginShow()}>Show</button>
          <button class="quietly" id="leave" title="End the session; nothing is kept" @click=${() => this.leave()}>Leave</button>
        </span>
        <mien-remarks .instrument=${i} .isShow=${this.show.isOn}></mien-remarks>
      </header>
      <main id="stage" tabindex="-1" class=${state?.mode ?? ""} @click=${(event: Event) => this.onStage(event)} @pointermove=${() => this.show.stir()}>
        <button id="back" @click=${() => this.show.end()}>Back</button>
        <section>
          <mien-face .instrument=${i}></mien-face>
          <mien-shares .instrument=${i}></mien-shares>
          <mien-calibration .instrument=${i}></mien-calibration>
          <mien-choices .instrument=${i}></mien-choices>
          <mien-files .instrument=${i}></mien-files>
        </section>
        <section>
          <mien-roll .instrument=${i}></mien-roll>
          <mien-journey .instrument=${i}></mien-journey>
          <section class="pair">
            <mien-plane .instrument=${i}></mien-plane>
            <section class="column">
              <mien-clocks .instrument=${i}></mien-clocks>
              <mien-ports .instrument=${i}></mien-ports>
            </section>
          </section>
          <mien-brief .instrument=${i}></mien-brief>
          <mien-mapping .instrument=${i}></mien-mapping>
        </section>
      </main>
    `;
  }
}

customElements.define("mien-page", PageElement);
