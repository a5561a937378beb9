// The book, and what is remembered of it: where a person stopped, and the speed.

const book = JSON.parse(document.getElementById("book").textContent);
const chapters = book.chapters;
const find = (id) => document.getElementById(id);
const audio = find("audio");
const STORE = `audiobook:${book.key}`;

let chapter = 0; // the one that is shown and played
const memory = remembered();

function remembered() {
  const fresh = { chapter: 0, time: 0, speed: 1 };
  try {
    const kept = JSON.parse(localStorage.getItem(STORE)) || {};
    if (chapters[kept.chapter] && kept.time >= 0) Object.assign(fresh, { chapter: kept.chapter, time: kept.time });
    if (kept.speed >= 0.5 && kept.speed <= 3) fresh.speed = kept.speed;
  } catch {} // a browser that keeps nothing, or something else under our name
  return fresh;
}

function remember() {
  const time = Math.round(now() * 10) / 10;
  try {
    localStorage.setItem(STORE, JSON.stringify({ chapter, time, speed: audio.defaultPlaybackRate, title: chapters[chapter].title }));
  } catch {}
}

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function titled(name, text, kind) {
  const made = element(name, text, kind);
  made.lang = book.language;
  return made;
}

let silence = 0;
function tell(message) {
  clearTimeout(silence);
  find("status").textContent = message;
  silence = setTimeout(() => (find("status").textContent = ""), 3000);
}
