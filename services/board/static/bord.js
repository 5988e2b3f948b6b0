// What a page tells about its own connection. Without this file every page still works.
"use strict";

(() => {
  const QUIET_MS = 15000; // the board speaks every five seconds; three missed beats mean that nobody is there
  const line = document.getElementById("verbinding");
  const automatic = document.getElementById("vanzelf");
  if (!line) return;
  let heard = Date.now();
  let now = "";

  const clock = (at) => new Date(at).toLocaleTimeString("nl-NL", { hour: "2-digit", minute: "2-digit" });

  function say(state, text) {
    if (state === now) return;
    now = state;
    document.documentElement.dataset.verbinding = state;
    line.textContent = text;
    line.hidden = false;
  }

  say("bezig", "Verbinding maken…");

  const connected = () => {
    heard = Date.now();
    say("aan", "Verbonden");
  };
  const lost = () => say("uit", `Geen verbinding sinds ${clock(heard)} uur. Dit bord probeert het opnieuw.`);

  document.addEventListener("htmx:sse:after:connection", connected);
  document.addEventListener("htmx:sse:after:message", () => {
    connected();
    showByItself();
  });
  document.addEventListener("htmx:sse:error", lost);
  document.addEventListener("htmx:error", (event) => {
    if (event.target && event.target.id === "stroom") lost();
  });
  setInterval(() => {
    if (!document.hidden && Date.now() - heard > QUIET_MS) lost();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) heard = Date.now();
  });

  // "Toon vanzelf": only where somebody asked for it, and never while somebody works in the list.
  function showByItself() {
    const link = document.querySelector("#nieuws [data-toon][hx-get]");
    const busy = document.getElementById("lijst")?.contains(document.activeElement);
    if (automatic && automatic.checked && link && !busy) link.click();
  }

  if (automatic && document.getElementById("lijst")) {
    automatic.closest("label").hidden = false;
    automatic.checked = sessionStorage.getItem("vanzelf") === "ja";
    automatic.addEventListener("change", () => {
      sessionStorage.setItem("vanzelf", automatic.checked ? "ja" : "nee");
      showByItself();
    });
  }

  // Whoever asked for the list by hand goes on reading at its beginning.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#nieuws [data-toon][hx-get]");
    if (!link || !event.isTrusted) return;
    document.addEventListener("htmx:after:swap", () => document.getElementById("lijst-kop")?.focus(), { once: true });
  });

  // One click is enough; the server sees to it as well.
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button[type=submit]");
    if (button && event.target.method === "post") setTimeout(() => (button.disabled = true), 0);
  });
})();
