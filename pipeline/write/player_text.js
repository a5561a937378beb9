// The chapter's text: it follows the sound sentence by sentence, and a click on a sentence plays from there.

const [GOES_ON, HEADING] = [0, 2];
const START = 0;
let lines = []; // the sentences' elements
let starts = []; // s
let current = -1;
let following = true;

function showText() {
  const rows = chapters[chapter].lines;
  starts = rows.map((row) => row[START] / 1000);
  current = -1;
  const paragraphs = [];
  lines = rows.map(([, , text, begins], k) => {
    const line = element("span", text, "said-line");
    line.dataset.line = k;
    line.tabIndex = -1;
    if (begins !== GOES_ON || !paragraphs.length) paragraphs.push(titled(begins === HEADING ? "h2" : "p"));
    else if (/[!-~]$/.test(rows[k - 1][2]) && /^[!-~]/.test(text)) paragraphs.at(-1).append(" ");
    paragraphs.at(-1).append(line);
    return line;
  });
  find("transcript").replaceChildren(...paragraphs);
  find("text").scrollTo({ top: 0, behavior: "instant" });
  showOnward();
}

function showOnward() {
  const next = chapters[chapter + 1];
  find("onward").hidden = !next;
  if (next) find("onward").textContent = words("Next: {}", next.title);
}

// The last sentence that begins at or before a time, -1 for none.
function lineAt(seconds) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= seconds + 0.001) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function showLine(seconds) {
  const found = Math.max(0, lineAt(seconds));
  if (found === current || !lines.length) return;
  if (lines[current]) {
    lines[current].removeAttribute("aria-current");
    lines[current].tabIndex = -1;
  }
  current = found;
  lines[current].setAttribute("aria-current", "true");
  lines[current].tabIndex = 0;
  if (following) bringIntoView();
}

function bringIntoView() {
  const line = lines[current];
  if (!line) return;
  const [view, place] = [find("text").getBoundingClientRect(), line.getBoundingClientRect()];
  const inside = place.top >= view.top + view.height * 0.1 && place.bottom <= view.top + view.height * 0.7;
  if (inside) return;
  find("text").scrollBy({ top: place.top - view.top - view.height * 0.3, behavior: document.hidden ? "instant" : "auto" });
}

function follow(yes) {
  following = yes;
  find("back").hidden = yes;
  if (yes) bringIntoView();
}

// Somebody reads elsewhere: the text stands still until they come back.
function stray() {
  if (following && !audio.paused) follow(false);
}

function playLine(line) {
  if (!line || !getSelection().isCollapsed) return; // somebody marks text to copy it
  seek(starts[line.dataset.line]);
  follow(true);
  play();
}

function stepLine(by) {
  const place = Math.min(lines.length - 1, Math.max(0, current + by));
  if (!lines.length) return;
  seek(starts[place]);
  follow(true);
}

function onTextKey(event) {
  const line = event.target.closest(".said-line");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") playLine(line);
  else if (by) lines[Number(line.dataset.line) + by]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
