// Tell the player three long notes, of which the sampler takes two at once, and hush them.
() => {
  const { player, session_s: now_s } = document.querySelector("mien-page").instrument;
  const notes = [
    [-1, now_s + 0.02, 9, 0, 60, 90],
    [-2, now_s + 0.12, 9, 0, 67, 90],
    [-3, now_s + 1, 9, 0, 64, 90],
  ];
  const rest = { ends: [], beats: [], chords: [], marks: [], key: "", meter: "4/4", signatures: [] };
  player.notes({ type: "notes", from_s: now_s, until_s: now_s + 10, notes, ...rest });
  player.hush(true);
};
