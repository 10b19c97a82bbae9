// A record as a chat, as HTML. Pure. All of it is text of data: nothing gets into the page unescaped.

/** What the server tells of a record: see `finetooth/conversation`. */
export interface Conversation {
  readonly format: string;
  readonly title: string;
  readonly kind: string;
  readonly range: WireRange;
  readonly turns: readonly Turn[];
  readonly answerFrom: number;
  readonly rejected: readonly Turn[];
  readonly rejectedFrom: number;
  readonly left: number;
  readonly label: boolean | null;
  readonly media: readonly string[];
  readonly tools: readonly { readonly name: string; readonly description: string }[];
}

export interface Turn {
  readonly role: string;
  readonly written: string;
  readonly name: string | null;
  readonly trained: boolean;
  readonly refusal: boolean;
  readonly texts: readonly string[];
  readonly reasoning: readonly string[];
  readonly calls: readonly { readonly name: string; readonly id: string | null; readonly arguments: string }[];
  readonly media: readonly string[];
  readonly answers: string | null;
  readonly range: WireRange;
}

export interface WireRange {
  readonly start: WirePosition;
  readonly end: WirePosition;
}

export interface WirePosition {
  readonly line: number;
  readonly character: number;
}

/** A finding on the record, for the page. */
export interface Finding {
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly code: string;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for HTML. What no page can hold (control characters, halves of pairs) is shown by a stand-in. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, (character) => String.fromCharCode(character === "\u007f" ? 0x2421 : 0x2400 + character.charCodeAt(0)))
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** The body of the page. Turns are numbered by `data-turn`, the rejected ones as `r0`, `r1`, … */
export function conversationHtml(shown: Conversation, findings: readonly Finding[]): string {
  const facts = [
    shown.title,
    count(shown.turns.length + shown.left, "turn"),
    shown.tools.length > 0 ? count(shown.tools.length, "tool") : "",
    shown.label === null ? "" : `labelled ${shown.label ? "good" : "bad"}`,
    ...shown.media,
  ].filter((fact) => fact !== "");
  const parts = [`<p class="facts">${facts.map(escapeHtml).join(" · ")}</p>`];
  if (findings.length > 0) parts.push(`<ul class="findings">${findings.map(finding).join("")}</ul>`);
  if (shown.tools.length > 0) parts.push(tools(shown.tools));

  const preference = shown.rejected.length > 0;
  const prompt = preference ? shown.turns.slice(0, shown.answerFrom) : shown.turns;
  parts.push(...prompt.map((turn, index) => turnHtml(turn, `${index}`)));
  if (preference) {
    const chosen = shown.turns.slice(shown.answerFrom).map((turn, index) => turnHtml(turn, `${shown.answerFrom + index}`));
    const rejected = shown.rejected.slice(shown.rejectedFrom).map((turn, index) => turnHtml(turn, `r${shown.rejectedFrom + index}`));
    parts.push(
      `<div class="answers"><section class="chosen"><h2>Chosen</h2>${chosen.join("")}</section>`,
      `<section class="rejected"><h2>Rejected</h2>${rejected.join("")}</section></div>`,
    );
  }
  if (shown.left > 0) parts.push(`<p class="facts">${shown.left} more turns are not shown.</p>`);
  if (shown.turns.length === 0 && !preference) parts.push('<p class="empty">The record has no turns.</p>');
  return parts.join("\n");
}

function finding({ severity, message, code }: Finding): string {
  return `<li class="${severity}"><span class="code">${escapeHtml(code)}</span> ${escapeHtml(message)}</li>`;
}

function tools(of: Conversation["tools"]): string {
  const rows = of.map(({ name, description }) => `<dt>${escapeHtml(name || "(without a name)")}</dt><dd>${escapeHtml(description)}</dd>`);
  return `<details class="tools"><summary>${count(of.length, "tool")}</summary><dl>${rows.join("")}</dl></details>`;
}

const KNOWN = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

function turnHtml(turn: Turn, number: string): string {
  const kind = KNOWN.has(turn.role) ? turn.role : "other";
  const head = [
    `<span class="role">${escapeHtml(turn.written)}</span>`,
    turn.name === null ? "" : `<span class="name">${escapeHtml(turn.name)}</span>`,
    turn.answers === null ? "" : `<span class="id">answers ${escapeHtml(turn.answers)}</span>`,
    turn.trained ? '<span class="trained" title="The model learns to write this">learnt</span>' : "",
    turn.refusal ? '<span class="id">refusal</span>' : "",
  ];
  const body = [
    ...turn.reasoning.map((text) => `<details class="reasoning" open><summary>Reasoning</summary>${textHtml(text)}</details>`),
    ...turn.media.map((media) => `<p class="media">${escapeHtml(media)}</p>`),
    ...turn.texts.map(textHtml),
    ...turn.calls.map(
      (call) =>
        `<div class="call"><span class="name">${escapeHtml(call.name || "(without a name)")}</span>` +
        `${call.id === null ? "" : ` <span class="id">${escapeHtml(call.id)}</span>`}<pre>${escapeHtml(call.arguments)}</pre></div>`,
    ),
  ].join("");
  const empty = body === "" ? '<p class="empty">(no content)</p>' : body;
  return (
    `<article class="turn ${kind}" data-turn="${number}"><header>${head.join("")}` +
    `<span class="tools"><button type="button" data-do="show">Show</button><button type="button" data-do="edit">Edit</button></span>` +
    `</header>${empty}</article>`
  );
}

/** A text as it stands, with its fenced blocks of code set apart: by CommonMark's rules, which are those of the FEN rules. */
export function textHtml(text: string): string {
  const parts: string[] = [];
  let plain: string[] = [];
  let code: string[] = [];
  let fence: { mark: string; length: number; indent: number; info: string } | undefined;
  const flush = (): void => {
    const joined = plain.join("\n").replace(/^\n+|\s+$/g, "");
    if (joined !== "") parts.push(`<p class="text">${inline(joined)}</p>`);
    plain = [];
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    const match = /^( {0,3})(`{3,}|~{3,})[ \t]*(.*?)[ \t]*$/.exec(line);
    if (fence === undefined) {
      if (match === null || (match[2]!.startsWith("`") && match[3]!.includes("`"))) {
        plain.push(line);
        continue;
      }
      flush();
      fence = { mark: match[2]![0]!, length: match[2]!.length, indent: match[1]!.length, info: match[3]! };
    } else if (match !== null && match[3] === "" && match[2]!.startsWith(fence.mark) && match[2]!.length >= fence.length) {
      parts.push(block(fence.info, code, true));
      fence = undefined;
      code = [];
    } else {
      code.push(line.replace(new RegExp(`^ {0,${fence.indent}}`), ""));
    }
  }
  if (fence !== undefined) parts.push(block(fence.info, code, false));
  flush();
  return parts.join("");
}

function block(info: string, lines: readonly string[], closed: boolean): string {
  const language = info.split(/\s/)[0] ?? "";
  const label = language === "" ? "" : `<span class="language">${escapeHtml(language)}</span>`;
  const open = closed ? "" : '<span class="unclosed">this block is never closed</span>';
  return `<div class="code">${label}<pre><code>${escapeHtml(lines.join("\n"))}</code></pre>${open}</div>`;
}

/** Code in a line; all else stays as it is written. */
function inline(text: string): string {
  return escapeHtml(text).replace(/(?<!`)(`{1,2})(?!`)([^\n]+?)(?<!`)\1(?!`)/g, "<code>$2</code>");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
