/** The theme's colours as a canvas needs them: resolved for the scheme in force, read anew when it changes. */

export const NAMES = ["paper", "raised", "ink", "quiet", "line", "control", "eyes", "brows", "nose", "mouth", "kit"] as const;
export type Name = (typeof NAMES)[number];

/** A region's accent is its part's: eyes sing the melody, brows the harmony, the nose the texture, the mouth the rhythm. */
export const ACCENT_OF_PART: Readonly<Record<string, Name>> = {
  melody: "eyes", harmony: "brows", texture: "nose", rhythm: "mouth", kit: "kit",
};

const found = new Map<Name, string>();
const probe = document.createElement("span");

function forget(): void {
  found.clear();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", forget);
new MutationObserver(forget).observe(document.documentElement, { attributeFilter: ["data-theme"] });

/** The colour as rgb(…): light-dark() is resolved by the browser on an element that nobody sees. */
export function colour(name: Name): string {
  const known = found.get(name);
  if (known) return known;
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  const value = getComputedStyle(probe).color;
  found.set(name, value);
  return value;
}
