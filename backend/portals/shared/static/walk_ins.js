"use strict";
// Seconds until the next one is asked; a tone when an answer has come; numbers that were asked for stay while the board is drawn anew.

let rung = new Map();
const states = () => new Map([...document.querySelectorAll("article.walk-in")].map((card) => [card.id, card.className]));
let shown = new Map();

function countDown() {
  for (const timer of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil(Number(timer.dataset.until) - Date.now() / 1000));
    timer.textContent = `${left} 秒`;
  }
}

document.addEventListener("DOMContentLoaded", () => {
  shown = states();
  setInterval(countDown, 500);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "walk-ins") return;
  rung = new Map([...document.querySelectorAll(".rings")].filter((box) => box.children.length).map((box) => [box.id, box.innerHTML]));
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "walk-ins") return;
  for (const [id, html] of rung) {
    const box = document.getElementById(id);
    if (box) box.innerHTML = html;
  }
  const now = states();
  if ([...now].some(([id, look]) => shown.has(id) && shown.get(id) !== look) && localStorage.getItem(SOUND) === "on") chime();
  shown = now;
  countDown();
});
document.addEventListener("acted", (event) => {
  if (event.detail.good && event.target.id === "walk-in-form") document.getElementById("homes").replaceChildren();
});
