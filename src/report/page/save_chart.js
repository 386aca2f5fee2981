/**
 * Charts as files: SVG, and PNG by a canvas. They are in light colours on white, and need no style sheet.
 */
import { phrase } from "./words.js";

const probe = document.body.appendChild(document.createElement("span"));
probe.hidden = true;
probe.style.colorScheme = "light";

/** A colour of the style sheet in light. */
const lightColour = (name) => {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
};

/** A chart as an SVG file. */
const svgText = (svg) => {
  const copy = svg.cloneNode(true);
  copy.style.background = "white";
  copy.style.fontFamily = "system-ui, sans-serif";
  for (const tip of copy.querySelectorAll('[aria-label="tip"]')) tip.remove();
  return new XMLSerializer().serializeToString(copy)
    .replaceAll(/var\(--(\w+)\)/g, (_, name) => lightColour(name));
};

/** The pixels of a saved image for each px of the chart. */
const SCALE = 3;

/** A chart as a PNG file. */
const pngBlob = async (svg) => {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * Number(svg.getAttribute("width"));
  canvas.height = SCALE * Number(svg.getAttribute("height"));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
};

/** What a chart can be saved as. */
const FORMATS = {
  svg: (svg) => new Blob([svgText(svg)], { type: "image/svg+xml" }),
  png: pngBlob,
};

/** Lets the browser save a file. */
const save = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

/** A part of a file's name. */
const slug = (text) => text.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "").slice(0, 60);

/** Adds the buttons that save a chart to its caption. @param index its place among the charts of the page */
export const addSaveButtons = (place, index) => {
  const buttons = Object.entries(FORMATS).map(([format, blobOf]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.label = `save_${format}`;
    button.textContent = format.toUpperCase();
    button.setAttribute("aria-label", phrase(button.dataset.label));
    button.addEventListener("click", async () => {
      const blob = await blobOf(place.querySelector("svg"));
      save(blob, `${slug(document.title)}-${place.dataset.chart}-${index + 1}.${format}`);
    });
    return button;
  });
  const group = document.createElement("span");
  group.className = "save";
  group.append(...buttons);
  place.parentElement.querySelector("figcaption").append(" ", group);
};
