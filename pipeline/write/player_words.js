// The page speaks English, and Chinese to a browser that does.

const CHINESE = {
  "To the text": "跳到正文",
  "Chapters and search": "目录和搜索",
  "The book": "本书",
  "Close": "关闭",
  "Search the text": "搜索正文",
  "Found": "搜索结果",
  "Chapters": "目录",
  "Download the whole book": "下载全书",
  "All books": "全部书籍",
  "Keys": "快捷键",
  "Enter plays from a sentence; the up and down keys go from sentence to sentence.": "按回车键从该句播放，按上下键逐句移动。",
  "Back to where it plays": "回到正在播放处",
  "Player": "播放器",
  "Place in the chapter": "本章进度",
  "Speed": "语速",
  "Previous chapter": "上一章",
  "15 seconds back": "后退15秒",
  "Play": "播放",
  "Pause": "暂停",
  "15 seconds on": "前进15秒",
  "Next chapter": "下一章",
  "Sleep timer": "睡眠定时",
  "play, pause": "播放、暂停",
  "15 seconds back, on": "后退、前进15秒",
  "next, previous sentence": "下一句、上一句",
  "next, previous chapter": "下一章、上一章",
  "faster, slower": "加快、放慢",
  "search the text": "搜索正文",
  "this list": "显示本表",
  "no timer": "不定时",
  "end of chapter": "本章结束时",
  "{} minutes": "{}分钟",
  "read by {}": "{}朗读",
  "{} chapters, {}": "共{}章，{}",
  "1 chapter, {}": "共1章，{}",
  "Speed {}": "语速{}",
  "{} of {}": "{}，全长{}",
  "{} places": "{}处",
  "1 place": "1处",
  "nothing found": "没有找到",
  "the first {} of {} places": "{}处（共{}处）",
  "Next: {}": "下一章：{}",
  "{} cannot be played: it must lie beside this page, as the build left it.": "无法播放{}：它须在本页所在的文件夹里。",
  "Good night": "晚安",
  "Sleeps in {}": "{}后停止",
  "Sleeps at the end of the chapter": "本章结束时停止",
  "chapter {} of {}": "第{}章，共{}章",
  "{} h {} min": "{}小时{}分",
  "{} min": "{}分钟",
  "Books": "有声书",
  "There is no book yet.": "还没有书。",
  "Go on in {}": "接着听：{}",
};
const inChinese = (navigator.languages || [navigator.language])[0].toLowerCase().startsWith("zh");

// say("{} of {}", 1, 2) -> "1 of 2", in the reader's language.
function words(english, ...values) {
  const text = (inChinese && CHINESE[english]) || english;
  return text.replace(/\{\}/g, () => values.shift());
}

function translate() {
  if (!inChinese) return;
  document.documentElement.lang = "zh-CN";
  for (const part of document.querySelectorAll("[data-t]")) part.textContent = words(part.textContent);
  for (const name of ["aria-label", "placeholder"]) {
    for (const part of document.querySelectorAll(`[${name}]`)) part.setAttribute(name, words(part.getAttribute(name)));
  }
}

// 3723 -> "1:02:03"
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, k) => (k ? String(part).padStart(2, "0") : part)).join(":");
}

// 3723 -> "1 h 2 min"
function duration(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? words("{} min", minutes) : words("{} h {} min", Math.floor(minutes / 60), minutes % 60);
}
