// Which documents hold the settings of a training run. Pure: judged by name and text.

import type { DocumentFilter } from "./settings";

/** Longer ones are no settings, and are not looked through. */
const LONGEST = 128 * 1024;

const MARKS: readonly (readonly [name: RegExp, mark: RegExp])[] = [
  [/\.ya?ml$/i, /^(?:base_model|model_name_or_path|model_id_or_path)[ \t]*:/m],
  [/\.json$/i, /"(?:training_files?|baseModel(?:Identifier)?|model_name_or_path)"\s*:/],
  [/^\.?finetooth\.toml$/i, /^[ \t]*(?:\[[ \t]*training[ \t]*\]|training[ \t]*[.=])/m],
  [/^pyproject\.toml$/i, /^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*finetooth[ \t]*\.[ \t]*training[ \t]*\]/m],
];

/** Documents that may hold settings by their names. Almost all of them do not: see `holdsSettings`. */
export function settingsSelector(): DocumentFilter[] {
  return [{ scheme: "file", pattern: "**/{*.yml,*.yaml,*.json,finetooth.toml,.finetooth.toml,pyproject.toml}" }];
}

/**
 * Whether a document may hold the settings of a run. What a trainer's files have in common is told by one word; whether
 * it is one, the server says. All other YAML, JSON and TOML is never sent to it.
 */
export function holdsSettings(fileName: string, length: number, read: () => string): boolean {
  const name = fileName.slice(Math.max(fileName.lastIndexOf("/"), fileName.lastIndexOf("\\")) + 1);
  const found = MARKS.find(([pattern]) => pattern.test(name));
  return found !== undefined && length <= LONGEST && found[1].test(read());
}
