"use strict";
// The page of sentences: the words of the book come from #book as data and reach the page as text only.

const BATCH = 40; // cards drawn at once
const find = (id) => document.getElementById(id);
const book = JSON.parse(find("book").textContent);
const sentences = book.sentences.map(sentenceOf);
const byCard = new WeakMap(); // card -> sentence
const audio = find("audio");
const memory = remembered();
let shown = []; // the sentences of the filter
let drawn = 0; // how many of them have a card
let current = null; // the card that keys act on
let sounding = null; // {card, sentence}

// ---- what there is ---------------------------------------------------------------------------------------------

function sentenceOf(values, rank) {
  const sentence = { rank };
  book.fields.forEach((field, k) => (sentence[field] = values[k]));
  sentence.chapter = book.chapters[sentence.section];
  sentence.id = sentence.clip || `${sentence.section}.${sentence.number}`;
  sentence.spoken = sentence.words.map(([word]) => word).join("");
  return sentence;
}

// ---- what is remembered ----------------------------------------------------------------------------------------

function remembered() {
  const known = new Set(sentences.map((sentence) => sentence.id));
  const empty = { ticks: {}, readings: {} };
  try {
    const found = { ...empty, ...JSON.parse(localStorage.getItem(`audiobook review ${book.key}`)) };
    found.ticks = Object.fromEntries(Object.entries(found.ticks).filter(([id]) => known.has(id)));
    return found;
  } catch {
    return empty;
  }
}

function remember() {
  try {
    localStorage.setItem(`audiobook review ${book.key}`, JSON.stringify(memory));
  } catch {
    say("This browser does not remember ticks: copy the commands before you close the page.");
  }
  for (const card of find("list").children) showTick(card);
  showExport();
  showCounts();
}

function tick(card, judgement) {
  const { id } = byCard.get(card);
  const now = memory.ticks[id] === judgement ? "" : judgement;
  if (now) memory.ticks[id] = now;
  else delete memory.ticks[id];
  remember();
  say(now ? `${nameOf(byCard.get(card))} marked ${now}` : `${nameOf(byCard.get(card))}: no mark`);
}

// ---- cards -----------------------------------------------------------------------------------------------------

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function cardOf(sentence) {
  const card = find("card").content.firstElementChild.cloneNode(true);
  const part = (selector) => card.querySelector(selector);
  byCard.set(card, sentence);
  card.classList.add(`is-${sentence.judgement}`);
  card.setAttribute("aria-label", `${nameOf(sentence)}, ${sentence.judgement}`);
  part(".judgement").textContent = sentence.judgement;
  part(".chapter").textContent = sentence.chapter.title;
  part(".number").textContent = `sentence ${sentence.number}, at ${clock(sentence.at)}`;
  part(".differ").textContent = sentence.errors ? `${sentence.errors} of ${sentence.syllables} syllables differ` : "";
  fill(part(".written"), sentence.written === sentence.spoken ? [] : [sentence.written]);
  fill(part(".spoken"), wordsOf(sentence));
  part(".pinyin").textContent = `pinyin: ${sentence.words.map(([word, reading]) => accented(reading) || word).join(" ")}`;
  fill(part(".heard"), sentence.heard.length ? sentence.heard.map(heardOf) : [element("em", "nothing")]);
  fill(part(".pairs"), runsOf(sentence.differing).map(pairOf));
  showTick(card);
  showPlaying(card, false);
  return card;
}

function fill(row, parts) {
  row.hidden = !parts.length;
  row.querySelector(".words").append(...parts);
}

function wordsOf(sentence) {
  let place = 0;
  return sentence.words.map(([word, reading]) => {
    const readings = reading.split(" ");
    const letters = [...word];
    const made = element("span", "", reading ? "word" : "");
    if (reading) made.title = reading;
    letters.forEach((letter, k) => {
      const sign = sentence.marks[place + k] || ".";
      made.append(marked(reading ? ruby(letter, readings[k]) : letter, sign === "-" ? "gone" : sign));
    });
    place += letters.length;
    return made;
  });
}

