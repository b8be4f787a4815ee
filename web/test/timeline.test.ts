import { describe, expect, it } from "vitest";
import { type Act, Timeline } from "../src/timeline.ts";
import type { NotesMessage } from "../src/wire.ts";

type Row = NotesMessage["notes"][number];

const message = (from_s: number, notes: readonly Row[], rest: Partial<NotesMessage> = {}): NotesMessage => ({
  type: "notes", from_s, until_s: from_s + 8, notes, ends: [], beats: [], chords: [], marks: [], signatures: [[from_s, "C ionian", "4/4"]], ...rest,
});
const told = (acts: readonly Act[]): string[] => acts.map((act) => `${act.kind} ${act.note.id} ${act.time_s}`);

describe("a timeline", () => {
  it("hands out what is due, once, offs before ons", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, [[1, 0.1, 0.4, 0, 60, 80], [2, 0.5, 0.5, 0, 60, 80]]));
    expect(told(timeline.take(0, 0.2))).toEqual(["on 1 0.1"]);
    expect(told(timeline.take(0.1, 0.2))).toEqual([]);
    expect(told(timeline.take(0.4, 0.6))).toEqual(["off 1 0.5", "on 2 0.5"]);
  });

  it("lets a later message replace what has not begun, and shorten what sounds", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, [[1, 0, 4, 0, 60, 80], [2, 1, 1, 0, 64, 80], [3, 2, 1, 0, 67, 80]]));
    timeline.take(0, 0.5);
    timeline.replace(message(1.5, [[4, 2, 1, 0, 65, 80]], { ends: [[1, 1.5]] }));
    expect(told(timeline.take(0.5, 9))).toEqual(["on 2 1", "off 1 1.5", "off 2 2", "on 4 2", "off 4 3"]);
  });

  it("lets a later message put off the end of what sounds or will, and no face that of its own", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, [[1, 0, 2, 0, 60, 80], [2, 1, 1, 0, 64, 80]]));
    timeline.take(0, 0.5);
    timeline.replace(message(1.5, [], { ends: [[1, 3], [2, 2.5]] }));
    timeline.lift([[1, 9]]);
    expect(told(timeline.take(0.5, 9))).toEqual(["on 2 1", "off 2 2.5", "off 1 3"]);
  });

  it("does not take a note twice when a resumed session tells it again", () => {
    const timeline = new Timeline();
    const notes: Row[] = [[1, 0, 2, 0, 60, 80], [2, 3, 1, 0, 64, 80]];
    timeline.replace(message(0, notes));
    timeline.take(0, 0.5);
    timeline.replace(message(0, notes));
    expect(told(timeline.take(0.5, 9))).toEqual(["off 1 2", "on 2 3", "off 2 4"]);
  });

  it("tells the key that is heard, not the one that comes, and forgets what is long past", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, []));
    timeline.replace(message(6, [], { signatures: [[6, "C ionian", "4/4"], [8, "A aeolian", "3/4"]] }));
    expect(timeline.signatureAt(7)?.key).toBe("C ionian");
    expect(timeline.signatureAt(8)).toMatchObject({ key: "A aeolian", meter: "3/4" });
    timeline.replace(message(8, [], { signatures: [[8, "G ionian", "4/4"]] }));
    expect(timeline.signatureAt(9)?.key).toBe("G ionian");
    timeline.prune(30);
    expect(timeline.signatureAt(30)?.key).toBe("G ionian");
    expect(timeline.signatureAt(7)).toBeUndefined();
  });

  it("ends every note that sounds when it is hushed, and forgets the rest", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, [[1, 0, 9, 0, 60, 80], [2, 1, 9, 3, 36, 80], [3, 5, 1, 0, 64, 80]]));
    timeline.take(0, 2);
    expect(timeline.hush(2).map((note) => note.id)).toEqual([1, 2]);
    expect(told(timeline.take(2, 99))).toEqual([]);
  });

  it("lets a face play a note at once, through whatever replaces the composer's, until it is lifted", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, [[1, 0, 1, 1, 48, 80], [2, 6, 1, 1, 50, 80]]));
    timeline.take(0, 0.5);
    timeline.strike([-1, 1.9, 8, 0, 67, 84], 2);
    timeline.strike([-1, 1.9, 8, 0, 67, 84], 2);
    timeline.replace(message(3, [[3, 5, 1, 1, 52, 80]]));
    expect(told(timeline.take(2, 2.2))).toEqual(["off 1 1", "on -1 2"]);
    timeline.lift([[-1, 3.5]]);
    timeline.lift([[-1, 9], [-7, 1]]);
    expect(told(timeline.take(3.4, 3.6))).toEqual(["off -1 3.5"]);
    timeline.strike([-2, 4, 8, 0, 67, 84], 4);
    timeline.take(4, 4.2);
    expect(timeline.hush(4.5).map((note) => note.id)).toEqual([-2]);
  });

  it("is silent about notes that should have begun while the machine slept", () => {
    const timeline = new Timeline();
    timeline.replace(message(0, [[1, 0, 1, 0, 60, 80], [2, 9.9, 1, 0, 64, 80]]));
    expect(told(timeline.take(10, 10.2))).toEqual(["on 2 9.9"]);
  });

  it("gives every note handed out exactly one end, whatever comes between", () => {
    // A walk through replacing, hushing and taking, with numbers from a linear congruence: the same each time.
    let seed = 11;
    const draw = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 200; round++) {
      const timeline = new Timeline();
      const sounding = new Map<number, number>();
      let [now_s, id] = [0, 0];
      const hear = (acts: readonly Act[]): void => {
        for (const { kind, note } of acts) sounding.set(note.id, (sounding.get(note.id) ?? 0) + (kind === "on" ? 1 : -1));
      };
      for (let step = 0; step < 30; step++) {
        const from_s = now_s + draw(8) / 4;
        const notes = Array.from({ length: draw(5) }, (): Row => [id++, from_s + draw(12) / 4, (1 + draw(12)) / 4, draw(3), 60 + draw(5), 80]);
        if (draw(3) > 0) timeline.replace(message(from_s, notes, { ends: [[draw(id + 1), from_s]] }));
        if (draw(9) === 0) for (const note of timeline.hush(now_s)) sounding.set(note.id, (sounding.get(note.id) ?? 0) - 1);
        hear(timeline.take(now_s, now_s + 0.2));
        expect([...sounding.values()].every((count) => count === 0 || count === 1)).toBe(true);
        now_s += draw(4) / 5;
        if (draw(5) === 0) timeline.prune(now_s);
      }
      hear(timeline.take(now_s, 1e9));
      expect([...sounding.values()].filter((count) => count !== 0)).toEqual([]);
    }
  });

  it("knows chord, beat and form of a moment", () => {
    const timeline = new Timeline();
    timeline.replace(
      message(0, [], {
        beats: [[0, 1, 1, 90], [0.6, 2, 1, 92]],
        chords: [[0, 1, "I", "T", "C"], [1, 1, "V7", "D", "G7"]],
        marks: [[0, "section", "A"], [0, "phrase", "a"], [2, "cadence", "half"]],
      }),
    );
    expect(timeline.chordAt(1.2)?.name).toBe("G7");
    expect(timeline.chordAt(2.5)).toBeUndefined();
    expect(timeline.beatAt(0.7)?.bpm).toBe(92);
    expect(timeline.phraseAt(1)).toEqual({ section: "A", phrase: "a", cadence: "half" });
  });
});
