import { expect, it } from "vitest";
import { troubleOf } from "../src/camera.ts";
import { CAMERA_WORDS, LINK_WORDS, NO_FACE, PORTS_ELSEWHERE, READER_WORDS, SOUND_WORDS, waysIn, withArticle, withSigns } from "../src/words.ts";

const named = (name: string): Error => Object.assign(new Error("no"), { name });

it("tells a camera that is forbidden, missing, taken, broken apart", () => {
  expect(["NotAllowedError", "NotFoundError", "NotReadableError", "Error"].map((name) => troubleOf(named(name)))).toEqual([
    "denied", "missing", "busy", "failed",
  ]);
  expect(troubleOf("nothing")).toBe("failed");
});

it("knows its article", () => expect(["half", "authentic"].map(withArticle)).toEqual(["a half", "an authentic"]));

it("prints the signs of notes", () => expect(["Db", "F#", "B", "Bb"].map(withSigns)).toEqual(["D♭", "F♯", "B", "B♭"]));

it("tells who is too far away to come closer", () => expect(NO_FACE.remedy).toContain("closer"));

it("has a sentence and a remedy for every state", () => {
  for (const { says, remedy } of Object.values({ PORTS_ELSEWHERE, NO_FACE, ...CAMERA_WORDS, ...LINK_WORDS, ...READER_WORDS, ...SOUND_WORDS })) {
    expect(says).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  }
});

it("offers first what whoever runs the station chose", () => {
  const modes = (chosen?: string): readonly string[] => waysIn(chosen).map(({ mode }) => mode);
  expect(modes()).toEqual(["emotion", "gesture", "hand"]);
  expect(modes("gesture")).toEqual(["gesture", "emotion", "hand"]);
  expect(modes("hand")).toEqual(["hand", "emotion", "gesture"]);
  expect(modes("ensemble")).toEqual(["ensemble", "gesture", "hand"]);
  expect(modes("opera")).toEqual(["emotion", "gesture", "hand"]);
  expect(waysIn("gesture").map(({ id }) => id)).toEqual(["enter-gesture", "enter-emotion", "enter-hand"]);
});
