// Every visible text of the page with the contrast of its colour to its ground (WCAG 2.2, relative luminance).
() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ground = (node) => {
    for (let n = node; n; n = n.parentElement ?? n.getRootNode().host) {
      const colour = rgba(getComputedStyle(n).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot);
      const text = [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
      const isHidden = node.getBoundingClientRect().width === 0 || node.matches("option, style, title, :disabled, :disabled *");
      if (!text || isHidden) continue;
      const style = getComputedStyle(node);
      const [light, dark] = [luminance(rgba(style.color)), luminance(ground(node))].sort((a, b) => b - a);
      const px = parseFloat(style.fontSize);
      const large = px >= 24 || (px >= 18.66 && style.fontWeight >= 700);
      found.push({ text: text.slice(0, 40), contrast: (light + 0.05) / (dark + 0.05), large });
    }
  };
  walk(document);
  return found;
};
