"use strict";
// The gate by keyboard and by night: big type, one instruction, one button; and a page that is noticed by who dozes.

const NIGHT = "anlin.night";
const NIGHT_FROM = 20, NIGHT_UNTIL = 6; // hours of the clock on this machine
const REPEAT_MS = 20000;
const SETTLE_MS = 600;
const NEXT = { auto: "on", on: "off", off: "auto" };
const baseTitle = document.title;
let firstShown = "", firstShownAt = 0, lastTouch = Date.now();

const nightMode = () => (localStorage.getItem(NIGHT) in NEXT ? localStorage.getItem(NIGHT) : "auto");
function isNight() {
  const hour = new Date().getHours();
  return nightMode() === "on" || (nightMode() === "auto" && (hour >= NIGHT_FROM || hour < NIGHT_UNTIL));
}
function showNight() {
  document.body.classList.toggle("night", isNight());
  const label = { auto: texts.nightAuto, on: texts.nightOn, off: texts.nightOff }[nightMode()];
  document.getElementById("night-toggle").textContent = label;
}
function nextNight() {
  localStorage.setItem(NIGHT, NEXT[nightMode()]);
  showNight();
}
function showAll() {
  const all = document.body.classList.toggle("show-all");
  document.getElementById("show-all").setAttribute("aria-pressed", String(all));
}

function noticeFirst() {
  const first = document.querySelector("[data-first]")?.dataset.first ?? "";
  if (first !== firstShown) {
    firstShownAt = performance.now();
    document.getElementById("first-said").textContent = document.getElementById("first-text")?.textContent ?? "";
  }
  firstShown = first;
  const count = waitingIds().length;
  document.title = count ? `(${count}) ${baseTitle}` : baseTitle;
}
function pressKey(place, key) {
  // Whoever presses twice means the same thing twice, not the next one.
  if (performance.now() - firstShownAt < SETTLE_MS) return;
  document.querySelector(`${place} [data-key="${CSS.escape(key)}"]:not([disabled])`)?.click();
}
function pressFirst() {
  if (performance.now() - firstShownAt >= SETTLE_MS) document.querySelector("[data-primary]:not([disabled])")?.click();
}

// A card on the reader types its number faster than any hand, and ends with Enter: the next guard begins.
const CARD_GAP_MS = 45;
let typedAt = 0, typedCount = 0, waitingKey = 0;
function isCard(event) {
  const fast = performance.now() - typedAt < CARD_GAP_MS;
  typedAt = performance.now();
  if (event.key === "Enter") return fast && typedCount >= 4;
  typedCount = /^[0-9a-f]$/i.test(event.key) ? (fast ? typedCount + 1 : 1) : 0;
  return false;
}

document.addEventListener("keydown", (event) => {
  clearTimeout(waitingKey);
  if (isCard(event)) {
    event.preventDefault();
    location.assign("/desk");
    return;
  }
  if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const sheet = document.getElementById("sheet");
  if (/^[0-9]$/.test(event.key)) {
    waitingKey = setTimeout(pressKey, CARD_GAP_MS, sheet.open ? "#sheet" : ".first-thing", event.key);
  }
  else if (sheet.open || document.getElementById("keys").open) return;
  else if (event.key === "Enter" && !event.target.closest("a, button, summary")) pressFirst();
  else if (event.key === "?") document.getElementById("keys").showModal();
  else if (event.key.toLowerCase() === "n") nextNight();
  else if (event.key.toLowerCase() === "c") {
    event.preventDefault();
    document.getElementById("visit-code").focus();
  }
});
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => (lastTouch = Date.now()));

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("night-toggle").addEventListener("click", nextNight);
  document.getElementById("show-all").addEventListener("click", showAll);
  document.getElementById("show-keys").addEventListener("click", () => document.getElementById("keys").showModal());
  showNight();
  noticeFirst();
  firstShownAt = 0;
  setInterval(showNight, 60000);
  setInterval(() => {
    const wanted = localStorage.getItem(SOUND) === "on" && waitingIds().length && Date.now() - lastTouch >= REPEAT_MS;
    if (wanted) chime();
  }, REPEAT_MS);
  if (localStorage.getItem(SOUND) === "on" && navigator.userActivation && !navigator.userActivation.hasBeenActive) {
    toast({ text: texts.touchForSound, kind: "warn" });
  }
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "board") event.detail.target.dataset.hadFocus = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "board") return;
  noticeFirst();
  if (event.detail.target.dataset.hadFocus === "true" && document.body.classList.contains("night")) {
    document.querySelector("[data-primary]")?.focus({ preventScroll: true });
  }
});

// Spoken reasons: only where the browser turns speech into text on this machine; nothing said leaves it.
const Speech = window.SpeechRecognition ?? window.webkitSpeechRecognition;
async function speechStaysHere() {
  try {
    return (await Speech?.available?.({ langs: ["zh-CN"], processLocally: true })) === "available";
  } catch {
    return false;
  }
}
document.addEventListener("alpine:init", () => {
  window.Alpine.data("dictation", () => ({
    possible: false,
    listening: false,
    hint: "",
    get pressed() {
      return String(this.listening);
    },
    async init() {
      this.hint = this.$el.querySelector(".lane").textContent;
      this.possible = await speechStaysHere();
    },
    listen() {
      const heard = new Speech();
      Object.assign(heard, { lang: "zh-CN", processLocally: true, interimResults: true });
      heard.addEventListener("result", (event) => (this.$refs.box.value = [...event.results].map((one) => one[0].transcript).join("")));
      heard.addEventListener("end", () => (this.listening = false));
      this.listening = true;
      this.hint = texts.listening;
      heard.start();
    },
  }));
});
