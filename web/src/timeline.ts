/**
 * Music that was sent ahead → what has to be done now, and what can be seen of it.
 *
 * Times are seconds on the session's clock and come in; there is no clock in here. A note is handed out once as "on" and
 * once as "off", whatever happens between: a later message may move its end, silence ends it. Notes that are over stay for
 * a while, to be drawn. Follows the look-ahead scheduler of Wilson 2013, "A tale of two clocks".
 */
import type { NoteRow, NotesMessage } from "./wire.ts";

export interface Note {
  readonly id: number;
  readonly onset_s: number;
  end_s: number;
  readonly channel: number;
  readonly pitch_midi: number;
  readonly velocity: number;
  stage: "waiting" | "sounding" | "over";
}

export interface Beat {
  readonly time_s: number;
  readonly beat: number;
  readonly bar: number;
  readonly bpm: number;
}

export interface Chord {
  readonly onset_s: number;
  readonly end_s: number;
  readonly roman: string;
  readonly function: string;
  readonly name: string;
}

export interface Mark {
  readonly time_s: number;
  readonly kind: string;
  readonly text: string;
}

/** What holds from a time on. */
interface Signature {
  readonly time_s: number;
  readonly key: string;
  readonly meter: string;
}

export interface Act {
  readonly time_s: number;
  readonly kind: "on" | "off";
  readonly note: Note;
}

const KEPT_S = 12;
const LATE_S = 0.25;

export class Timeline {
  notes: Note[] = [];
  beats: Beat[] = [];
  chords: Chord[] = [];
  marks: Mark[] = [];
  private signatures: Signature[] = [];
  /** Until when the music is known. */
  until_s = 0;

  /** From `from_s` on, the message replaces all that was said before and has not begun. */
  replace(message: NotesMessage): void {
    const { from_s } = message;
    this.notes = this.notes.filter((note) => note.stage !== "waiting" || note.onset_s < from_s);
    this.beats = this.beats.filter((beat) => beat.time_s < from_s);
    this.chords = this.chords.filter((chord) => chord.onset_s < from_s);
    this.marks = this.marks.filter((mark) => mark.time_s < from_s);
    const known = new Set(this.notes.map((note) => note.id));
    for (const [id, onset_s, length_s, channel, pitch_midi, velocity] of message.notes) {
      if (known.has(id)) continue; // it sounds already: a resumed session tells it again
      this.notes.push({ id, onset_s, end_s: onset_s + length_s, channel, pitch_midi, velocity, stage: "waiting" });
    }
    this.notes.sort((a, b) => a.onset_s - b.onset_s);
    for (const [id, end_s] of message.ends) {
      const note = this.unfinished(id);
      if (note) note.end_s = Math.max(note.onset_s, end_s);
    }
    this.beats.push(...message.beats.map(([time_s, beat, bar, bpm]) => ({ time_s, beat, bar, bpm })));
    this.chords.push(
      ...message.chords.map(([onset_s, length_s, roman, role, name]) => ({
        onset_s, end_s: onset_s + length_s, roman, function: role, name,
      })),
    );
    this.marks.push(...message.marks.map(([time_s, kind, text]) => ({ time_s, kind, text })));
    this.until_s = message.until_s;
    this.signatures = this.signatures.filter((each) => each.time_s < from_s);
    this.signatures.push(...message.signatures.map(([time_s, key, meter]) => ({ time_s, key, meter })));
  }

  /** A face plays a note now; `now_s` is the page's idea of session time, and no note begins in the past. */
  strike([id, onset_s, length_s, channel, pitch_midi, velocity]: NoteRow, now_s: number): void {
    if (this.notes.some((note) => note.id === id)) return;
    const begins_s = Math.max(onset_s, now_s);
    this.notes.push({ id, onset_s: begins_s, end_s: begins_s + length_s, channel, pitch_midi, velocity, stage: "waiting" });
    this.notes.sort((a, b) => a.onset_s - b.onset_s);
  }

