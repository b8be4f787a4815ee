/** Several faces: which part each plays, and of which one the page speaks. */
import type { Mode, ReadingMessage, SeenFace } from "./wire.ts";

/** By seat, as docs/wire.md tells them; the kit goes with the rhythm. */
const PARTS = ["melody", "rhythm", "harmony", "texture"] as const;
export type SeatPart = (typeof PARTS)[number];

/** What the face in a seat plays; nothing where faces have no parts, “all” for who is alone. */
export function partOf(seat: number, mode: Mode | undefined, faces: number): SeatPart | "all" | undefined {
  if (mode !== "ensemble") return undefined;
  return faces > 1 ? PARTS[seat] : "all";
}

/** The face in the first seat that is taken: which face is largest changes from one picture to the next. */
export const firstFace = (reading: ReadingMessage | undefined): SeenFace | undefined =>
  reading?.faces.toSorted((a, b) => a.seat - b.seat)[0];

/** The part of the face that is spoken of; empty where there is no other. */
export function spokenOf(reading: ReadingMessage | undefined, mode: Mode | undefined): string {
  const face = firstFace(reading);
  const part = face && partOf(face.seat, mode, reading?.faces.length ?? 0);
  return part && part !== "all" ? part : "";
}
