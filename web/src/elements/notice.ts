/** First screen: what is read, what is kept, that a reading can be wrong; consent; the notice a venue can print. */
import { css, html } from "lit";
import type { View } from "../store.ts";
import type { Mode } from "../wire.ts";
import { waysIn } from "../words.ts";
import { Panel } from "./panel.ts";

/** Whether this station was told to keep pictures while somebody records: the server writes it into the page. */
const KEEPS_VIDEO = document.documentElement.dataset.keepsVideo !== undefined;
/** The ways in, that of this station first: the server writes its mode into the page. */
const WAYS = waysIn(document.documentElement.dataset.mode);

export class NoticeElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      main { max-width: 41rem; margin: 0 auto; padding: clamp(2rem, 8vh, 6rem) 1.25rem 3rem; }
      h1 { margin: 0; font: italic 400 clamp(3.25rem, 12vw, 5rem)/1 var(--serif); letter-spacing: -0.02em; }
      .lead { margin: 0.75rem 0 2.25rem; font: 1.25rem/1.4 var(--serif); color: var(--quiet); }
      dl { display: grid; grid-template-columns: 7.5rem 1fr; gap: 0.9rem 1.25rem; margin: 0 0 2.25rem; }
      dt { font: italic 1rem/1.45 var(--serif); color: var(--quiet); }
      dd { margin: 0; }
      .ways { display: grid; gap: 0.6rem; margin-bottom: 1rem; }
      .way {
        display: grid; grid-template-columns: 1fr; text-align: left; padding: 0.75rem 1rem; min-height: 3.25rem;
      }
      .way strong { font-weight: 600; }
      .way span { color: var(--quiet); font-size: 0.875rem; }
      .first { background: var(--ink); color: var(--paper); border-color: var(--ink); }
      .first span { color: inherit; opacity: 0.82; }
      .first:hover:not(:disabled, [aria-pressed="true"]) { background: var(--ink); opacity: 0.9; }
      .rule { height: 3px; display: grid; grid-template-columns: repeat(4, 1fr); margin-bottom: 2rem; }
      .rule i:nth-child(1) { background: var(--eyes); }
      .rule i:nth-child(2) { background: var(--brows); }
      .rule i:nth-child(3) { background: var(--nose); }
      .rule i:nth-child(4) { background: var(--mouth); }
      .venue { display: none; }
      @media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0.15rem; } dd { margin-bottom: 0.75rem; } }
      @media print {
        main > :not(.venue, .rule) { display: none; }
        .venue { display: block; font: 1.4rem/1.5 var(--serif); }
        .venue h1 { margin-bottom: 1.5rem; }
        .venue p { margin-bottom: 1rem; }
        .venue .fill { border-bottom: 1px solid currentColor; padding-top: 1.2rem; }
      }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = [];

  private enter(mode: Mode): void {
    void this.instrument.enter(mode);
  }

  override render() {
    return html`<main>
      <h1>mien</h1>
      <p class="lead">reads an expression and plays it</p>
      <div class="rule" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
      <dl>
        <dt>What is read</dt>
        <dd>
          Where eyes, brows, nose and mouth are in the camera’s picture, and how the expression looks. Nobody is
          recognised. What a person feels is not known to this program.
        </dd>
        <dt>What is kept</dt>
        <dd>
          Nothing. Pictures go to the program on this machine’s own address, are read, and are forgotten. If you press
          Record, ${
            KEEPS_VIDEO
              ? html`numbers are kept, and <strong id="keeps-video">the pictures too, on this station’s machine, by whoever runs
                  it.</strong> A line at the top of the page says so for as long.`
              : "numbers are kept until the session ends, never pictures."
          }
          This browser keeps only what you ask it to: light or dark, and your resting face.
        </dd>
        <dt>How sure it is</dt>
        <dd>
          A reading can be wrong, and is wrong more often for faint, sad or fearful looks, in poor light and for covered
          faces. The page shows its doubt, and doubt makes the music thinner. Decide nothing about anybody by it.
        </dd>
        <dt>Where not</dt>
        <dd>
          Reading emotions at work and in schools is forbidden in the European Union. “Movements only” names no emotion.
          Who shows this in public must tell people before they are seen: print the notice.
        </dd>
      </dl>
      <div class="ways">
        ${WAYS.map(
          ({ id, mode, agrees, says }, place) => html`<button class=${place ? "way" : "way first"} id=${id} @click=${() => this.enter(mode)}>
            <strong>${agrees}</strong><span>${says}</span>
          </button>`,
        )}
      </div>
      <button class="small" @click=${() => print()}>Print the notice for a venue</button>

      <section class="venue" aria-hidden="true">
        <h1>mien</h1>
        <p><strong>A camera here reads facial expressions and plays them as music.</strong></p>
        <p>
          The program looks at eyes, brows, nose and mouth of whoever stands before it. It recognises nobody and ${
            KEEPS_VIDEO ? "keeps pictures only while somebody records" : "keeps no picture"
          }. What it reads can be wrong; it does not know what you feel.
        </p>
        <p>You need not take part. Stay outside the marked place, or cover the camera: the music goes on.</p>
        <p class="fill">Responsible for this place:</p>
        <p class="fill">Questions and objections to:</p>
      </section>
    </main>`;
  }
}

customElements.define("mien-notice", NoticeElement);
