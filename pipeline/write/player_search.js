// Finds words anywhere in the book; marks and spaces between the characters do not matter.

const MOST = 200;
const AROUND = 18; // characters shown before and after what was found
let texts = null; // of each chapter: its whole text, and where each line begins in it

function indexed() {
  texts ??= chapters.map(({ lines }) => {
    const offsets = [];
    let text = "";
    for (const [, , said, begins] of lines) {
      if (begins !== GOES_ON) text += " ";
      offsets.push(text.length);
      text += said;
    }
    return { text, offsets };
  });
  return texts;
}

function patternOf(query) {
  const signs = [...query.normalize("NFC")].filter((sign) => !/[\s\p{P}]/u.test(sign));
  const literal = signs.map((sign) => sign.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return literal.length ? new RegExp(literal.join("[\\s\\p{P}]{0,4}"), "giu") : null;
}

function* hitsOf(pattern) {
  for (const [number, { text, offsets }] of indexed().entries()) {
    let line = 0;
    for (const match of text.matchAll(pattern)) {
      while (offsets[line + 1] <= match.index) line += 1;
      yield { number, line, text, from: match.index, to: match.index + match[0].length };
    }
  }
}

function search() {
  const pattern = patternOf(find("query").value);
  const hits = [];
  let count = 0;
  for (const hit of pattern ? hitsOf(pattern) : []) if (++count <= MOST) hits.push(hit);
  find("hits").replaceChildren(...hits.map(hitRow));
  find("hits").hidden = !hits.length;
  find("contents").hidden = pattern !== null;
  const told = count > MOST ? words("the first {} of {} places", MOST, count) : count === 1 ? words("1 place") : words("{} places", count);
  find("count").textContent = pattern ? (count ? told : words("nothing found")) : "";
}

function hitRow(hit) {
  const row = element("li");
  const button = element("button");
  const start = chapters[hit.number].lines[hit.line][0] / 1000;
  const said = titled("span", undefined, "said");
  const before = [...hit.text.slice(Math.max(0, hit.from - 2 * AROUND), hit.from)].slice(-AROUND).join("");
  const after = [...hit.text.slice(hit.to, hit.to + 2 * AROUND)].slice(0, AROUND).join("");
  said.append(before, element("mark", hit.text.slice(hit.from, hit.to)), after);
  button.append(titled("span", `${chapters[hit.number].title} · ${clock(start)}`, "where"), said);
  button.addEventListener("click", () => {
    open(hit.number, start);
    closePanel();
    lines[hit.line].focus({ preventScroll: true });
    follow(true);
  });
  row.append(button);
  return row;
}
