// Plays one sentence out of its chapter's file, from its start to its end.

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
