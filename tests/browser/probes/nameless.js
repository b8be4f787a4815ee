// Controls and pictures of the page that a screen reader could not name.
() => {
  const found = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (!node.matches("button, input, select, textarea, [role=slider], [role=img]")) continue;
      const labels = [...(node.labels ?? [])].map((label) => label.textContent.trim());
      if (![node.getAttribute("aria-label"), node.textContent.trim(), ...labels].some(Boolean)) found.push(node.outerHTML.slice(0, 90));
    }
  };
  walk(document);
  return found;
};
