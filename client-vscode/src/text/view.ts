// A string's text as an editor shows it, and back. Pure.
//
// An editor has one kind of line ending a document, no byte-order mark, no half of a surrogate pair, no NUL, and would
// ask to remove line separators. What it cannot hold is shown by a stand-in, and comes back unharmed: only what was
// changed in the editor is changed in the text.

import { applied, difference } from "./jsonStrings";

/** A text as it is shown, and for each code unit of that, and its end, the place in the text that it stands for. */
interface View {
  readonly shown: string;
  readonly at: Uint32Array;
}

const SPECIAL = /^\ufeff|\r\n|\r|[\u0000\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function standIn(special: string): string {
  switch (special) {
    case "\ufeff":
      return "";
    case "\r":
    case "\r\n":
      return "\n";
    case "\u0000":
      return "\u2400"; // the picture of NUL
    case "\u2028":
    case "\u2029":
      return "\u2424"; // the picture of a new line
    default:
      return "\ufffd";
  }
}

function view(text: string): View {
  let shown = "";
  const at: number[] = [];
  let from = 0;
  const take = (to: number): void => {
    for (let place = from; place < to; place++) at.push(place);
    shown += text.slice(from, to);
  };
  for (const match of text.matchAll(SPECIAL)) {
    take(match.index);
    const stand = standIn(match[0]);
    if (stand !== "") at.push(match.index);
    shown += stand;
    from = match.index + match[0].length;
  }
  take(text.length);
  at.push(text.length);
  return { shown, at: Uint32Array.from(at) };
}

/** The text as it is shown, with `\n` for every line ending. */
export function shown(text: string): string {
  return view(text).shown;
}

/** What the text becomes when what is shown of it was edited to `edited` (with any line endings). */
export function edited(text: string, edited: string): string {
  const before = view(text);
  const after = edited.replace(/\r\n?/g, "\n");
  const change = difference(before.shown, after);
  if (change === undefined) return text;
  return applied(text, {
    start: before.at[change.start]!, // a mark at the start is not shown, so no change begins before its end
    end: before.at[change.end]!,
    text: change.text.replaceAll("\n", lineEnding(text)),
  });
}

/** The line ending that new lines get: the text's, where it has one kind. */
function lineEnding(text: string): string {
  const endings = new Set(text.match(/\r\n|\r|\n/g));
  return endings.size === 1 ? [...endings][0]! : "\n";
}
