"use strict";
// The evacuation list: the last known one at once, a fresh one as soon as it comes; ticks are kept until they are sent.

const said = JSON.parse(document.getElementById("evacuation-texts").textContent);
const LIST = "/evacuation/list.json";
const UNSENT = "anlin.evacuation.unsent";
const KEPT_FOR_MS = 12 * 3600_000;
const MOST_AT_ONCE = 200;
const ASK_EVERY_MS = 15_000;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const clockOf = (instant) =>
  new Date(instant).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
const spaced = (plate) => (plate.length > 6 ? `${plate.slice(0, 2)}·${plate.slice(2)}` : plate);
const part = (name) => document.getElementById(name);

let known = null;
let online = true;
let unsent = JSON.parse(localStorage.getItem(UNSENT) ?? "[]");

function made(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function remember() {
  localStorage.setItem(UNSENT, JSON.stringify(unsent));
}

function safety(person) {
  // What was pressed here last counts until the server has it.
  const mine = unsent.findLast((tick) => tick.passage_id === person.id);
  if (mine) return mine.safe ? { at: mine.at, by: "" } : null;
  return person.safe_at ? { at: person.safe_at, by: person.safe_by } : null;
}

function tick(person) {
  const now = new Date().toISOString();
  unsent.push({ id: crypto.randomUUID(), passage_id: person.id, safe: !safety(person), at: now });
  remember();
  show();
  send();
}

function line(person) {
  const safe = safety(person);
  const row = made("li", `evacuation-line${safe ? " is-safe" : ""}`);
  row.dataset.person = person.id;
  const who = made("div", "row-main");
  const title = made("p", "row-title");
  title.append(made("b", "", person.name || person.plates.map(spaced).join(" ") || said.noHost));
  if (person.name) for (const plate of person.plates) title.append(" ", made("span", "plate plate-plain", spaced(plate)));
  if (person.count > 1) title.append(" ", made("span", "mark", fill(said.people, { count: person.count })));
  who.append(title, made("p", "lane", [person.room || said.noHost, person.gate, clockOf(person.since)].join(" · ")));
  const button = made("button", `btn ${safe ? "btn-primary" : "btn-outline-primary"}`, safe ? said.safe : said.mark);
  button.type = "button";
  button.setAttribute("aria-pressed", String(Boolean(safe)));
  button.addEventListener("click", () => tick(person));
  if (safe?.by) who.append(made("p", "lane", fill(said.by, { clock: clockOf(safe.at), who: safe.by })));
  row.append(who, button);
  return row;
}

function groups(people) {
  const found = new Map();
  const severalSites = new Set(people.map((person) => person.site)).size > 1;
  for (const person of people) {
    const name = [severalSites ? person.site : "", person.building || said.noHost].filter(Boolean).join(" · ");
    found.set(name, [...(found.get(name) ?? []), person]);
  }
  return found;
}

function show() {
  showAge();
  part("unsent").hidden = unsent.length === 0;
  part("unsent").textContent = fill(said.unsent, { count: unsent.length });
  part("network").hidden = online;
  part("network").textContent = said.offline;
  const people = known?.people ?? [];
  part("unknown").hidden = !known?.unknown_entries;
  part("unknown").textContent = fill(said.unknown, { count: known?.unknown_entries ?? 0 });
  const left = people.filter((person) => !safety(person)).length;
  part("remaining").textContent = people.length ? (left ? fill(said.left, { count: left }) : said.all) : "";
  const sections = [...groups(people)].map(([name, members]) => {
    const list = made("ul", "rows");
    list.append(...members.map(line));
    const section = made("section", "evacuation-group");
    section.append(made("h2", "", name), list);
    return section;
  });
  const nothing = made("p", "empty", known ? said.empty : said.none);
  part("list").replaceChildren(...(sections.length ? sections : [nothing]));
}

function showAge() {
  if (!known) return;
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(known.at)) / 60_000));
  part("age").textContent = fill(minutes ? said.old : said.fresh, { clock: clockOf(known.at), minutes });
  part("age").classList.toggle("is-old", minutes >= 5);
}

function take(list) {
  const age = Date.now() - Date.parse(list.at);
  if (age > KEPT_FOR_MS || (known && Date.parse(known.at) > Date.parse(list.at))) return;
  known = list;
  show();
}

async function ask() {
  try {
    const answer = await fetch(LIST, { headers: { "HX-Request": "true" } });
    if (answer.status === 401) {
      known = null;
      location.assign("/login?next=/evacuation/");
      return;
    }
    const list = await answer.json();
    // The worker answers for a network that is away; then the list is as old as it says.
    online = navigator.onLine && Date.now() - Date.parse(list.at) < 60_000;
    take(list);
    show();
    if (online) send();
  } catch {
    online = false;
    show();
  }
}

let sending = false;
async function send() {
  if (sending || !unsent.length || !known) return;
  sending = true;
  try {
    const answer = await fetch("/evacuation/ticks", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": known.csrf_token, "HX-Request": "true" },
      body: JSON.stringify({ ticks: unsent.slice(0, MOST_AT_ONCE) }),
    });
    if (answer.ok) {
      const { taken } = await answer.json();
      const done = unsent.filter((one) => taken.includes(one.id));
      for (const one of done) settle(one);
      unsent = unsent.filter((one) => !taken.includes(one.id));
      remember();
    }
  } catch {
    online = false;
  } finally {
    sending = false;
    show();
  }
}

function settle(one) {
  const person = known.people.find((someone) => someone.id === one.passage_id);
  if (person) person.safe_at = one.safe ? one.at : null;
}

async function begin() {
  const kept = await (await caches.open("anlin-evacuation")).match(LIST);
  if (kept) take(await kept.json());
  await ask();
  setInterval(ask, ASK_EVERY_MS);
  setInterval(showAge, 20_000);
  addEventListener("online", ask);
  addEventListener("offline", () => {
    online = false;
    show();
  });
}
begin();
