/** First screen: what is asked, what is kept, and who labels. */
import { css, html, LitElement, nothing } from "lit";
import { Panel } from "../elements/panel.ts";
import type { About } from "./wire.ts";

export class WelcomeElement extends LitElement {
  static override properties = { about: { attribute: false } };
  static override styles = [
    Panel.styles,
    css`
      main { max-width: 38rem; margin: 0 auto; padding: clamp(2rem, 8vh, 6rem) 1.25rem 3rem; }
      h1 { margin: 0; font: italic 400 clamp(3.25rem, 12vw, 5rem)/1 var(--serif); letter-spacing: -0.02em; }
      .lead { margin: 0.75rem 0 2rem; font: 1.25rem/1.4 var(--serif); color: var(--quiet); overflow-wrap: anywhere; }
      dl { display: grid; grid-template-columns: 7.5rem 1fr; gap: 0.9rem 1.25rem; margin: 0 0 2.25rem; }
      dt { font: italic 1rem/1.45 var(--serif); color: var(--quiet); }
      dd { margin: 0; }
      form { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; margin-bottom: 1.25rem; }
      label { display: grid; gap: 0.25rem; flex: 1 1 14rem; }
      input { min-height: 2.75rem; padding: 0.25rem 0.75rem; background: none; border: 1px solid var(--control); border-radius: 3px; width: 100%; }
      .first { min-height: 2.75rem; background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 600; }
      .first:hover:not(:disabled) { background: var(--ink); opacity: 0.9; }
      @media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0.15rem; } dd { margin-bottom: 0.75rem; } }
    `,
  ];

  declare about: About;

  override firstUpdated(): void {
    this.renderRoot.querySelector("input")?.focus();
  }

  private begin(name: string): void {
    this.dispatchEvent(new CustomEvent<string>("named", { detail: name }));
  }

  private onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    this.begin(this.renderRoot.querySelector("input")?.value ?? "");
  }

  override render() {
    const { about } = this;
    return html`<main>
      <h1>mien</h1>
      <p class="lead">label the faces of ${about.project}</p>
      <dl>
        <dt>What is asked</dt>
        <dd>How the expression looks, one face at a time. What a person felt cannot be seen; “cannot tell” is a good answer.</dd>
        <dt>What is kept</dt>
        <dd>
          Each label at once, under the name you give, in the project’s folder on this machine. A pseudonym will do. What
          others said is not shown to you.
        </dd>
        ${about.suggests
          ? html`<dt>A model speaks</dt>
              <dd>This time a model’s guess is shown. It biases: what was shown is kept with each label.</dd>`
          : nothing}
      </dl>
      <form @submit=${(event: SubmitEvent) => this.onSubmit(event)}>
        <label for="name">Who labels?<input id="name" maxlength="40" autocomplete="off" required /></label>
        <button class="first" id="begin">Begin</button>
      </form>
      ${about.annotators.length
        ? html`<div class="row">
            <span class="quiet">Or go on as</span>
            ${about.annotators.map((name) => html`<button type="button" @click=${() => this.begin(name)}>${name}</button>`)}
          </div>`
        : nothing}
    </main>`;
  }
}

customElements.define("mien-label-welcome", WelcomeElement);
