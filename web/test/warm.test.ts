import { expect, it } from "vitest";
import { strokes } from "../src/warm.ts";

const voice = (program: number, kit = false) => ({ program, kit });

it("strikes each instrument once over its range, and the kit on its keys", () => {
  const all = [...strokes([voice(4), voice(0), voice(4), voice(0, true)])];
  expect([...new Set(all.map(({ program, isKit }) => (isKit ? "kit" : program)))]).toEqual([4, 0, "kit"]);
  expect(new Set(all.map((stroke) => JSON.stringify(stroke))).size).toBe(all.length);
  expect(Math.max(...all.filter(({ isKit }) => !isKit).map(({ pitch_midi }) => pitch_midi))).toBeGreaterThan(98);
});
