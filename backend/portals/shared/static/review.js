"use strict";
// The review queue: one key decides, typing corrects, and nothing changes under a hand that is about to press.

const SETTLE_MS = 600;
const sheetShown = () => document.querySelector("#item [data-item]");
let shownAt = 0;
let heard = new Set();

const waitingStamps = () => (document.getElementById("queue")?.dataset.waiting ?? "").split(" ").filter(Boolean);

function press(key) {
  // Whoever presses twice means the same car twice, not the next one.
  if (performance.now() - shownAt < SETTLE_MS) return;
  document.querySelector(`#item [data-key="${CSS.escape(key)}"]:not([disabled])`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.getElementById("plate");
  if (event.target === box) {
    if (event.key === "Escape") box.blur();
    return;
  }
  if (event.target.closest("input, select, textarea")) return;
  const elsewhere = event.target.closest("a, button, summary") && !event.target.closest("#item [data-key]");
  if (event.key === "Enter" && elsewhere) return; // that link or button is meant
  if (event.key === "Enter" && event.target.closest("[data-key]")) {
    event.preventDefault();
    press(event.target.closest("[data-key]").dataset.key);
  } else if (event.key === "Enter") press("1");
  else if (event.key === "Escape" || /^[1-9]$/.test(event.key)) press(event.key);
  else if (box && /^[a-z]$/i.test(event.key)) box.focus(); // and the letter goes into it
});

document.addEventListener("focusin", (event) => {
  if (event.target.id !== "plate") return;
  const weakest = Number(sheetShown()?.dataset.weakest ?? 0);
  event.target.setSelectionRange(weakest, weakest + 1);
});

function noticeQueue() {
  const stamps = waitingStamps();
  if (stamps.some((stamp) => !heard.has(stamp.split(":")[0])) && localStorage.getItem(SOUND) === "on") chime();
  heard = new Set(stamps.map((stamp) => stamp.split(":")[0]));
  const sheet = sheetShown();
  if (!sheet) {
    if (stamps.length) htmx.ajax("GET", document.getElementById("desk").dataset.desk, { target: "#desk", swap: "innerHTML" });
    return;
  }
  if (!sheet.dataset.open || stamps.includes(sheet.dataset.stamp)) return;
  const stillThere = heard.has(sheet.dataset.item);
  if (!stillThere && document.getElementById("queue").dataset.more) return; // it may stand further behind
  if (stillThere && document.activeElement?.id === "plate") return; // another picture came: not while somebody types
  htmx.ajax("GET", sheet.dataset.address, { target: "#item", swap: "innerHTML" });
}

document.addEventListener("DOMContentLoaded", () => {
  heard = new Set(waitingStamps().map((stamp) => stamp.split(":")[0]));
  shownAt = performance.now();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (["desk", "item"].includes(event.detail.target.id)) shownAt = performance.now();
  if (event.detail.elt.id === "queue") noticeQueue();
});
