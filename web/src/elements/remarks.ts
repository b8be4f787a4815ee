/** The states that a person should know, in words with the remedy, and the button that mends them. */
import { css, html, nothing, type TemplateResult } from "lit";
import type { View } from "../store.ts";
import { CAMERA_WORDS, LINK_WORDS, NO_FACE, READER_WORDS, type Remark, SOUND_WORDS, VIDEO_KEPT } from "../words.ts";
import { Panel } from "./panel.ts";

const AGAIN_MS = 500;
const isTrouble = (camera: View["camera"]): camera is keyof typeof CAMERA_WORDS => camera in CAMERA_WORDS;

export class RemarksElement extends Panel {
  static override properties = { ...Panel.properties, isShow: { attribute: false } };
  static override styles = [
    Panel.styles,
    css`
      ul { list-style: none; margin: 0; padding: 0; }
      li {
        display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; justify-content: space-between;
        padding: 0.6rem clamp(1rem, 3vw, 2rem); background: var(--raised); border-bottom: 1px solid var(--line);
      }
      strong { font-weight: 600; }
      .alarm strong { color: var(--alarm); }
      li > div { flex: 1 1 12rem; }
      @media (max-width: 40rem) { li { padding-block: 0.4rem; font-size: 0.8125rem; } }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["link", "camera", "sound", "reading", "notice", "state", "welcome"];

  /** Before an audience only what it must know is said. */
  declare isShow: boolean;
  private again: ReturnType<typeof setTimeout> | undefined;

  /** What was sent ahead comes to its end while the server is away, and nobody tells so. */
  protected override updated(): void {
    clearTimeout(this.again);
    if (this.view.link === "waiting") this.again = setTimeout(() => this.requestUpdate(), AGAIN_MS);
  }

  private line(id: string, remark: Remark, isAlarm: boolean, button?: TemplateResult): TemplateResult {
    return html`<li id=${id} class=${isAlarm ? "alarm" : ""}>
      <div><strong>${remark.says}</strong> <span class="quiet">${remark.remedy}</span></div>
      ${button ?? nothing}
    </li>`;
  }

  override render() {
    const { link, camera, sound, reading, notice, state, welcome } = this.view;
    const { instrument } = this;
    const video = welcome?.keeps_video && state?.recording ? this.line("video", VIDEO_KEPT, true) : nothing;
    if (this.isShow) return html`<ul role="status" aria-live="polite">${video}</ul>`;
    const words = link === "waiting" && !instrument.player.timeline.isBusy ? "silent" : link;
    const usesCamera = state?.mode !== "hand";
    const unread = camera === "on" && link === "open" && state && state.reader !== "ready" ? state.reader : undefined;
    const isUnseen = camera === "on" && reading?.faces.length === 0;
    return html`<ul role="status" aria-live="polite">
      ${video}
      ${words in LINK_WORDS ? this.line("link", LINK_WORDS[words as keyof typeof LINK_WORDS], true) : nothing}
      ${sound === "waiting"
        ? this.line("sound", SOUND_WORDS.waiting, false, html`<button @click=${() => instrument.unmute()}>Let it sound</button>`)
        : nothing}
      ${sound === "failed" ? this.line("sound", SOUND_WORDS.failed, true) : nothing}
      ${usesCamera && isTrouble(camera)
        ? this.line(
            "camera", CAMERA_WORDS[camera], true,
            html`<span class="row">
              <button @click=${() => instrument.openCamera()}>Camera again</button>
              <button @click=${() => instrument.choose({ mode: "hand" })}>Steer by hand</button>
            </span>`,
          )
        : nothing}
      ${unread ? this.line("reader", READER_WORDS[unread], false) : nothing}
      ${isUnseen ? this.line("face", NO_FACE, false) : nothing}
      ${notice
        ? this.line(
            "notice", { says: notice.text, remedy: "" }, false,
            html`<button @click=${() => instrument.dismiss()}>Seen</button>`,
          )
        : nothing}
    </ul>`;
  }
}

customElements.define("mien-remarks", RemarksElement);
