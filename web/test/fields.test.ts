import { expect, it } from "vitest";
import { TONICS, tonicsBeside } from "../src/fields.ts";

it("offers both names of a key, and the one that was asked for elsewhere", () => {
  expect(TONICS).toEqual(expect.arrayContaining(["F#", "Gb", "C#", "Db"]));
  for (const asked of [undefined, null, "Gb"]) expect(tonicsBeside(asked)).toEqual(TONICS);
  expect(tonicsBeside("A#")).toEqual([...TONICS, "A#"]);
});
