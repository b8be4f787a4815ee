import { expect, it } from "vitest";
import { strokes } from "../src/warm.ts";

const player = (program: number, kit = false) => ({ program, kit });
const ensembles = [
  { name: "piano", title: "", players: [player(0), player(0)] },
  { name: "band", title: "", players: [player(4), player(0), player(0, true)] },
];

it("warms up the chosen ensemble first, each instrument once", () => {
  const all = [...strokes(ensembles, "band")];
  const order = all.map(({ program, isKit }) => (isKit ? "kit" : program));
  expect([...new Set(order)]).toEqual([4, 0, "kit"]);
  expect(new Set(all.map((stroke) => JSON.stringify(stroke))).size).toBe(all.length);
  expect(Math.max(...all.filter(({ isKit }) => !isKit).map(({ pitch_midi }) => pitch_midi))).toBeGreaterThan(98);
});

it("has nothing to do for a server that does not tell its players", () => {
  expect([...strokes([{ name: "piano", title: "" }], "piano")]).toEqual([]);
});
