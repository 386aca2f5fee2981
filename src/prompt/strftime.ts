const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"],
  ...["November", "December"],
];

/** The numbers of a time with the widths that they are written in; `%-d` writes them without zeros in front. */
const NUMBERS: Readonly<Record<string, (time: Date) => readonly [value: number, width: number]>> = {
  Y: (time) => [time.getFullYear(), 4],
  y: (time) => [time.getFullYear() % 100, 2],
  m: (time) => [time.getMonth() + 1, 2],
  d: (time) => [time.getDate(), 2],
  H: (time) => [time.getHours(), 2],
  I: (time) => [time.getHours() % 12 || 12, 2],
  M: (time) => [time.getMinutes(), 2],
  S: (time) => [time.getSeconds(), 2],
};

const WORDS: Readonly<Record<string, (time: Date) => string>> = {
  A: (time) => DAYS[time.getDay()]!,
  a: (time) => DAYS[time.getDay()]!.slice(0, 3),
  B: (time) => MONTHS[time.getMonth()]!,
  b: (time) => MONTHS[time.getMonth()]!.slice(0, 3),
  p: (time) => time.getHours() < 12 ? "AM" : "PM",
  "%": () => "%",
};

/** The longest format, in characters. */
const LONGEST = 1000;

/**
 * A time as Python's `strftime` writes it in the C locale, in the local time zone.
 *
 * @throws {RangeError} on a directive that is none of these, and on a format that is too long
 */
export function strftime(time: Date, format: string): string {
  if (format.length > LONGEST) {
    throw new RangeError("strftime_now takes a format of at most 1,000 characters");
  }
  return format.replace(/%(-?)(.?)/gsu, (directive, bare: string, name: string) => {
    const number = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
    if (number !== undefined) {
      const [value, width] = number(time);
      return bare === "" ? String(value).padStart(width, "0") : String(value);
    }
    const word = bare === "" && Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
    if (word === undefined) throw new RangeError(`strftime_now does not know '${directive}'`);
    return word(time);
  });
}
