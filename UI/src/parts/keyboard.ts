/**
 * Keeps the page inside what a phone's keyboard leaves visible. Chromium shrinks the page by itself, as `index.html`
 * asks; Safari lays the keyboard over it and scrolls the whole page away.
 */
export function followKeyboard(): void {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    // Zoomed in by hand, the page keeps its size.
    const height = view.scale > 1.01 ? "" : `${view.height}px`;
    document.documentElement.style.setProperty("--visible-height", height);
    if (height !== "" && view.offsetTop > 0) window.scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  fit();
}
