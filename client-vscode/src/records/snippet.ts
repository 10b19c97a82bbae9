// A new record like one that is there, as a snippet. Pure: what a format looks like is taken from the file itself.

/** Keys whose strings say what a thing is, and not what was said. */
const KINDS = new Set(["role", "from", "type", "name", "id", "tool_call_id", "format", "language", "lang", "category", "source"]);
/** Keys whose value is kept as it is: the same in every record of a file. */
const KEPT = new Set(["tools", "functions", "response_format", "parallel_tool_calls", "chat_template_kwargs"]);
const SYSTEM = new Set(["system", "developer"]);
const MOST_ELEMENTS = 4;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A snippet in the shape of `record`: texts are places to fill in, one turn of each speaker, all on one line, with spaces
 * behind commas and colons or not.
 */
export function snippetLike(record: Json, spaced = true): string {
  const [comma, colon] = spaced ? [", ", ": "] : [",", ":"];
  let stop = 0;
  const place = (preset: string): string => `\${${++stop}:${preset.replace(/[\\$}]/g, "\\$&")}}`;

  const write = (value: Json, key: string, kept: boolean): string => {
    if (typeof value === "string") {
      return kept || KINDS.has(key) ? plain(JSON.stringify(value)) : `"${place(key === "" ? "text" : key)}"`;
    }
    if (value === null || typeof value !== "object") return plain(JSON.stringify(value));
    if (Array.isArray(value)) {
      const elements = kept ? value : shortened(value);
      return `[${elements.map((element) => write(element, key, kept)).join(comma)}]`;
    }
    const system = typeof value["role"] === "string" && SYSTEM.has(value["role"]);
    const parts = Object.entries(value).map(([name, inner]) => {
      const written = plain(JSON.stringify(name));
      if (system && name === "content" && typeof inner === "string") {
        return `${written}${colon}"${place(JSON.stringify(inner).slice(1, -1))}"`; // usually the same in all records
      }
      return `${written}${colon}${write(inner, name, kept || KEPT.has(name))}`;
    });
    return `{${parts.join(comma)}}`;
  };
  return write(record, "", false);
}

/** Of turns the first of each speaker, none with calls of tools; of other lists the first few elements. */
function shortened(list: readonly Json[]): Json[] {
  const speakers = list.map((item) => speaker(item));
  if (!speakers.some((name) => name !== undefined)) return list.slice(0, MOST_ELEMENTS);
  const seen = new Set<string>();
  return list.filter((item, index) => {
    const name = speakers[index];
    if (name === undefined || name === "tool" || name === "function" || seen.has(name)) return false;
    if (typeof item === "object" && item !== null && "tool_calls" in item) return false;
    seen.add(name);
    return true;
  });
}

function speaker(item: Json): string | undefined {
  if (item === null || typeof item !== "object" || Array.isArray(item)) return undefined;
  const name = item["role"] ?? item["from"];
  return typeof name === "string" ? name : undefined;
}

/** Text of a snippet that is no place to fill in. */
function plain(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}

/** What a first record may look like, for a file that has none. */
export const FIRST_RECORDS: readonly { readonly label: string; readonly detail: string; readonly record: Json }[] = [
  {
    label: "Chat",
    detail: "messages: OpenAI, TRL, Axolotl, Together, Fireworks, Mistral and most others",
    record: {
      messages: [
        { role: "system", content: "You are a helpful assistant." },
        { role: "user", content: "" },
        { role: "assistant", content: "" },
      ],
    },
  },
  { label: "Prompt and completion", detail: "prompt, completion", record: { prompt: "", completion: "" } },
  { label: "Preference", detail: "prompt, chosen, rejected: DPO and the like", record: { prompt: "", chosen: "", rejected: "" } },
  { label: "Instruction", detail: "instruction, input, output: Alpaca", record: { instruction: "", input: "", output: "" } },
  { label: "Plain text", detail: "text: continued pretraining", record: { text: "" } },
];
