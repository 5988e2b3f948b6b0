// The button that prints is there for who can use it; without this file the browser's own menu prints.
"use strict";

document.querySelectorAll("[data-afdrukken]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