  /** Notes that a face plays end, no later than they would have. */
  lift(ends: readonly (readonly [number, number])[]): void {
    for (const [id, end_s] of ends) {
      const note = this.unfinished(id);
      if (note) note.end_s = Math.max(note.onset_s, Math.min(note.end_s, end_s));
    }
  }

  private unfinished(id: number): Note | undefined {
    return this.notes.find((each) => each.id === id && each.stage !== "over");
  }

  /**
   * Hand out what happens before `until_s`, in order; at one time notes end before others begin. Notes that should have
   * begun long before `now_s` (the machine slept) stay silent.
   */
  take(now_s: number, until_s: number): Act[] {
    const acts: Act[] = [];
    for (const note of this.notes) {
      if (note.onset_s >= until_s) break;
      if (note.stage !== "waiting") continue;
      note.stage = note.onset_s < now_s - LATE_S ? "over" : "sounding";
      if (note.stage === "over") continue;
      acts.push({ time_s: note.onset_s, kind: "on", note });
    }
    for (const note of this.notes) {
      if (note.stage !== "sounding" || note.end_s >= until_s) continue;
      note.stage = "over";
      acts.push({ time_s: note.end_s, kind: "off", note });
    }
    return acts.sort((a, b) => a.time_s - b.time_s || Number(a.kind === "on") - Number(b.kind === "on"));
  }

  /** Nothing more is to come; gives the notes that have to end now. */
  hush(now_s: number): Note[] {
    const sounding = this.notes.filter((note) => note.stage === "sounding");
    for (const note of sounding) {
      note.end_s = Math.max(note.onset_s, Math.min(note.end_s, now_s));
      note.stage = "over";
    }
    this.notes = this.notes.filter((note) => note.stage === "over");
    this.beats = this.beats.filter((beat) => beat.time_s < now_s);
    this.chords = this.chords
      .filter((chord) => chord.onset_s < now_s)
      .map((chord) => ({ ...chord, end_s: Math.min(chord.end_s, now_s) }));
    this.marks = this.marks.filter((mark) => mark.time_s < now_s);
    this.until_s = now_s;
    return sounding;
  }

  /** Forget what is long over. */
  prune(now_s: number): void {
    const before = now_s - KEPT_S;
    this.notes = this.notes.filter((note) => note.stage !== "over" || note.end_s >= before);
    this.beats = this.beats.filter((beat) => beat.time_s >= before);
    this.chords = this.chords.filter((chord) => chord.end_s >= before);
    this.marks = this.marks.filter((mark) => mark.time_s >= before);
    const inForce = this.signatures.findLastIndex((each) => each.time_s <= now_s);
    this.signatures = this.signatures.slice(Math.max(0, inForce));
  }

  /** Another session has another clock: forget everything. */
  clear(): void {
    this.notes = [];
    this.beats = [];
    this.chords = [];
    this.marks = [];
    this.signatures = [];
    this.until_s = 0;
  }

  /** Whether anything sounds or is to come. */
  get isBusy(): boolean {
    return this.notes.some((note) => note.stage !== "over");
  }

  chordAt(now_s: number): Chord | undefined {
    return this.chords.findLast((chord) => chord.onset_s <= now_s && now_s < chord.end_s);
  }

  beatAt(now_s: number): Beat | undefined {
    return this.beats.findLast((beat) => beat.time_s <= now_s);
  }

  /** Key and metre of what is heard. */
  signatureAt(now_s: number): Signature | undefined {
    return this.signatures.findLast((each) => each.time_s <= now_s);
  }

  phraseAt(now_s: number): { section: string; phrase: string; cadence: string } {
    const text = (kind: string): string =>
      this.marks.findLast((mark) => mark.kind === kind && mark.time_s <= now_s)?.text ?? "";
    const next = this.marks.find((mark) => mark.kind === "cadence" && mark.time_s > now_s);
    return { section: text("section"), phrase: text("phrase"), cadence: next?.text ?? "" };
  }
}