function ruby(letter, reading) {
  const made = element("ruby", letter);
  const above = element("rt", accented(reading));
  above.setAttribute("aria-hidden", "true");
  made.append(above);
  return made;
}

function marked(content, sign) {
  if (sign === ".") return content;
  const made = element("mark", "", sign);
  made.append(content);
  return made;
}

function heardOf([text, sign]) {
  if (sign === "-") {
    const gone = marked(text, "gone");
    gone.title = "not heard";
    return gone;
  }
  return marked(text, sign);
}

// Pairs in a row that have nothing on the same side become one.
function runsOf(pairs) {
  const runs = [];
  for (const pair of pairs) {
    const last = runs[runs.length - 1];
    const empty = pair.findIndex((sound) => !sound);
    if (last && empty >= 0 && last.empty === empty) last.sides[1 - empty].push(pair[1 - empty]);
    else runs.push({ empty, sides: pair.map((sound) => (sound ? [sound] : [])) });
  }
  return runs;
}

function pairOf({ empty, sides: [expected, heard] }) {
  const made = element("span", "", "pair");
  if (empty === 0) made.append(`${soundsOf(heard)} was added`);
  else if (empty === 1) made.append(`${soundsOf(expected)} not heard`);
  else made.append(soundsOf(expected), element("s", "→"), soundsOf(heard));
  return made;
}

// ["行 hang2"] -> "行 háng"; of more than one only the characters.
function soundsOf(sounds) {
  const [written, reading] = sounds[0].split(" ");
  if (sounds.length > 1) return sounds.map((sound) => sound.split(" ")[0]).join("");
  return /[1-5]$/.test(reading) ? `${written} ${accented(reading)}` : written;
}

function showTick(card) {
  const mine = memory.ticks[byCard.get(card).id] || "";
  card.dataset.tick = mine;
  for (const judgement of ["right", "wrong"]) {
    card.querySelector(`.tick.${judgement}`).setAttribute("aria-pressed", String(mine === judgement));
  }
}

function nameOf(sentence) {
  return `Chapter ${sentence.section}, sentence ${sentence.number}`;
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, k) => (k ? String(part).padStart(2, "0") : part)).join(":");
}

// ---- pinyin ----------------------------------------------------------------------------------------------------

// "lve4 yi5" -> "lüè yi": the sign stands on a or e, on the o of ou, else on the last vowel.
function accented(readings) {
  return (readings || "").split(" ").map(accentedSyllable).join("");
}

function accentedSyllable(syllable) {
  const [, base, tone] = /^(.*?)([1-5]?)$/.exec(syllable.replace(/v/g, "ü"));
  const vowel = /[ae]|o(?=u)|[aeiouü](?=[^aeiouü]*$)/.exec(base);
  const sign = { 1: "\u0304", 2: "\u0301", 3: "\u030c", 4: "\u0300" }[tone];
  if (!sign || !vowel) return base;
  const end = vowel.index + 1;
  return (base.slice(0, end) + sign + base.slice(end)).normalize("NFC");
}

const SYLLABLE = new RegExp(
  "^(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?" +
    "(?:i(?:a[no]?|ang|e|n|ng|ong|u)?|u(?:a[in]?|ang|e|i|n|o)?|v(?:an|e|n)?|a[ino]?|ang|e[inr]?|eng|o(?:u|ng)?)[1-5]$",
);

// "chán yú", "chan2yu2", "CHAN2 YU2" -> ["chan2", "yu2"]; null where it is no pinyin.
function readingsOf(typed) {
  const tones = { "\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4" };
  const plain = typed.toLowerCase().normalize("NFD").replace(/u(:|([\u0300-\u0304\u030c]?)\u0308)/g, "v$2");
  const numbered = plain.trim().split(/\s+/).map((syllable) => {
    const sign = /[\u0300-\u0304\u030c]/.exec(syllable);
    return sign ? syllable.replace(sign[0], "") + (tones[sign[0]] || "?") : syllable;
  });
  const syllables = numbered.join("").match(/[^1-5]+[1-5]?/g) || [];
  return syllables.length && syllables.every((syllable) => SYLLABLE.test(syllable)) ? syllables : null;
}

