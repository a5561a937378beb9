// A card for each book, with the chapter in which a person stopped.

const { books } = JSON.parse(document.getElementById("data").textContent);

function made(name, text, kind, language) {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  if (language) element.lang = language;
  return element;
}

function stoppedIn(key) {
  try {
    const { chapter, time, title } = JSON.parse(localStorage.getItem(`audiobook:${key}`));
    return chapter || time > 5 ? String(title) : "";
  } catch {
    return ""; // nothing is kept, or nothing of ours
  }
}

function picture(book) {
  const image = document.createElement(book.cover ? "img" : "div");
  image.className = "blank";
  if (book.cover) Object.assign(image, { src: book.cover, alt: "", loading: "lazy" });
  return image;
}

function card(book) {
  const [row, link, facts] = [made("li", ""), made("a", ""), made("div", "")];
  link.href = `./${book.home}/index.html`;
  const length = duration(book.length / 1000);
  facts.append(made("h2", book.title, "", book.language));
  if (book.creator) facts.append(made("p", book.creator, "soft", book.language));
  facts.append(made("p", book.chapters === 1 ? words("1 chapter, {}", length) : words("{} chapters, {}", book.chapters, length), "soft"));
  const title = stoppedIn(book.key);
  if (title) facts.append(made("p", words("Go on in {}", title), "goes-on"));
  link.append(picture(book), facts);
  row.append(link);
  return row;
}

translate();
document.getElementById("books").append(...books.map(card));
document.getElementById("none").hidden = books.length > 0;
document.title = words("Books");
