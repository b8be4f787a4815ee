import { expect, it } from "vitest";
import { firstFace, partOf, spokenOf } from "../src/seats.ts";
import type { ReadingMessage } from "../src/wire.ts";

const seen = (...seats: number[]): ReadingMessage => ({ faces: seats.map((seat) => ({ seat })) }) as unknown as ReadingMessage;

it("gives each of several faces its part, and who is alone all of them", () => {
  expect([0, 1, 2, 3].map((seat) => partOf(seat, "ensemble", 4))).toEqual(["melody", "rhythm", "harmony", "texture"]);
  expect(partOf(2, "ensemble", 1)).toBe("all");
  expect(partOf(0, "emotion", 2)).toBeUndefined();
});

it("speaks of the first seat that is taken, whoever is largest, and names it where there are others", () => {
  expect(firstFace(seen(2, 1))?.seat).toBe(1);
  expect(firstFace(undefined)).toBeUndefined();
  expect([spokenOf(seen(2, 1), "ensemble"), spokenOf(seen(1), "ensemble"), spokenOf(seen(), "ensemble"), spokenOf(seen(0), "emotion")]).toEqual([
    "rhythm", "", "", "",
  ]);
});
