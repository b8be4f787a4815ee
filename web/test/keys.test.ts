import { expect, it } from "vitest";
import { classOfKey, lettersOf } from "../src/label/keys.ts";

const ORIGIN = ["happy", "sad", "angry", "neutral", "scared", "surprised", "disgusted"];

it("gives each class a letter of its own", () => {
  expect(lettersOf(ORIGIN)).toEqual(["h", "s", "a", "n", "c", "u", "d"]);
  const many = Array.from({ length: 24 }, (_, i) => `aa${i}`);
  const letters = lettersOf(many);
  expect(new Set(letters).size).toBe(24);
  expect(letters.filter((letter) => letter === "x" || letter === "v")).toEqual([]);
  expect(lettersOf(["v", "x", "über"])).toEqual(["a", "b", "ü"]);
});

it("finds the class of a letter or a digit, and nothing else", () => {
  const letters = lettersOf(ORIGIN);
  expect(classOfKey("u", letters)).toBe(5);
  expect(classOfKey("U", letters)).toBe(5);
  expect(classOfKey("7", letters)).toBe(6);
  for (const key of ["8", "0", "x", "q", "", "12", "Shift", " "]) expect(classOfKey(key, letters)).toBeUndefined();
});
