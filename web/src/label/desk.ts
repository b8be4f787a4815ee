/**
 * The desk of one annotator: what is said goes to the server and is kept there before the next face comes.
 *
 * A label whose answer does not come is sent until it does: the server keeps it once. Pictures of the next faces are
 * fetched ahead and held in memory, never in the browser's cache.
 */
import type { Place } from "../wire.ts";
import { type About, type Answer, ask, type FaceAhead, type Label, Refusal, type Session, type Verdict } from "./wire.ts";

const WAITS_MS = [250, 500, 1000, 2000];
/** Nobody has looked at a face sooner: a double-click's second click is about the face before. */
const LOOK_MS = 400;

export interface View {
  readonly about?: About;
  readonly annotator?: string;
  readonly answer?: Answer;
  /** The face in sight with its picture; none while it loads, and when all were seen. */
  readonly face?: FaceAhead & { readonly url: string };
  readonly place?: Place | undefined;
  readonly session?: Session | undefined;
  readonly trouble?: string | undefined;
  readonly isBusy: boolean;
  /** Whether the skipped faces are shown again. */
  readonly again: boolean;
}

export class Desk {
  view: View = { isBusy: true, again: false };
  private readonly pictures = new Map<number, Promise<string>>();

  private shownAt_ms = 0;

  constructor(
    private readonly onChange: () => void,
    private readonly now_ms = (): number => performance.now(),
  ) {}

  async open(): Promise<void> {
    const about = await this.insist<About>(() => ask("/desk"));
    if (!about) return;
    this.set({ about, isBusy: false });
    const named = about.annotator ?? new URLSearchParams(location.hash.slice(1)).get("annotator");
    if (named) await this.begin(named);
  }

  async begin(annotator: string): Promise<void> {
    const name = annotator.trim();
    if (!name) return;
    this.set({ annotator: name });
    history.replaceState(null, "", `#${new URLSearchParams({ annotator: name })}`); // a reload goes on
    await this.move(() => ask(this.nextPath));
    if (!this.view.answer) this.set({ annotator: undefined });
  }

  /** Say something of the face in sight; `isRepeated` is a click that followed another at once. */
  async say(verdict: Verdict, shown: string | null = null, isRepeated = false): Promise<void> {
    const { face, annotator, place, again, isBusy, session } = this.view;
    if (!face || !annotator || isBusy || session) return;
    if (isRepeated && this.now_ms() - this.shownAt_ms < LOOK_MS) return;
    const label: Label = {
      annotator, face: face.face, verdict, shown, again, suggested: face.suggested,
      valence: verdict === "skip" ? null : (place?.valence ?? null),
      arousal: verdict === "skip" ? null : (place?.arousal ?? null),
    };
    await this.move(() => ask("/desk/labels", label));
  }

  async undo(): Promise<void> {
    const { answer, annotator, again, isBusy } = this.view;
    if (!answer?.last || isBusy) return;
    const { label } = answer.last;
    this.set({ session: undefined });
    await this.move(() => ask("/desk/undo", { annotator, label, again }));
  }

  /** Sum up the sitting; saying something goes on only after `resume`. */
  async pause(): Promise<void> {
    if (this.view.isBusy || !this.view.answer) return;
    const path = `/desk/summary?${new URLSearchParams({ annotator: this.view.annotator ?? "" })}`;
    this.set({ isBusy: true });
    const session = await this.insist<Session>(() => ask(path));
    this.set({ isBusy: false, ...(session && { session }) });
  }

  async resume(again = this.view.again): Promise<void> {
    this.set({ again, session: undefined });
    await this.move(() => ask(this.nextPath));
  }

  setPlace(place: Place | undefined): void {
    this.set({ place });
  }

  dismiss(): void {
    this.set({ trouble: undefined });
  }

  private get nextPath(): string {
    const { annotator = "", again } = this.view;
    return `/desk/next?${new URLSearchParams({ annotator, again: again ? "1" : "0" })}`;
  }

  /** Do something that leads to another face, and show it when its picture is there. */
  private async move(step: () => Promise<Answer>): Promise<void> {
    this.set({ isBusy: true });
    try {
      const answer = await this.insist(step);
      if (!answer) return;
      const next = answer.faces[0];
      this.fetchAhead(answer);
      const face = next && { ...next, url: await this.picture(next.face) };
      const { face: _, ...others } = this.view;
      this.view = others;
      this.shownAt_ms = this.now_ms();
      this.set({ answer, place: undefined, ...(face && { face }) });
    } finally {
      this.set({ isBusy: false });
    }
    if (!this.view.face && this.view.answer?.progress.faces) await this.pause();
  }

  /** Hold the pictures of the faces ahead and of the last one, which an undo brings back; let the others go. */
  private fetchAhead(answer: Answer): void {
    const wanted = new Set(answer.faces.map(({ face }) => face));
    for (const face of wanted) void this.picture(face);
    if (answer.last) wanted.add(answer.last.face);
    for (const [face, url] of this.pictures) {
      if (wanted.has(face)) continue;
      this.pictures.delete(face);
      void url.then((held) => setTimeout(() => URL.revokeObjectURL(held), 1000));
    }
  }

  private picture(face: number): Promise<string> {
    const held = this.pictures.get(face);
    if (held) return held;
    const found = fetchPicture(`/desk/faces/${face}`);
    this.pictures.set(face, found);
    void found.then((url) => url || this.pictures.delete(face));
    return found;
  }

  /** Ask until there is an answer; a refusal is told, and ends it. */
  private async insist<T>(step: () => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await step();
        this.set({ trouble: undefined });
        return answer;
      } catch (error) {
        if (error instanceof Refusal) {
          this.set({ trouble: error.message });
          return undefined;
        }
        if (tries > 0) this.set({ trouble: SILENT });
        await new Promise((done) => setTimeout(done, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]));
      }
    }
  }

  private set(change: { [K in keyof View]?: View[K] | undefined }): void {
    this.view = { ...this.view, ...change } as View;
    this.onChange();
  }
}

const SILENT =
  "The server does not answer. Start it again with “mien data label” on the same port: what you said last is then kept, and it goes on here.";

/** A picture as an address within the page; empty where it cannot be had. */
async function fetchPicture(path: string): Promise<string> {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    return answer.ok ? URL.createObjectURL(await answer.blob()) : "";
  } catch {
    return "";
  }
}
