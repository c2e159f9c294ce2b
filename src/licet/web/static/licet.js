// Small comforts on top of pages that work without them.
"use strict";
// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
// Coming back by the browser's own button, forms may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
// What is suggested can be copied, where the browser lets a page do so.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      let told = "It could not be copied: mark it and copy it by hand.";
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        told = "Copied.";
      } catch { /* the browser refused; the text stands there to be marked */ }
      document.getElementById("copied").textContent = told;
      button.firstChild.textContent = told === "Copied." ? "Copied" : "Copy by hand";
    });
  }
}
// What still holds something of theirs is looked at again until it is done.
async function lookAgain() {
  const made = document.querySelector("ul.made");
  if (!made || !made.querySelector("[data-pending]")) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("ul.made");
    if (answer.ok && found && found.textContent !== made.textContent) made.replaceChildren(...found.childNodes);
  } catch { /* no connection now: what stands there was so when it was written */ }
  setTimeout(lookAgain, 10_000);
}
setTimeout(lookAgain, 10_000);
