import { describe, expect, it } from "vitest";
import { SessionClock, SoundClock } from "../src/clock.ts";

describe("the session's clock", () => {
  it("believes the shortest trip", () => {
    const clock = new SessionClock();
    clock.hear(10, 10.4, 100.35); // held up on the way there
    clock.hear(11, 11.002, 101.051);
    clock.hear(12, 12.3, 102.07); // held up on the way back
    expect(clock.session_s(20)).toBeCloseTo(110.05, 6);
    expect(clock.trip_s).toBeCloseTo(0.002, 6);
  });

  it("forgets old trips, so that it follows a drift", () => {
    const clock = new SessionClock();
    clock.hear(0, 0.001, 5.0005);
    clock.hear(100, 100.01, 105.105);
    expect(clock.session_s(100)).toBeCloseTo(105.1, 6);
  });

  it("begins anew with another session", () => {
    const clock = new SessionClock();
    clock.hear(0, 0.001, 50);
    clock.reset();
    clock.hear(1, 1.5, 0.25);
    expect(clock.session_s(1)).toBeCloseTo(0, 6);
  });
});

describe("the sound card's clock", () => {
  const QUANTUM_S = 0.01;

  it("stays steady though it is read in steps", () => {
    const clock = new SoundClock();
    const seen: number[] = [];
    for (let i = 0; i < 400; i++) {
      const session_s = i * 0.0413;
      clock.read(session_s, Math.floor((session_s + 3) / QUANTUM_S) * QUANTUM_S);
      if (i > 60) seen.push(clock.sound_s(0));
    }
    expect(Math.max(...seen) - Math.min(...seen)).toBeLessThan(0.001);
    expect(Math.abs((seen[0] as number) - 3)).toBeLessThan(QUANTUM_S);
  });

  it("follows a drift without a jump, and jumps when the card stood still", () => {
    const clock = new SoundClock();
    let before = Number.NaN;
    for (let i = 0; i < 300; i++) {
      clock.read(i * 0.04, i * 0.04 * 1.0005 + 1);
      const now = clock.sound_s(0);
      if (i > 0) expect(Math.abs(now - before)).toBeLessThan(0.00051);
      before = now;
    }
    expect(clock.sound_s(12)).toBeCloseTo(12 * 1.0005 + 1, 2);
    for (let i = 0; i < 80; i++) clock.read(20 + i * 0.04, 14 + i * 0.04);
    expect(clock.sound_s(30)).toBeCloseTo(24, 2);
  });

  it("knows after three readings that the card stood still, and doubts until then", () => {
    const clock = new SoundClock();
    for (let i = 0; i < 60; i++) expect(clock.read(i * 0.04, i * 0.04)).toBe(false);
    const told = Array.from({ length: 6 }, (_, i) => [clock.read(4 + i * 0.04, 2.4 + i * 0.04), clock.isDoubtful]);
    expect(told).toEqual([[false, true], [false, true], [true, false], ...Array(3).fill([false, false])]);
    expect(clock.sound_s(5)).toBeCloseTo(3.4, 9);
  });

  it("believes a card that is late once or twice to run on", () => {
    const clock = new SoundClock();
    for (let i = 0; i < 60; i++) clock.read(i * 0.04, i * 0.04 - (i % 4 < 2 ? 0 : 0.2));
    expect(clock.sound_s(5)).toBeCloseTo(5, 9);
  });

  it("goes both ways", () => {
    const clock = new SoundClock();
    clock.read(5, 2);
    expect(clock.session_s(clock.sound_s(7.25))).toBeCloseTo(7.25, 9);
  });
});
