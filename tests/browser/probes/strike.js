// Strike a key at some times from a fifth of a second on; give what the fader let through at the end, and for how long
// before the first time it reaches back: a busy machine looks late, and the ear keeps two thirds of a second.
async ([pitch_midi, times_s, for_s]) => {
  const { sound } = document.querySelector("mien-page").instrument.player;
  const ear = sound.context.createAnalyser();
  ear.fftSize = 32768;
  sound.fader.connect(ear);
  const begin_s = sound.now_s + 0.2;
  for (const time_s of times_s) {
    sound.noteOn(0, pitch_midi, 100, begin_s + time_s);
    sound.noteOff(0, pitch_midi, begin_s + time_s + 0.1);
  }
  while (sound.now_s < begin_s + for_s) await new Promise((done) => setTimeout(done, 5));
  const heard = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(heard);
  const before_s = begin_s - (sound.now_s - ear.fftSize / sound.context.sampleRate);
  sound.fader.disconnect(ear);
  return { heard: [...heard], before_s, rate_hz: sound.context.sampleRate };
};
