/** Places on the affect plane by hand: −1..1 both ways; arrow keys go a tenth, with Shift a hundredth. */
import type { Place } from "./wire.ts";

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};
const within = (value: number): number => Math.min(1, Math.max(-1, value));
const hundredth = (value: number): number => Math.round(100 * value) / 100;

/** The same place, told in hundredths. */
export const rounded = ({ valence, arousal }: Place): Place => ({ valence: hundredth(valence), arousal: hundredth(arousal) });

/** Where a key moves a place; nothing for another key. */
export function movedBy({ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">, { valence, arousal }: Place): Place | undefined {
  const arrow = ARROWS[key];
  if (!arrow) return undefined;
  const by = shiftKey ? 0.01 : 0.1;
  return rounded({ valence: within(valence + by * arrow[0]), arousal: within(arousal + by * arrow[1]) });
}

/** The place under the pointer, on an element whose plane begins so far within its edges. */
export function pointedAt(event: PointerEvent, margin_px = 0): Place {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return {
    valence: within(((event.clientX - box.left - margin_px) / (box.width - 2 * margin_px)) * 2 - 1),
    arousal: within(1 - ((event.clientY - box.top - margin_px) / (box.height - 2 * margin_px)) * 2),
  };
}
