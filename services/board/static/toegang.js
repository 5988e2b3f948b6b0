// Being gone at once, and logging in again without losing what was typed. Without this file every page still works.
"use strict";

(() => {
  const TWICE_MS = 1500; // a frightened hand is not quick
  let escaped = 0;

  function leave() {
    document.documentElement.hidden = true;
    document.title = "Nieuw tabblad";
    document.body.replaceChildren();
    location.replace("/rust");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - escaped < TWICE_MS) leave();
    escaped = event.timeStamp;
  });
  document.getElementById("weg")?.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  const box = document.getElementById("verloopt");
  if (!box) return;
  const idle = Number(box.dataset.rustNa) * 1000;
  const warning = Math.min(120000, idle / 2);
  const line = document.getElementById("verloopt-zin");
  const again = document.getElementById("weer-aanmelden");
  const main = document.getElementById("main-content");
  const hidden = [];
  let last = Date.now();
  let asking = false;

  async function stay() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch("/blijf", { method: "POST" });
      if (!answer.ok) return;
      last = Date.now();
      box.hidden = true;
      hidden.splice(0).forEach((one) => (one.hidden = false));
    } finally {
      asking = false;
    }
  }

  // Whoever types is there, though the board hears nothing of it.
  document.addEventListener("input", () => {
    if (Date.now() - last > Math.min(60000, idle / 4)) stay();
  });
  document.getElementById("blijf").addEventListener("click", stay);

  setInterval(() => {
    const left = idle - (Date.now() - last);
    if (left > warning) return;
    if (left > 0) {
      line.textContent = box.dataset.straks;
    } else if (!hidden.length) {
      line.textContent = box.dataset.nu;
      document.getElementById("blijf").textContent = box.dataset.verder;
      again.hidden = false;
      for (const one of main.children) {
        if (one !== box && !one.hidden) {
          one.hidden = true;
          hidden.push(one);
        }
      }
    }
    box.hidden = false;
  }, 1000);
})();
