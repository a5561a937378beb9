// Stops the sound after some minutes, or where the chapter ends.

const MINUTES = [5, 10, 15, 30, 45, 60, 90];
const FADE_S = 8;
let deadline = null; // ms since 1970, or Infinity for the end of the chapter

const sleepsAtEnd = () => deadline === Infinity;

function setSleep() {
  const choice = find("sleep").value;
  deadline = choice === "end" ? Infinity : choice ? Date.now() + 60000 * Number(choice) : null;
  audio.volume = 1;
  if (choice) tell(sleepsAtEnd() ? words("Sleeps at the end of the chapter") : words("Sleeps in {}", words("{} minutes", choice)));
  showSleep();
}

// Asked for several times a second while it plays, and every second else.
function checkSleep() {
  if (deadline === null || sleepsAtEnd()) return;
  const left = (deadline - Date.now()) / 1000;
  if (left <= 0) fallAsleep();
  else if (left < FADE_S) audio.volume = left / FADE_S;
  showSleep();
}

function fallAsleep() {
  deadline = null;
  if (!audio.paused) tell(words("Good night"));
  audio.pause();
  audio.volume = 1;
  find("sleep").value = "";
  showSleep();
  if (audio.ended && chapters[chapter + 1]) load(chapter + 1, 0);
}

function showSleep() {
  const timed = deadline !== null && !sleepsAtEnd();
  const text = timed ? clock(Math.ceil((deadline - Date.now()) / 1000)) : "";
  if (find("sleeping").textContent !== text) find("sleeping").textContent = text;
}