// ---- the list --------------------------------------------------------------------------------------------------

const FILTERS = {
  doubtful: (sentence) => sentence.judgement !== "right",
  ticked: (sentence) => sentence.id in memory.ticks,
  all: () => true,
};

function chosen() {
  return document.querySelector("input[name=filter]:checked").value;
}

function showList() {
  stop();
  const chapter = find("chapter").value;
  shown = sentences.filter((s) => FILTERS[chosen()](s) && (!chapter || String(s.section) === chapter));
  if (find("order").value === "book") shown.sort((one, other) => one.at - other.at);
  find("list").replaceChildren();
  drawn = 0;
  current = null;
  draw();
  const none = { doubtful: "Every sentence was heard as it should be.", ticked: "Nothing is ticked yet.", all: "" };
  find("nothing").textContent = none[chosen()];
  find("nothing").hidden = shown.length > 0;
  if (find("list").firstElementChild) select(find("list").firstElementChild, false);
}

function draw() {
  find("list").append(...shown.slice(drawn, drawn + BATCH).map(cardOf));
  drawn = Math.min(drawn + BATCH, shown.length);
  find("more").hidden = drawn >= shown.length;
}

function showCounts() {
  for (const input of document.querySelectorAll("input[name=filter]")) {
    input.nextElementSibling.querySelector("b").textContent = sentences.filter(FILTERS[input.value]).length;
  }
}

