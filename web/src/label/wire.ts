/** What the page and `mien.app.labelling` tell each other: JSON over HTTP, one answer for all that moves on. */

export interface About {
  readonly project: string;
  readonly classes: readonly { readonly name: string; readonly valence: number; readonly arousal: number }[];
  readonly annotator: string | null;
  readonly annotators: readonly string[];
  readonly suggests: boolean;
}

export interface FaceAhead {
  readonly face: number;
  /** Width of its picture over the height. */
  readonly aspect: number;
  /** Where the face lies in it: left, top, right, bottom, each 0..1. */
  readonly place: readonly [number, number, number, number];
  readonly is_chip: boolean;
  readonly suggested: string | null;
}

export interface Progress {
  readonly faces: number;
  readonly by_class: Readonly<Record<string, number>>;
  readonly cannot_tell: number;
  readonly skipped: number;
  readonly told: number;
  readonly open: number;
}

export type Verdict = "class" | "cannot tell" | "skip";

export interface Given {
  readonly label: number;
  readonly face: number;
  readonly verdict: Verdict;
  readonly shown: string | null;
}

export interface Answer {
  readonly faces: readonly FaceAhead[];
  readonly progress: Progress;
  readonly last: Given | null;
}

export interface Session {
  readonly begun_at: string | null;
  readonly by_class: Readonly<Record<string, number>>;
  readonly cannot_tell: number;
  readonly skipped: number;
  readonly taken_back: number;
  readonly median_s: number | null;
}

export interface Label {
  readonly annotator: string;
  readonly face: number;
  readonly verdict: Verdict;
  readonly shown: string | null;
  readonly valence: number | null;
  readonly arousal: number | null;
  readonly suggested: string | null;
  readonly again: boolean;
}

/** The server understood, and refuses: its words are for a person. */
export class Refusal extends Error {}

/** Ask the server; an answer that never came is an ordinary error. */
export async function ask<T>(path: string, body?: object): Promise<T> {
  const sent = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { cache: "no-store", ...sent });
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status >= 500) throw new Error(`The server answered ${answer.status}.`);
  const told = (await answer.json().catch(() => ({}))) as { error?: string };
  throw new Refusal(told.error ?? `The server answered ${answer.status}.`);
}
