// The chapters, and the panel that holds them on a small screen.

function showContents() {
  find("title").lang = find("top-title").lang = find("byline").lang = book.language;
  find("top-title").textContent = book.title;
  find("byline").textContent = [book.creator, book.narrator && words("read by {}", book.narrator)].filter(Boolean).join(" · ");
  const total = duration(chapters.reduce((sum, { length }) => sum + length, 0) / 1000);
  find("total").textContent = chapters.length === 1 ? words("1 chapter, {}", total) : words("{} chapters, {}", chapters.length, total);
  const top = Math.min(...chapters.map(({ level }) => level));
  find("chapters").append(...chapters.map((one, number) => contentsRow(one, number, one.level > top)));
  find("cover").hidden = !book.cover;
  if (book.cover) find("cover").src = book.cover;
  find("whole").href = book.whole;
}

function contentsRow(one, number, deep) {
  const row = element("li");
  const button = titled("button", undefined, deep ? "deep" : "");
  button.append(element("span", one.title), element("time", clock(one.length / 1000)));
  button.addEventListener("click", () => {
    open(number, 0);
    closePanel();
    play();
  });
  row.append(button);
  return row;
}

function showChapter() {
  const rows = find("chapters").querySelectorAll("button");
  find("chapters").querySelector("[aria-current]")?.removeAttribute("aria-current");
  rows[chapter].setAttribute("aria-current", "true");
  rows[chapter].scrollIntoView({ block: "nearest" });
  find("now-title").textContent = chapters[chapter].title;
  find("now-title").lang = book.language;
  find("next").disabled = chapter + 1 === chapters.length;
  document.title = `${chapters[chapter].title} · ${book.title}`;
  nameSound();
}

function openPanel() {
  document.body.classList.add("opened");
  find("open").setAttribute("aria-expanded", "true");
  for (const id of ["text", "player", "top"]) find(id).inert = true;
  find("chapters").querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  find("close").focus();
}

function closePanel() {
  if (!document.body.classList.contains("opened")) return;
  document.body.classList.remove("opened");
  find("open").setAttribute("aria-expanded", "false");
  for (const id of ["text", "player", "top"]) find(id).inert = false;
  find("open").focus();
}
