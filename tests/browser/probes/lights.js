// How many locks keep the screen lit, in window.lit: a pretended one, for a machine without a screen.
() => {
  window.lit = 0;
  const request = async () => {
    window.lit++;
    return { release: async () => void window.lit-- };
  };
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
};
