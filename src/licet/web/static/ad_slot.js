// <licet-ad></licet-ad>: a frame with an advertisement for the page that it stands on; without scripts, use the frame.
"use strict";
customElements.define("licet-ad", class extends HTMLElement {
  connectedCallback() {
    const words = (document.querySelector("main") || document.body).textContent.replace(/\s+/g, " ").slice(0, 1200);
    const frame = document.createElement("iframe");
    frame.title = "Advertisement";
    frame.src = `/ads/slot?words=${encodeURIComponent(words)}`;
    frame.loading = "lazy";
    this.replaceChildren(frame);
  }
});
