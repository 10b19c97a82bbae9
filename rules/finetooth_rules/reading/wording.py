"""What is said of a spot, and of its repair."""

from __future__ import annotations

from typing import Final

from finetooth_rules.reading.spots import Cause

TEXTS: Final[dict[Cause, tuple[str, str]]] = {
    Cause.TRAILING_COMMA: (
        "trailing comma before `{}`, which JSON does not allow",
        "Remove the trailing comma",
    ),
    Cause.EXTRA_COMMA: ("comma without a value before it", "Remove the extra comma"),
    Cause.MISSING_COMMA: ("no comma before the next {}; expected `,` here", "Insert the missing comma"),
    Cause.WRONG_COMMA: ("`;` after a value, expected `,`", "Replace `;` by `,`"),
    Cause.MISSING_COLON: ("no colon after a key; expected `:` here", "Insert the missing colon"),
    Cause.WRONG_COLON: ("`{}` after a key, expected `:`", "Replace it by `:`"),
    Cause.MISSING_CLOSER: ("closing bracket too early; expected `{}` before it", "Insert `{}`"),
    Cause.WRONG_CLOSER: ("closing bracket {}", "Replace the bracket"),
    Cause.STRAY_CLOSER: ("`{}` closes nothing; one bracket too many", "Remove the bracket"),
    Cause.UNCLOSED: ("no `]` before the next key of the object; expected here", "Insert `]`"),
    Cause.MISSING_OPENER: ("{} opening `{{` is missing before this key", "Insert `{{`"),
    Cause.MISSING_QUOTE: ("the {} quote of a string is missing here", "Insert the quote"),
    Cause.INNER_QUOTE: (
        r"unescaped quote inside a string, expected `\"`",
        "Escape the quotes inside the string",
    ),
    Cause.CUT_OFF: (
        "the record is cut off: it ends before its brackets are closed",
        "Close the open brackets",
    ),
    Cause.MARK_AFTER: ("`{}` after the record, expected the end of the line", "Remove `{}`"),
    Cause.TEXT_BEFORE: ("text before the record, expected `{{`", "Remove what is not JSON"),
    Cause.TEXT_AFTER: ("text after the record, expected the end of the line", "Remove the text"),
    Cause.SINGLE_QUOTES: ("single quotes around a string, expected double quotes", "Write as JSON"),
    Cause.PYTHON_WORD: ("Python's {}", "Write as JSON"),
    Cause.UNQUOTED_KEY: ("key without quotes, expected double quotes around it", "Quote the keys"),
    Cause.UNQUOTED_TEXT: ("text without quotes, expected a JSON value", "Quote the text"),
    Cause.SMART_QUOTES: ('typographic quotes around a string, expected `"`', "Replace by straight quotes"),
    Cause.COMMENT: ("comment, which JSON does not allow", "Remove the comments"),
    Cause.ODD_SPACE: ("white space that JSON does not know, expected a plain space", "Replace by spaces"),
    Cause.NO_SUCH_WORD: ("{}", "Write as JSON"),
    Cause.INVALID_ESCAPE: (
        r"invalid escape `{}` in a string; a backslash is written `\\`",
        "Repair the escapes",
    ),
    Cause.NUMBER_FORM: ("{}, which JSON does not allow", "Write the numbers as JSON does"),
    Cause.LEADING_ZERO: ("{}, which JSON does not allow; is it text?", "Remove the leading zeros"),
    Cause.UNTERMINATED: ("this string is not closed before the record ends; expected `{}`", ""),
    Cause.OPEN_COMMENT: ("comment that swallows the rest of the record; JSON allows none", ""),
    Cause.MISSING_VALUE: ("no value here, expected one after the colon", ""),
    Cause.KEY_WITHOUT_VALUE: ("key without a colon and a value", ""),
    Cause.EXPECTED_KEY: ("expected a key in double quotes", ""),
    Cause.OBJECT_FOR_KEY: ("object where a key should be; is the opening `[` of a list missing?", ""),
    Cause.EXPECTED_VALUE: ("expected a JSON value", ""),
    Cause.EXPECTED_COMMA: ("expected `,` or `{}` after the value", ""),
    Cause.MISQUOTED: ("expected `,` or `{}` after a string; a quote in it is missing or not escaped", ""),
    Cause.EXPECTED_COLON: ("expected `:` after the key", ""),
    Cause.BAD_NUMBER: ("not a number as JSON writes it", ""),
    Cause.TOO_DEEP: ("nested too deep, expected at most {} levels (`max-depth`)", ""),
    Cause.INVALID_UTF8: ("byte {} is not UTF-8", ""),
    Cause.SEVERAL_VALUES: (
        "another value on the line, expected one record per line",
        "Put each on its own line",
    ),
    Cause.DUPLICATE_KEY: ("key `{}` again in the same object; this one wins, the earlier is lost", ""),
    Cause.NON_FINITE: ("`{}` is not a JSON number", ""),
    Cause.INFINITE: ("number beyond the largest double (1.8e308), read as infinity", ""),
    Cause.LONE_SURROGATE: ("`{}` is half a surrogate pair, no character", "Replace by U+FFFD"),
    Cause.CONTROL: ("control character in a string, expected `{}`", "Escape the control characters"),
    Cause.LINE_SEPARATOR: ("raw {} in a string; some tools end a line there", "Escape the line separators"),
    Cause.BEYOND_64_BITS: ("integer beyond 64 bits, read as a rounded float", ""),
    Cause.BEYOND_DOUBLE: ("integer beyond 2^53, rounded by readers that know only doubles", ""),
    Cause.DIGITS: ("more digits than a double holds; the value changes when read", ""),
}
"""The message, and the title of the fix. `{}` is the spot's detail."""
