import { counted } from "./counted.ts";

const UNITS = ["kB", "MB", "GB", "TB"];

/** A number of bytes for display: `3 bytes`, `12.3 kB`, `1.20 GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  const power = Math.min(UNITS.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${UNITS[power - 1]}`;
}
