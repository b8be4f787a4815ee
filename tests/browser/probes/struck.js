// Write down every note that is given to the sampler.
() => {
  const { sound } = document.querySelector("mien-page").instrument.player;
  const strike = sound.noteOn.bind(sound);
  window.struck = [];
  sound.noteOn = (...note) => {
    window.struck.push(note.join(" "));
    strike(...note);
  };
};