function select(card, focused) {
  if (current) current.removeAttribute("aria-current");
  current = card;
  current.setAttribute("aria-current", "true");
  for (const other of find("list").querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  card.tabIndex = 0;
  if (!focused) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const cards = find("list").children;
  const place = [...cards].indexOf(current) + by;
  if (place >= cards.length && drawn < shown.length) draw();
  if (cards[place]) select(cards[place], true);
  if (cards[place] && sounding) play(cards[place]);
}

// ---- sound -----------------------------------------------------------------------------------------------------

function play(card) {
  const sentence = byCard.get(card);
  const again = sounding && sounding.card === card && audio.currentTime < sentence.end / 1000 - 0.05;
  if (!again) stop();
  select(card, false);
  if (audio.getAttribute("src") !== sentence.chapter.src) audio.src = sentence.chapter.src;
  if (!again) audio.currentTime = sentence.start / 1000;
  sounding = { card, sentence };
  showPlaying(card, true);
  audio.play().then(watch, () => {});
}

let frame = 0;
function watch() {
  cancelAnimationFrame(frame);
  if (!sounding || audio.paused) return;
  const { card, sentence } = sounding;
  const played = (audio.currentTime * 1000 - sentence.start) / (sentence.end - sentence.start);
  card.querySelector(".play").style.setProperty("--played", Math.min(1, Math.max(0, played)));
  if (played >= 1) stop();
  else frame = requestAnimationFrame(watch);
}

function pause() {
  audio.pause();
  showPlaying(sounding.card, false);
}

function stop() {
  audio.pause();
  if (!sounding) return;
  sounding.card.querySelector(".play").style.removeProperty("--played");
  showPlaying(sounding.card, false);
  sounding = null;
}

function toggle(card) {
  if (sounding && sounding.card === card && !audio.paused) pause();
  else play(card);
}

function showPlaying(card, yes) {
  const button = card.querySelector(".play");
  button.classList.toggle("playing", yes);
  button.setAttribute("aria-label", `${yes ? "Pause" : "Play"} ${nameOf(byCard.get(card)).toLowerCase()}`);
}

function unplayable() {
  const missing = sounding && decodeURIComponent(sounding.sentence.chapter.src);
  stop();
  if (missing) say(`${missing} cannot be played: it must lie beside this page, as the build left it.`);
}

// ---- readings and commands -------------------------------------------------------------------------------------

function ask(card, word, reading) {
  for (const open of document.querySelectorAll(".asking")) open.remove();
  const form = find("asking").content.firstElementChild.cloneNode(true);
  form.elements.word.value = word;
  form.elements.reading.value = reading;
  form.addEventListener("submit", (event) => answer(event, card));
  form.querySelector(".cancel").addEventListener("click", () => close(form, card));
  card.querySelector(".facts").append(form);
  form.elements[word ? "reading" : "word"].select();
  form.elements[word ? "reading" : "word"].focus();
}

function answer(event, card) {
  event.preventDefault();
  const form = event.target;
  const word = form.elements.word.value.trim();
  const readings = readingsOf(form.elements.reading.value);
  const amiss = faultOf(word, readings);
  form.querySelector(".amiss").textContent = amiss;
  if (amiss) return;
  memory.readings[word] = readings.join(" ");
  remember();
  close(form, card);
  say(`${word} is to be read ${accented(memory.readings[word])}`);
}

function faultOf(word, readings) {
  if (!/^[\p{Script=Han}〇]+$/u.test(word)) return "The word must be Chinese characters only.";
  if (!readings) return "Write pinyin with tone numbers, 5 for none, v for ü: lv4 se5.";
  const length = [...word].length;
  return length === readings.length ? "" : `${length} characters need ${length} syllables, not ${readings.length}.`;
}

function close(form, card) {
  form.remove();
  card.focus({ preventScroll: true });
}

// The first word that was heard otherwise, else the first of all: what most likely needs a reading.
function doubtfulWord(sentence) {
  let place = 0;
  for (const [word, reading] of sentence.words) {
    const end = place + [...word].length;
    if (reading && /[xt-]/.test(sentence.marks.slice(place, end))) return [word, reading];
    place = end;
  }
  return ["", ""];
}

function commands() {
  const wrong = sentences.filter((sentence) => memory.ticks[sentence.id] === "wrong");
  wrong.sort((one, other) => one.section - other.section || one.number - other.number);
  const once = new Map(wrong.reverse().map((sentence) => [`${sentence.section} ${sentence.id}`, sentence]));
  return [...once.values()].reverse().map((s) => `${book.redo} ${s.section} --sentence ${s.number}`);
}

function pronounce() {
  const lines = Object.entries({ ...book.pronounce, ...memory.readings }).map(([word, reading]) => `"${word}" = "${reading}"`);
  return Object.keys(memory.readings).length ? ["[pronounce]", ...lines] : [];
}

function showExport() {
  const [typed, table] = [commands(), pronounce()];
  for (const [id, lines, hint] of [["commands", typed, "no-commands"], ["pronounce", table, "no-readings"]]) {
    find(id).value = lines.length ? lines.join("\n") + "\n" : "";
    find(id).hidden = document.querySelector(`[data-from=${id}]`).hidden = !lines.length;
    find(hint).hidden = lines.length > 0;
  }
  find("where").hidden = !table.length;
  find("anew").hidden = !typed.length;
  find("readings").replaceChildren(...Object.entries(memory.readings).map(readingRow));
  const count = Object.keys(memory.readings).length;
  const tally = `${typed.length} to speak afresh, ${count} ${count === 1 ? "reading" : "readings"}`;
  find("tally").textContent = typed.length || count ? tally : "Nothing marked yet";
}

function readingRow([word, reading]) {
  const row = element("li");
  const remove = element("button", "Remove", "quiet");
  remove.setAttribute("aria-label", `Remove the reading of ${word}`);
  remove.addEventListener("click", () => {
    delete memory.readings[word];
    remember();
  });
  const name = element("span", word);
  name.lang = "zh";
  row.append(name, element("span", accented(reading)), remove);
  return row;
}

async function copy(button) {
  const from = find(button.dataset.from);
  try {
    await navigator.clipboard.writeText(from.value);
  } catch {
    from.select();
    document.execCommand("copy");
  }
  say("Copied");
}

function forget() {
  if (!confirm("Forget all ticks and readings of this book?")) return;
  memory.ticks = {};
  memory.readings = {};
  remember();
}

let silence = 0;
function say(message) {
  clearTimeout(silence);
  find("status").textContent = message;
  silence = setTimeout(() => (find("status").textContent = ""), 3000);
}

// ---- hands -----------------------------------------------------------------------------------------------------

const KEYS = {
  " ": (card) => toggle(card),
  j: () => step(1),
  k: () => step(-1),
  x: (card) => tick(card, "wrong"),
  r: (card) => tick(card, "right"),
  p: (card) => ask(card, ...doubtfulWord(byCard.get(card))),
};

function onKey(event) {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "Escape" && event.target.closest(".asking")) close(event.target.closest(".asking"), current);
  const typing = event.target.closest("input:not([type=radio]), textarea, select");
  const pressing = event.key === " " && event.target.closest("button, input:not(:checked)");
  const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (held || typing || pressing || !action || !current) return;
  event.preventDefault();
  action(current);
}

