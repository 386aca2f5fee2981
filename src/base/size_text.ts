const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** A number of bytes for display: `3 bytes`, `12.3 kB`, `1.20 GB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toPrecision(3)} ${UNITS[power]}`;
}
