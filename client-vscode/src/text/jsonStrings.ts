// Strings of JSON as they are written: found on a line, read, and rewritten so that what does not change keeps its
// spelling. Pure.
//
// A JSON string never runs over the end of a line, so a line alone says where its strings are, also where the record
// around them is broken, or stands over several lines. Offsets are those of JavaScript: UTF-16 code units.

/** A string on a line. `start` and `end` are those of what is written between the quotes. */
export interface JsonString {
  readonly start: number;
  readonly end: number;
  /** Whether it is a key: a colon follows. */
  readonly isKey: boolean;
}

/** The text of a string, and for each of its code units, and its end, where it is written. */
export interface Decoded {
  readonly text: string;
  readonly at: Uint32Array;
}

/** The string that `offset` is in or at a quote of; undefined elsewhere, and where its closing quote is missing. */
export function stringAt(line: string, offset: number): JsonString | undefined {
  for (const string of stringsOf(line)) {
    if (string.start - 1 > offset) return undefined;
    if (offset <= string.end + 1) return string;
  }
  return undefined;
}

/** The strings of a line, in order. */
export function* stringsOf(line: string): Generator<JsonString> {
  let at = line.indexOf('"');
  while (at !== -1) {
    const start = at + 1;
    const end = closingQuote(line, start);
    if (end === -1) return;
    let next = end + 1;
    while (line[next] === " " || line[next] === "\t") next++;
    yield { start, end, isKey: line[next] === ":" };
    at = line.indexOf('"', end + 1);
  }
}

/** Where the string that is written from `start` on ends: the place of its closing quote, -1 where there is none. */
function closingQuote(line: string, start: number): number {
  for (let at = start; at < line.length; at++) {
    const unit = line[at];
    if (unit === '"') return at;
    if (unit === "\\") at++;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/" };

/** What is written between two quotes, read; undefined where JSON does not allow it (an unknown escape, a raw quote). */
export function decode(raw: string): Decoded | undefined {
  const at = new Uint32Array(raw.length + 1);
  let text = "";
  let from = 0; // what was read and not yet added to the text
  let units = 0;
  for (let place = 0; place < raw.length; place++) {
    const unit = raw.charCodeAt(place);
    at[units++] = place;
    if (unit !== 0x5c) {
      if (unit < 0x20 || unit === 0x22) return undefined;
      continue;
    }
    text += raw.slice(from, place);
    const letter = raw[place + 1] ?? "";
    if (letter === "u") {
      const digits = raw.slice(place + 2, place + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) return undefined;
      text += String.fromCharCode(Number.parseInt(digits, 16));
      place += 5;
    } else {
      const meant = ESCAPES[letter];
      if (meant === undefined) return undefined;
      text += meant;
      place += 1;
    }
    from = place + 1;
  }
  text += raw.slice(from);
  at[units] = raw.length;
  return { text, at: at.subarray(0, units + 1) };
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
// Always written as escapes: what JSON forbids raw; halves of surrogate pairs, which no file can hold; and the line
// separators, at which many readers of JSON Lines break a line.
const MUST = /["\\\u0000-\u001f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** A text as it is written between quotes; with `ascii` in ASCII alone. */
export function encode(text: string, ascii = false): string {
  const escaped = text.replace(MUST, (unit) => SHORT[unit] ?? unicodeEscape(unit));
  return ascii ? escaped.replace(BEYOND_ASCII, unicodeEscape) : escaped;
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Whether a line is written in ASCII alone though it says more, as Python's `json.dumps` does. */
export function isAsciiStyle(line: string): boolean {
  return /^[\u0000-\u007f]*$/.test(line) && /\\u(?!00[01])[0-9a-fA-F]{4}/.test(line);
}

/** A replacement of some code units by others. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What makes `after` of `before`: the part between what both begin and end with. No surrogate pair is cut. */
export function difference(before: string, after: string): Change | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) start--;
  let same = 0;
  while (same < shorter - start && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same++;
  if (same > 0 && isLow(before.charCodeAt(before.length - same))) same--;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The change of what is written that makes it say `text`; all else keeps its spelling. Undefined: it says so already. */
export function rewrite(raw: string, text: string, ascii = false): Change | undefined {
  const decoded = decode(raw);
  if (decoded === undefined) return { start: 0, end: raw.length, text: encode(text, ascii) };
  const change = difference(decoded.text, text);
  if (change === undefined) return undefined;
  return { start: decoded.at[change.start]!, end: decoded.at[change.end]!, text: encode(change.text, ascii) };
}

/** A text with a change carried out. */
export function applied(text: string, change: Change): string {
  return text.slice(0, change.start) + change.text + text.slice(change.end);
}
