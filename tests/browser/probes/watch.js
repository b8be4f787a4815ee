// Write down each reading with the mark that the film shows at that moment, what the face did, and the brief in force.
() => {
  const i = document.querySelector("mien-page").instrument;
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  window.seen = [];
  i.store.watch(["reading"], () => {
    const { reading, brief } = i.view;
    if (!reading) return;
    pen.drawImage(i.camera.video, 4, 4, 4, 4, 0, 0, 1, 1);
    window.seen.push({
      mark: pen.getImageData(0, 0, 1, 1).data[0],
      reads: reading.faces[0]?.affect?.reads_as,
      gaze_x: reading.faces[0]?.cues.gaze_x,
      events: i.view.controls?.events ?? [],
      now_s: performance.now() / 1000,
      tempo_bpm: brief?.now?.tempo_bpm,
      mode: brief?.now?.mode,
    });
  });
};
