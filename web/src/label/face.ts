/** One face at good size, the rest of its picture faintly around it. */
import { css, html, LitElement, nothing } from "lit";
import { Panel } from "../elements/panel.ts";
import type { FaceAhead } from "./wire.ts";

export class LabelFaceElement extends LitElement {
  static override properties = { face: { attribute: false }, words: {} };
  static override styles = [
    Panel.styles,
    css`
      :host { display: grid; place-items: start center; container-type: size; }
      figure {
        position: relative; margin: 0; overflow: hidden; border-radius: 4px; background: var(--raised);
        width: min(100cqw, 100cqh * var(--aspect, 1)); aspect-ratio: var(--aspect, 1);
      }
      img { display: block; width: 100%; height: 100%; object-fit: cover; }
      i {
        position: absolute; border-radius: 12px; pointer-events: none;
        box-shadow: 0 0 1.5rem 200vmax color-mix(in srgb, var(--paper) 74%, transparent);
      }
      .gone { position: absolute; inset: 0; display: grid; place-content: center; padding: 1rem; text-align: center; }
      figcaption {
        position: absolute; inset: auto 0 0; padding: 0.3rem 0.6rem; font-size: 0.8125rem; color: var(--quiet);
        background: var(--paper);
      }
    `,
  ];

  declare face: (FaceAhead & { readonly url: string }) | undefined;
  declare words: string;

  override render() {
    const { face } = this;
    if (!face) return nothing;
    const [left, top, right, bottom] = face.place.map((share) => share * 100) as [number, number, number, number];
    const hole = `left: ${left}%; top: ${top}%; width: ${right - left}%; height: ${bottom - top}%`;
    return html`<figure .style=${`--aspect: ${face.aspect}`}>
      ${face.url
        ? html`<img id="picture" src=${face.url} alt=${this.words} />`
        : html`<p class="gone quiet">This picture cannot be shown. Skip it.</p>`}
      ${face.is_chip || !face.url ? nothing : html`<i .style=${hole}></i>`}
      ${face.is_chip && face.url ? html`<figcaption>The picture’s file is gone; this is the small copy that was read.</figcaption>` : nothing}
    </figure>`;
  }
}

customElements.define("mien-label-face", LabelFaceElement);
