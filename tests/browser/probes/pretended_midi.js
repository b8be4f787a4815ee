// A MIDI output that writes down what it is sent, in place of the browser's (which has no hardware here).
() => {
  window.sent = [];
  const port = { id: "p1", name: "Pretended synth", state: "connected", send: (bytes, at_ms) => window.sent.push([[...bytes], at_ms]) };
  navigator.requestMIDIAccess = () => Promise.resolve({ outputs: new Map([["p1", port]]), inputs: new Map(), onstatechange: null });
};
