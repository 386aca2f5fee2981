/**
 * The reader's language: that of the browser, until the button at the top changes it.
 */
const { phrases, terms, unsafe } = JSON.parse(document.getElementById("softprompt-words").textContent);
const preferred = (navigator.languages?.[0] ?? navigator.language ?? "en").toLowerCase();
let language = preferred.startsWith("zh") ? "zh" : "en";

/** A phrase or a term in the reader's language. */
export const phrase = (name) => (phrases[name] ?? terms[name])?.[language] ?? name;

/** A value after the phrase that names it. */
export const labelled = (name, value) => `${phrase(name)}${language === "zh" ? "：" : ": "}${value}`;

/** A term with its explanation; of a metric, with that, too. */
export const explained = ({ term, of }) => {
  const named = [terms[of], terms[term]].filter(Boolean);
  const [comma, colon, space] = language === "zh" ? ["，", "：", ""] : [", ", ": ", " "];
  const names = named.map((one) => one[language]).join(comma);
  return `${names}${colon}${named.map(({ about }) => about[language]).join(space)}`;
};

/** A whole number with separated thousands. */
export const grouped = (count) => count.toLocaleString("en");

/** A text of others in one line: control characters and overrides of the direction of writing as escapes. */
export const visible = (text) =>
  text.replaceAll(
    new RegExp(unsafe, "gu"),
    (character) =>
      character === "\n"
        ? "\\n"
        : character === "\r"
        ? "\\r"
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** An element with attributes and children. The names of phrases are given as `data-phrase`. */
export const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/** What else is written in the reader's language, again whenever that changes. */
const writers = [];

/** Calls a function when the page is written, and whenever the language changes after that. */
export const inLanguage = (write) => {
  writers.push(write);
};

/** Writes the elements of a part of the page in the reader's language. */
export const translate = (part) => {
  for (const one of part.querySelectorAll("[data-phrase]")) one.textContent = phrase(one.dataset.phrase);
  for (const one of part.querySelectorAll("[data-name]")) one.textContent = phrase(one.dataset.name);
  for (const one of part.querySelectorAll("[data-zh]")) one.textContent = one.dataset[language];
  for (const one of part.querySelectorAll("[data-label]")) {
    one.setAttribute("aria-label", phrase(one.dataset.label));
  }
};

/** Writes the whole page in the reader's language. */
export const speak = () => {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  translate(document);
  for (const write of writers) write();
};

/** Changes the language. */
export const changeLanguage = () => {
  language = language === "zh" ? "en" : "zh";
  speak();
};
