// Pinyin with tone numbers to pinyin with accents and back, as people type it.

// "lve4 yi5" -> "lüè yi": the sign stands on a or e, on the o of ou, else on the last vowel.
function accented(readings) {
  return (readings || "").split(" ").map(accentedSyllable).join("");
}

function accentedSyllable(syllable) {
  const [, base, tone] = /^(.*?)([1-5]?)$/.exec(syllable.replace(/v/g, "ü"));
  const vowel = /[ae]|o(?=u)|[aeiouü](?=[^aeiouü]*$)/.exec(base);
  const sign = { 1: "\u0304", 2: "\u0301", 3: "\u030c", 4: "\u0300" }[tone];
  if (!sign || !vowel) return base;
  const end = vowel.index + 1;
  return (base.slice(0, end) + sign + base.slice(end)).normalize("NFC");
}

const SYLLABLE = new RegExp(
  "^(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?" +
    "(?:i(?:a[no]?|ang|e|n|ng|ong|u)?|u(?:a[in]?|ang|e|i|n|o)?|v(?:an|e|n)?|a[ino]?|ang|e[inr]?|eng|o(?:u|ng)?)[1-5]$",
);

// "chán yú", "chan2yu2", "CHAN2 YU2" -> ["chan2", "yu2"]; null where it is no pinyin.
function readingsOf(typed) {
  const tones = { "\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4" };
  const plain = typed.toLowerCase().normalize("NFD").replace(/u(:|([\u0300-\u0304\u030c]?)\u0308)/g, "v$2");
  const numbered = plain.trim().split(/\s+/).map((syllable) => {
    const sign = /[\u0300-\u0304\u030c]/.exec(syllable);
    return sign ? syllable.replace(sign[0], "") + (tones[sign[0]] || "?") : syllable;
  });
  const syllables = numbered.join("").match(/[^1-5]+[1-5]?/g) || [];
  return syllables.length && syllables.every((syllable) => SYLLABLE.test(syllable)) ? syllables : null;
}
