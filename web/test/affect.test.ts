import { expect, it } from "vitest";
import { movedBy } from "../src/affect.ts";

it("moves a place by a tenth, with Shift by a hundredth, and not over the edge", () => {
  const middle = { valence: 0.2, arousal: 0 };
  expect(movedBy({ key: "ArrowRight", shiftKey: false }, middle)).toEqual({ valence: 0.3, arousal: 0 });
  expect(movedBy({ key: "ArrowDown", shiftKey: true }, middle)).toEqual({ valence: 0.2, arousal: -0.01 });
  expect(movedBy({ key: "ArrowUp", shiftKey: false }, { valence: 0, arousal: 0.95 })).toEqual({ valence: 0, arousal: 1 });
  expect(movedBy({ key: "Enter", shiftKey: false }, middle)).toBeUndefined();
});
