/** The camera's picture as a mirror, with the focal points drawn in the colours of their regions. */
import { css, html } from "lit";
import { ACCENT_OF_PART, colour, type Name } from "../palette.ts";
import { partOf } from "../seats.ts";
import { REGIONS, type Region, type SeenFace } from "../wire.ts";
import { DrawnPanel } from "./panel.ts";

interface Line {
  readonly region: Region;
  readonly points: readonly number[];
  readonly isClosed?: boolean;
}

const LETTER_PX = 16;

const run = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Outlines of the iBUG-68 scheme (Sagonas et al. 2013). */
const LINES: readonly Line[] = [
  { region: "brows", points: run(17, 21) },
  { region: "brows", points: run(22, 26) },
  { region: "nose", points: run(27, 30) },
  { region: "nose", points: run(31, 35) },
  { region: "eyes", points: run(36, 41), isClosed: true },
  { region: "eyes", points: run(42, 47), isClosed: true },
  { region: "mouth", points: run(48, 59), isClosed: true },
  { region: "mouth", points: run(60, 67), isClosed: true },
];

export class FaceElement extends DrawnPanel {
  static override styles = [
    DrawnPanel.styles,
    css`
      figure { position: relative; margin: 0; aspect-ratio: 4 / 3; background: var(--raised); overflow: hidden; }
      ::slotted(video), video, canvas { position: absolute; inset: 0; width: 100%; height: 100%; transform: scaleX(-1); }
      video { object-fit: cover; filter: saturate(0.55) contrast(0.96) brightness(0.92); }
      figcaption { position: absolute; inset: auto 0 0; padding: 0.4rem 0.6rem; font-size: 0.8125rem; color: var(--quiet); }
      figcaption.off { inset: 0; display: grid; place-items: center; font: italic 1.0625rem var(--serif); }
    `,
  ];

  protected override readonly watches = ["camera", "state"] as const;

  override render() {
    const { camera, state } = this.view;
    const isOn = camera === "on";
    const words = camera === "asking" ? "The camera is being asked for …" : state?.mode === "hand" ? "No camera: by hand" : "No picture";
    return html`<figure>
      ${isOn ? this.instrument.camera.video : ""}
      <canvas role="img" aria-label="Focal points of the face: eyes, brows, nose, mouth"></canvas>
      ${isOn ? "" : html`<figcaption class="off">${words}</figcaption>`}
    </figure>`;
  }

  protected draw(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const { reading } = this.view;
    const { video } = this.instrument.camera;
    if (!reading || !video.videoWidth) return;
    // The picture covers the frame: the longer side is cut off.
    const scale = Math.max(width / video.videoWidth, height / video.videoHeight);
    const [w, h] = [video.videoWidth * scale, video.videoHeight * scale];
    pen.translate((width - w) / 2, (height - h) / 2);
    for (const face of reading.faces) {
      drawFace(pen, face, w, h);
      const part = partOf(face.seat, this.view.state?.mode, reading.faces.length);
      if (part) drawPart(pen, part, ((face.box[0] + face.box[2]) / 2) * w, Math.min(face.box[3] * h + 6, (height + h) / 2 - LETTER_PX - 6));
    }
  }
}

/** What a face plays, in its colour, below it; the canvas is a mirror, and letters are not. */
function drawPart(pen: CanvasRenderingContext2D, part: string, x: number, y: number): void {
  pen.save();
  pen.translate(x, y);
  pen.scale(-1, 1);
  pen.font = `600 ${LETTER_PX}px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  pen.lineWidth = 4;
  pen.strokeStyle = "rgb(0 0 0 / 0.75)";
  pen.fillStyle = ON_PICTURE[ACCENT_OF_PART[part] ?? "ink"] ?? "#fff";
  const words = part === "all" ? "all parts" : part;
  pen.strokeText(words, 0, 0);
  pen.fillText(words, 0, 0);
  pen.restore();
}

function drawFace(pen: CanvasRenderingContext2D, face: SeenFace, w: number, h: number): void {
  const shares = face.affect?.shares;
  pen.lineJoin = pen.lineCap = "round";
  for (const { region, points, isClosed } of LINES) {
    const path = new Path2D();
    for (const index of points) {
      const point = face.points[index];
      if (point) path.lineTo(point[0] * w, point[1] * h);
    }
    if (isClosed) path.closePath();
    const share = shares?.[REGIONS.indexOf(region)] ?? 0.25;
    pen.lineWidth = 3.4 + 4 * share;
    pen.strokeStyle = "rgb(0 0 0 / 0.4)";
    pen.stroke(path);
    pen.lineWidth = 1.4 + 4 * share; // a region that says more is drawn stronger
    pen.strokeStyle = ON_PICTURE[region] ?? colour(region);
    pen.stroke(path);
  }
  pen.strokeStyle = pen.fillStyle = ON_PICTURE.eyes as string;
  pen.lineWidth = 1.2;
  for (const [x, y, radius] of face.irises) {
    pen.beginPath();
    pen.arc(x * w, y * h, radius * w, 0, 2 * Math.PI);
    pen.stroke();
    pen.beginPath();
    pen.arc(x * w, y * h, 1.6, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** On a picture the light accents are the legible ones, whatever the scheme. */
const ON_PICTURE: Readonly<Partial<Record<Name, string>>> = { eyes: "#ff9d57", brows: "#76b9f2", nose: "#4fcfa8", mouth: "#f29fd2" };

customElements.define("mien-face", FaceElement);
