// Two versions of one text made into one. Pure.

import { applied, difference } from "./jsonStrings";

/** The text with both changes; undefined where they are at the same place and differ. */
export function merged(before: string, mine: string, theirs: string): string | undefined {
  if (mine === theirs || theirs === before) return mine;
  if (mine === before) return theirs;
  const [one, other] = [difference(before, mine)!, difference(before, theirs)!];
  if (one.end < other.start) return applied(applied(before, other), one);
  if (other.end < one.start) return applied(applied(before, one), other);
  return undefined;
}
