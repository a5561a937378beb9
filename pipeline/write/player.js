// The hands: keys, clicks, and the beginning.

const KEYS = {
  " ": toggle,
  ArrowLeft: () => skip(-SKIP_S),
  ArrowRight: () => skip(SKIP_S),
  j: () => stepLine(1),
  k: () => stepLine(-1),
  n: () => open(chapter + 1, 0),
  p: previous,
  "+": () => changeSpeed(1),
  "=": () => changeSpeed(1),
  "-": () => changeSpeed(-1),
  "/": startSearch,
  "?": () => find("keys").showModal(),
  Escape: leave,
};

function startSearch() {
  if (getComputedStyle(find("open")).display !== "none" && find("top").offsetHeight) openPanel();
  find("query").focus();
  find("query").select();
}

function leave() {
  if (document.activeElement === find("query") && find("query").value) {
    find("query").value = "";
    search();
  } else if (document.activeElement === find("query") && !document.body.classList.contains("opened")) find("query").blur();
  else closePanel();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || find("keys").open) return;
  const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const typing = event.target.closest("input[type=search], select") && event.key !== "Escape";
  const own = event.target.closest("input[type=range]") && event.key.startsWith("Arrow");
  const pressing = event.key === " " && event.target.closest("button, a");
  if (!action || typing || own || pressing) return;
  event.preventDefault();
  action();
}

function fillChoices() {
  for (const speed of SPEEDS) find("speed").append(new Option(`${speed}×`, speed));
  find("sleep").append(new Option(words("no timer"), ""));
  for (const minutes of MINUTES) find("sleep").append(new Option(words("{} minutes", minutes), minutes));
  find("sleep").append(new Option(words("end of chapter"), "end"));
}

function listen() {
  const clicks = {
    toggle, previous, rewind: () => skip(-SKIP_S), forward: () => skip(SKIP_S), next: () => open(chapter + 1, 0),
    open: openPanel, close: closePanel, back: () => follow(true), help: () => find("keys").showModal(),
    onward: () => { open(chapter + 1, 0); play(); },
  };
  for (const [id, action] of Object.entries(clicks)) {
    find(id).addEventListener("click", (event) => {
      action();
      if (event.detail && find(id).closest("#player")) find(id).blur(); // space plays after a click, and presses nothing again
    });
  }
  find("transcript").addEventListener("click", (event) => playLine(event.target.closest(".said-line")));
  find("transcript").addEventListener("keydown", onTextKey);
  for (const kind of ["wheel", "touchmove"]) find("text").addEventListener(kind, stray, { passive: true });
  find("place").addEventListener("input", () => { seek(Number(find("place").value)); follow(true); });
  find("speed").addEventListener("change", () => setSpeed(Number(find("speed").value)));
  find("sleep").addEventListener("change", setSleep);
  find("query").addEventListener("input", search);
  find("search").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  document.addEventListener("keydown", onKey);
}

function listenToSound() {
  const heard = {
    loadedmetadata: onKnown, play: showState, pause: showState, seeked: show, ended: onEnded, error: unplayable,
    timeupdate: () => { show(); checkSleep(); }, // where the page is hidden, no frame is drawn
  };
  for (const [name, action] of Object.entries(heard)) audio.addEventListener(name, action);
  setInterval(() => { checkSleep(); if (!audio.paused) remember(); }, 1000);
  addEventListener("pagehide", remember);
}

translate();
fillChoices();
showContents();
listen();
listenToSound();
offerControls();
audio.defaultPlaybackRate = memory.speed;
find("speed").value = String(memory.speed);
load(memory.chapter, memory.time);
