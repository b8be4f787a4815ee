/** The whole page: the notice first, then the stage. */
import { css, html, LitElement } from "lit";
import { Instrument } from "../instrument.ts";
import { Panel } from "./panel.ts";

const THEMES = ["", "light", "dark"] as const;

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
        header { grid-template-columns: 1fr auto; top: -3.25rem; } /* name and themes go, what plays stays */
        header mien-transport { grid-column: 1 / -1; grid-row: 2; }
        header mien-remarks { grid-row: 3; }
      }
      @media (max-height: 30rem) { header { position: static; } } /* a phone on its side needs its height */
      header mien-remarks { grid-column: 1 / -1; margin: 0 calc(-1 * clamp(1rem, 3vw, 2rem)) -0.6rem; }
      .skip { position: absolute; left: -999rem; }
      .skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.5rem; z-index: 3; }
    `,
  ];

  private readonly instrument = new Instrument();
  private theme = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.instrument.store.watch(["entered"], () => this.requestUpdate());
  }

  private changeTheme(): void {
    this.theme = (this.theme + 1) % THEMES.length;
    document.documentElement.dataset.theme = THEMES[this.theme];
    this.requestUpdate();
  }

  /** The address keeps its token, and the stage gets the focus though it lies in a shadow root. */
  private skip(event: Event): void {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>("#stage")?.focus();
  }

  private leave(): void {
    if (this.instrument.view.isUnsaved && !confirm("Leave? What was recorded is forgotten: no “Session” or “Readings” file holds it yet.")) return;
    this.instrument.leave();
  }

  override render() {
    const i = this.instrument;
    if (!i.view.entered) return html`<mien-notice .instrument=${i}></mien-notice>`;
    return html`
      <a class="skip" href="#stage" @click=${(event: Event) => this.skip(event)}>To the instrument</a>
      <header>
        <h1>mien</h1>
        <mien-transport .instrument=${i}></mien-transport>
        <span>
          <button class="quietly" title="Light, dark, or as the system has it" @click=${() => this.changeTheme()}>
            ${["light or dark", "light", "dark"][this.theme]}
          </button>
          <button class="quietly" id="leave" title="End the session; nothing is kept" @click=${() => this.leave()}>Leave</button>
        </span>
        <mien-remarks .instrument=${i}></mien-remarks>
      </header>
      <main id="stage" tabindex="-1">
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
