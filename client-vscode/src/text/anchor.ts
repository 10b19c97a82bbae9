// Where a string is while the document around it is edited. Pure.

/** The place of what is written between the quotes of a string, as offsets in the document. */
export interface Anchor {
  readonly start: number;
  readonly end: number;
}

/** One change of a document, with offsets in the document as it was before this change. */
export interface Edit {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/** The place after an edit; undefined where the edit took a quote of the string with it. */
export function moved(anchor: Anchor, edit: Edit): Anchor | undefined {
  const { start, end } = anchor;
  const [from, to] = [edit.rangeOffset, edit.rangeOffset + edit.rangeLength];
  const by = edit.text.length - edit.rangeLength;
  if (to < start) return { start: start + by, end: end + by }; // before the opening quote, or up to it
  if (from > end) return anchor; // behind the closing quote
  if (from >= start && to <= end) return { start, end: end + by };
  return undefined;
}

/** The place after the edits of one event, in the order they were given. */
export function movedBy(anchor: Anchor, edits: readonly Edit[]): Anchor | undefined {
  let at: Anchor | undefined = anchor;
  for (const edit of edits) {
    if (at === undefined) return undefined;
    at = moved(at, edit);
  }
  return at;
}

/** What is remembered of a string, to know it again when it was moved by more than edits tell. */
export interface Remembered {
  /** The line it stands on, and where on it. */
  readonly line: string;
  readonly column: number;
  /** What is written between its quotes. */
  readonly raw: string;
  /** The number of that line. */
  readonly row: number;
}

/** What stands before the string on its line, as far as it is looked at: its key, and a little more. */
const BEFORE = 24;

/** Where the string is now: on an equal line, the nearest; else where the same is written behind the same key, if that is
 * at one place alone. `lines` are those of the document.
 */
export function found(was: Remembered, lines: readonly string[]): { row: number; column: number } | undefined {
  const rows = lines.flatMap((line, row) => (line === was.line ? [row] : []));
  if (rows.length > 0) {
    const row = rows.reduce((best, other) => (Math.abs(other - was.row) < Math.abs(best - was.row) ? other : best));
    return { row, column: was.column };
  }
  const before = was.line.slice(Math.max(0, was.column - 1 - BEFORE), was.column);
  const needle = `${before}${was.raw}"`;
  const places: { row: number; column: number }[] = [];
  for (const [row, line] of lines.entries()) {
    for (let at = line.indexOf(needle); at !== -1 && places.length < 2; at = line.indexOf(needle, at + 1)) {
      places.push({ row, column: at + before.length });
    }
  }
  return places.length === 1 && was.raw !== "" ? places[0] : undefined;
}
