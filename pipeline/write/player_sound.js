// Plays the chapters' files one after the other and shows where it is.

const SKIP_S = 15;
const SPEEDS = [0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];
let wanted = null; // s; where to go on as soon as the browser knows the file

const lengthOf = (number) => chapters[number].length / 1000;
const now = () => wanted ?? audio.currentTime;

function load(number, seconds) {
  chapter = number;
  audio.src = chapters[number].src;
  audio.playbackRate = audio.defaultPlaybackRate;
  seek(seconds);
  showText();
  showChapter();
  show();
}

function seek(seconds) {
  const goal = Math.min(Math.max(0, seconds), lengthOf(chapter));
  if (audio.readyState > 0) audio.currentTime = goal;
  wanted = audio.readyState > 0 ? null : goal;
  show();
  remember();
}

function onKnown() {
  if (wanted === null) return;
  audio.currentTime = wanted;
  wanted = null;
}

function play() {
  if (audio.error) load(chapter, now()); // a file that was missing may be there by now
  if (audio.ended && chapter === chapters.length - 1) load(0, 0);
  audio.play().then(watch, () => {});
}

function toggle() {
  if (audio.paused) play();
  else audio.pause();
}

function skip(by) {
  const goal = now() + by;
  if (goal < 0 && chapter > 0) open(chapter - 1, Math.max(0, lengthOf(chapter - 1) + goal));
  else if (goal >= lengthOf(chapter) && chapter + 1 < chapters.length) open(chapter + 1, 0);
  else seek(goal);
}

// Another chapter, in the state of this one: playing or not.
function open(number, seconds) {
  if (!chapters[number]) return;
  const playing = !audio.paused;
  if (number === chapter) seek(seconds);
  else load(number, seconds);
  follow(true);
  if (playing) play();
}

function previous() {
  open(now() > 5 || chapter === 0 ? chapter : chapter - 1, 0);
}

function onEnded() {
  if (sleepsAtEnd()) return fallAsleep();
  if (chapter + 1 === chapters.length) return remember();
  load(chapter + 1, 0);
  follow(true);
  play();
}

let frame = 0;
function watch() {
  cancelAnimationFrame(frame);
  show();
  if (!audio.paused) frame = requestAnimationFrame(watch);
}

let shownSecond = "";
function show() {
  const [time, length] = [now(), lengthOf(chapter)];
  showLine(time);
  const second = `${chapter} ${Math.floor(time)}`;
  if (second === shownSecond) return;
  shownSecond = second;
  const place = find("place");
  place.max = Math.floor(length);
  place.value = Math.floor(time);
  place.style.setProperty("--share", `${(100 * Math.min(1, time / length)).toFixed(2)}%`);
  place.setAttribute("aria-valuetext", words("{} of {}", clock(time), clock(length)));
  find("passed").textContent = clock(time);
  find("left").textContent = `−${clock(Math.ceil(length - time))}`;
}

function showState() {
  const playing = !audio.paused;
  find("toggle").classList.toggle("playing", playing);
  find("toggle").setAttribute("aria-label", words(playing ? "Pause" : "Play"));
  if (playing) watch();
  else remember();
}

function setSpeed(speed) {
  audio.defaultPlaybackRate = audio.playbackRate = speed;
  find("speed").value = String(speed);
  remember();
}

function changeSpeed(by) {
  const place = SPEEDS.indexOf(Number(find("speed").value)) + by;
  if (!SPEEDS[place]) return;
  setSpeed(SPEEDS[place]);
  tell(words("Speed {}", `${SPEEDS[place]}×`));
}

function unplayable() {
  audio.pause(); // by the standard, a file that fails leaves it "playing"
  tell(words("{} cannot be played: it must lie beside this page, as the build left it.", decodeURIComponent(chapters[chapter].src)));
  showState();
}

// The keys of headphones and lock screens.
function offerControls() {
  if (!("mediaSession" in navigator)) return;
  const actions = {
    play, pause: () => audio.pause(), seekbackward: () => skip(-SKIP_S), seekforward: () => skip(SKIP_S),
    previoustrack: previous, nexttrack: () => open(chapter + 1, 0), seekto: (to) => seek(to.seekTime),
  };
  for (const [name, action] of Object.entries(actions)) {
    try {
      navigator.mediaSession.setActionHandler(name, action);
    } catch {} // a key that this browser does not know
  }
}

function nameSound() {
  if (!("mediaSession" in navigator)) return;
  const artwork = book.cover && location.protocol.startsWith("http") ? [{ src: new URL(book.cover, location.href).href }] : [];
  navigator.mediaSession.metadata = new MediaMetadata({ title: chapters[chapter].title, artist: book.creator, album: book.title, artwork });
}
