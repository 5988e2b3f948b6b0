// What a page tells about its own connection. Without this file every page still works.
"use strict";

(() => {
  // One click is enough; the server sees to it as well. A page that comes back from memory may be sent anew.
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button[type=submit]");
    if (button && event.target.method === "post") setTimeout(() => (button.disabled = true), 0);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form.doe button").forEach((one) => (one.disabled = false)));

  // What is not right is read first.
  document.querySelector("[data-focus]")?.focus();
})();

(() => {
  const QUIET_MS = 15000; // the board speaks every five seconds; three missed beats mean that nobody is there
  const line = document.getElementById("verbinding");
  const automatic = document.getElementById("vanzelf");
  if (!line) return;
  const SLEPT_MS = 10000; // the clock below ticks every second; a longer gap is a laptop that slept
  let heard = Date.now();
  let ticked = heard;
  let tried = heard;
  let connection = null;
  let now = "";

  const clock = (at) =>
    new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

  function say(state, text) {
    if (state === now) return;
    now = state;
    document.documentElement.dataset.verbinding = state;
    line.textContent = text;
    line.hidden = false;
  }

  say("bezig", line.dataset.bezig);

  const connected = () => {
    heard = Date.now();
    say("aan", line.dataset.aan);
  };
  const lost = () => say("uit", line.dataset.uit.replace("#", clock(heard)));

  // Begin the stream anew, at once: a connection that died without a word hangs for ever. What came meanwhile is told
  // then, for the address of the stream says up to where the list on this page goes.
  const again = () => {
    tried = Date.now();
    connection?.delayCanceller?.();
    connection?.reader?.cancel();
  };

  document.addEventListener("htmx:sse:after:connection", (event) => {
    connection = event.detail?.connection ?? connection;
    connected();
  });
  document.addEventListener("htmx:sse:after:message", () => {
    connected();
    showByItself();
  });
  document.addEventListener("htmx:sse:error", lost);
  document.addEventListener("htmx:error", (event) => {
    if (event.target && event.target.id === "stroom") lost();
  });
  const slept = () => {
    say("bezig", line.dataset.bezig); // until it is known, "connected" is not true
    again();
  };
  setInterval(() => {
    const at = Date.now();
    const gap = at - ticked;
    ticked = at;
    if (document.hidden) return;
    if (gap > SLEPT_MS) return slept();
    if (at - heard > QUIET_MS) lost();
    if (at - heard > QUIET_MS && at - tried > QUIET_MS) again();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (Date.now() - heard > QUIET_MS) say("bezig", line.dataset.bezig);
    heard = ticked = Date.now();
  });
  addEventListener("online", again);
  addEventListener("offline", lost);

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
})();

// On a narrow screen the menu is closed at first, so that the most urgent family is seen without scrolling.
(() => {
  const menu = document.getElementById("menu");
  if (!menu) return;
  const narrow = matchMedia("(width < 48rem)");
  const fit = () => (menu.open = !narrow.matches);
  narrow.addEventListener("change", fit);
  fit();
})();
