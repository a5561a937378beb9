// The list of sentences, and the hands that act on it.

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