function onClick(event) {
  const card = event.target.closest(".card");
  const button = event.target.closest("button");
  if (!card || event.target.closest(".asking")) return;
  select(card, false);
  if (button) press(card, button);
  else if (event.target.closest(".word")) askFor(card, event.target.closest(".word"));
  if (button && event.detail && !button.matches(".ask")) card.focus({ preventScroll: true }); // space plays after a click
}

function press(card, button) {
  if (button.matches(".play")) toggle(card);
  else if (button.matches(".ask")) KEYS.p(card);
  else if (button.matches(".tick")) tick(card, button.matches(".right") ? "right" : "wrong");
}

function askFor(card, word) {
  if (!getSelection().isCollapsed) return; // somebody marks text to copy it
  const letters = [...word.querySelectorAll("ruby")].map((made) => made.firstChild.textContent).join("");
  ask(card, letters, word.title);
}

function begin() {
  const counts = { wrong: 0, doubtful: 0, right: 0 };
  for (const { judgement } of sentences) counts[judgement] += 1;
  const [errors, syllables] = ["errors", "syllables"].map((f) => sentences.reduce((sum, s) => sum + s[f], 0));
  const share = ((100 * errors) / Math.max(1, syllables)).toFixed(1);
  find("summary").textContent =
    (book.creator ? `${book.creator}. ` : "") +
    `${sentences.length} sentences heard: ${counts.wrong} wrong, ${counts.doubtful} doubtful, ${counts.right} right; ` +
    `${share} % of the syllables differ.`;
  find("chapter").append(new Option("all chapters", ""));
  for (const [number, { title }] of Object.entries(book.chapters)) {
    find("chapter").append(new Option(`${number}. ${title}`, number));
  }
  if (!sentences.some(FILTERS.doubtful)) document.querySelector("input[value=all]").checked = true;
}

begin();
showCounts();
showExport();
showList();
for (const input of document.querySelectorAll("input[name=filter], #chapter, #order")) {
  input.addEventListener("change", showList);
}
for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copy(button));
find("forget").addEventListener("click", forget);
find("more").addEventListener("click", draw);
find("unfold").addEventListener("click", () => {
  const open = find("unfold").getAttribute("aria-expanded") === "true";
  find("unfold").setAttribute("aria-expanded", String(!open));
});
find("list").addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
audio.addEventListener("timeupdate", watch); // where the page is hidden, no frame is drawn
audio.addEventListener("ended", stop);
audio.addEventListener("error", unplayable);
new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && draw(), { rootMargin: "1200px" }).observe(find("more"));
