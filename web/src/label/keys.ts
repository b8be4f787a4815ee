/**
 * Classes → the keys that say them: the first letter of each that is free, so that a hand learns words, and the digits in
 * their order. Two letters mean something else everywhere: x "cannot tell", v the plane.
 */
export const CANNOT_TELL = "x";
export const PLANE = "v";
const DIGITS = "123456789";

/** A letter for each class; none where all of its letters are taken. */
export function lettersOf(names: readonly string[]): (string | undefined)[] {
  const taken = new Set([CANNOT_TELL, PLANE]);
  const take = (candidates: Iterable<string>): string | undefined => {
    for (const letter of candidates) {
      if (!/^\p{L}$/u.test(letter) || taken.has(letter)) continue;
      taken.add(letter);
      return letter;
    }
    return undefined;
  };
  const found = names.map((name) => take(name.toLowerCase().slice(0, 1))); // whose first letter is free keeps it
  return names.map((name, place) => found[place] ?? take(name.toLowerCase()) ?? take("abcdefghijklmnopqrstuwyz"));
}

/** The class that a key says, counted from 0. */
export function classOfKey(key: string, letters: readonly (string | undefined)[]): number | undefined {
  const digit = DIGITS.indexOf(key);
  if (key.length === 1 && digit >= 0) return digit < letters.length ? digit : undefined;
  const place = letters.indexOf(key.toLowerCase());
  return place < 0 ? undefined : place;
}
