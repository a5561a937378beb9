"use strict";
// The book as data, and what this browser remembers of a person's judgement. All words reach the page as text only.

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

function sentenceOf(values) {
  const sentence = {};
  book.fields.forEach((field, k) => (sentence[field] = values[k]));
  sentence.chapter = book.chapters[sentence.section];
  sentence.id = sentence.clip || `${sentence.section}.${sentence.number}`;
  sentence.spoken = sentence.words.map(([word]) => word).join("");
  return sentence;
}

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
