// A sentence comes in, its card goes out: written, spoken with pinyin, heard, and what differs.

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
  const anything = sentence.heard.some(([, sign]) => sign !== "-");
  fill(part(".heard"), anything ? sentence.heard.map(heardOf) : [element("em", "nothing")]);
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
