// What is wider than the place it has, but for what lies past the weights of the mapping; and the shortest slider, in pixels.
() => {
  const inside = (name) => document.querySelector("mien-page").shadowRoot.querySelector(name).shadowRoot;
  const all = (name, selector) => [...inside(name).querySelectorAll(selector)];
  const isCut = (element) => element.scrollWidth > element.clientWidth + 1;
  const table = inside("mien-mapping").querySelector(".scroll").getBoundingClientRect();
  return {
    cut: [
      ...["mien-clocks", "mien-ports", "mien-roll", "mien-brief", "mien-choices"].map((name) => inside(name).host),
      ...all("mien-transport", ".modes"),
      ...all("mien-roll", ".said"),
      ...all("mien-clocks", "dt, dd"),
    ].filter(isCut).map((element) => element.id || element.className || element.localName),
    weights: all("mien-mapping", "#cues .number").filter((cell) => cell.getBoundingClientRect().right > table.right + 1).length,
    slider_px: Math.min(...all("mien-brief", "input").map((slider) => slider.clientWidth)),
    clocks_px: inside("mien-clocks").host.clientWidth,
    select_px: Math.min(...all("mien-choices", "select").map((select) => select.clientWidth)),
  };
}
