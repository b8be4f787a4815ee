import { beforeEach, describe, expect, it, vi } from "vitest";
import { Player } from "../src/player.ts";
import { notes, PretendedSound, PretendedWorker, pretendBrowser, setup } from "./pretended.ts";

vi.mock("../src/audio.ts", async () => ({ Sound: (await import("./pretended.ts")).PretendedSound }));

const AHEAD_OF_SESSION_S = 100;
let session_s: number;
let player: Player;
let sound: PretendedSound;
let midi: string[];

/** Let time pass in ticks; the card goes with it or stands still. */
function pass(seconds: number, card_s = seconds): void {
  const ticks = Math.round(seconds / 0.04);
  for (let i = 0; i < ticks; i++) {
    session_s += seconds / ticks;
    sound.now_s += card_s / ticks;
    PretendedWorker.last.tick();
  }
}

const moved = (cc: Record<string, number>) =>
  player.controls({ type: "controls", captured_s: 0, channels: [{ channel: 0, cc }], gesture: {}, events: [] });
const taken = <T>(list: T[]): T[] => list.splice(0);

beforeEach(() => {
  pretendBrowser();
  session_s = 0;
  player = new Player(() => session_s);
  sound = PretendedSound.last;
  sound.now_s = AHEAD_OF_SESSION_S;
  midi = [];
  player.midi.program = (channel, program) => void midi.push(`program ${channel} ${program}`);
  player.midi.control = (channel, controller, value) => void midi.push(`control ${channel} ${controller} ${value}`);
  PretendedWorker.last.tick();
  taken(sound.given);
});

describe("the player", () => {
  it("gives the sampler nothing while the card is off, then silence and the instruments", () => {
    sound.run(false);
    player.setup(setup(0.1));
    player.notes(notes([[1, 0.1, 0.3, 0, 60, 90], [2, 3.5, 0.2, 0, 64, 90]]));
    pass(3, 0);
    moved({ 11: 80 });
    expect(sound.given.filter((each) => each !== "silence")).toEqual([]);
    expect(midi).toContain("program 0 0");
    sound.run(true);
    taken(sound.given);
    pass(1);
    expect(sound.given[0]).toBe("silence");
    expect(sound.given.slice(1)).toEqual([
      expect.stringMatching(/^program 0 0/), expect.stringMatching(/^control 0 7 100/), expect.stringMatching(/^control 0 11 80/),
      "on 0 64 at 100.50", "off 0 64 at 100.70",
    ]);
  });

  it("tells an output that comes late what was moved since the set-up, and the sampler nothing", () => {
    player.setup(setup(0.1));
    pass(0.4);
    moved({ 11: 90, 10: 30 });
    moved({ 11: 70 });
    taken(sound.given);
    taken(midi);
    player.playOn("");
    expect(midi).toEqual(["program 0 0", "control 0 7 100", "control 0 10 30", "control 0 11 70"]);
    expect(sound.given).toEqual([]);
    player.setup(setup(1, 40));
    pass(1);
    taken(midi);
    player.playOn("");
    expect(midi).toEqual(["program 0 40", "control 0 7 100", "control 0 11 127"]);
  });

  it("moves no controller before its set-up is due", () => {
    player.setup(setup(1));
    pass(0.88);
    taken(sound.given);
    moved({ 11: 60 });
    expect(sound.given).toEqual(["control 0 11 60 at 101.00"]);
    pass(0.4);
    moved({ 11: 61 });
    expect(sound.given.at(-1)).toBe("control 0 11 61 at 101.28");
  });

  it("begins anew where the card stood still, and hangs no note", () => {
    player.setup(setup(0));
    player.notes(notes([[1, 0.1, 1.5, 0, 60, 90], [2, 2, 0.5, 0, 62, 90]]));
    pass(1);
    taken(sound.given);
    pass(0.4, 0);
    expect(sound.given[0]).toBe("silence");
    pass(2);
    expect(sound.given.filter((each) => /^o/.test(each))).toEqual(["on 0 62 at 101.60", "off 0 62 at 102.10"]);
  });
});
