// What a person found wrong, as commands to type and as a table of readings.

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
