"""The regular expressions of the reader, on raw bytes.

Quantifiers are possessive wherever the text may be long: no backtracking, no stack. A quantifier with a
bound looks ahead of a place that is already odd, and its bound keeps the whole reading linear.
"""

from __future__ import annotations

import re
from typing import Final

from finetooth_rules.patterns import lazy

BOM: Final = b"\xef\xbb\xbf"
_WS: Final = rb"[ \t\r\n]*+"
_X: Final = rb"[0-9a-fA-F]"
_WORD_ENDS: Final = rb"(?![\w$\x80-\xff])"

# -- JSON ------------------------------------------------------------------------------

SPACE: Final = lazy(_WS)
MEMBER: Final = lazy(_WS + rb'"([ !#-\[\]-\x7f]*+)"' + _WS + b":" + _WS)
"""A plain ASCII key and its colon."""
AFTER: Final = lazy(_WS + rb"([,}\]])")
COLON: Final = lazy(_WS + b":" + _WS)
CLEAN_STRING: Final = lazy(rb'"[ !#-\[\]-\x7f]*+"')
"""A string of ASCII without escapes: nothing can be wrong with it."""
STRING: Final = lazy(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
PLAIN_WORD: Final = lazy(rb"(?:true|false|null)" + _WORD_ENDS)
NUMBER: Final = lazy(rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+(?![\w.+\-$\x80-\xff])")

_SHORT_NUMBER: Final = (
    rb"-?(?:0(?:\.[0-9]{1,17}+)?+|[1-9][0-9]{0,7}+(?:\.[0-9]{1,9}+)?+|[1-9][0-9]{8,14}+)(?![0-9.eE])"
)
NUMBERS: Final = lazy(b"(?:" + _WS + _SHORT_NUMBER + _WS + b",)++")
"""Items of an array that are numbers too short to lose anything: token ids."""

# -- inside strings ------------------------------------------------------------------------------

SEPARATOR: Final = lazy(rb"\xe2\x80[\xa8\xa9]|\xc2\x85")
TROUBLE: Final = lazy(
    rb'(?P<control>\r\n|[\x00-\x1f])|(?P<quote>")|\\(?:'
    rb"u[dD][89abAB]" + _X + rb"{2}\\u[dD][c-fC-F]" + _X + rb"{2}"
    rb"|(?P<lone>u[dD][89a-fA-F]" + _X + rb"{2})"
    rb"|u" + _X + rb'{4}|["\\/bfnrt]|(?P<bad>))'
)
"""Everything in a string's body that is not a character standing for itself; valid escapes match without
a group."""
FOREIGN_ESCAPE: Final = lazy(
    rb"\\(?:'|x(?P<byte>" + _X + rb"{2})|U(?P<long>00(?:0" + _X + rb"|10)" + _X + rb"{4}))"
)
"""Escapes of Python and JavaScript that JSON has not."""

# -- almost JSON ------------------------------------------------------------------------------

COMMENT: Final = lazy(rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|(?://|\#)[^\r\n]*+")
ODD_SPACE: Final = lazy(
    rb"(?:[\v\f]|\xc2[\x85\xa0]|\xe2\x80[\x80-\x8f\xa8\xa9\xaf]|\xe2\x81[\x9f\xa0]|\xe3\x80\x80|\xef\xbb\xbf)++"
)
"""White space and invisible characters that are not JSON's four."""
NUMBER_LIKE: Final = lazy(rb"[+-]?\.?[0-9][\w.+\-]*+|[+-]++(?:[0-9][\w.+\-]*+)?")
CUT_OFF_VALUE: Final = lazy(
    rb"(?:t(?:ru?)?|f(?:a(?:ls?)?)?|nu?l?|[+-]|-?(?:0|[1-9][0-9]*+)(?:\.|(?:\.[0-9]++)?+[eE][+-]?))"
    + _WS
    + rb"\Z"
)
"""The beginning of a literal, at the end of the text."""
HEXADECIMAL: Final = lazy(rb"([+-]?)0[xX](" + _X + rb"{1,32})")
NON_FINITE: Final = lazy(rb"[+-]?(?:NaN|Infinity)" + _WORD_ENDS)
WORD: Final = lazy(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+")
_FOLLOWS: Final = rb"[ \t\r\n]*+(?:[:,}\])]|\Z)"
SINGLE_QUOTED: Final = lazy(rb"([uU]?')((?:\\.|(?!'" + _FOLLOWS + rb")[^\\])*+)'", re.DOTALL)
_SMART_END: Final = rb"(?:\xe2\x80[\x9c-\x9f]|\")(?=" + _FOLLOWS + rb")"
SMART_QUOTED: Final = lazy(
    rb"(\xe2\x80[\x9c-\x9f])((?:\\.|(?!" + _SMART_END + rb")[^\\])*+)(" + _SMART_END + b")", re.DOTALL
)
SMART_CLOSER: Final = lazy(rb"\xe2\x80[\x9c-\x9f](?=" + _WS + rb"[:,}\]])")
_KEY: Final = rb'"(?:[^"\\\r\n]|\\.){0,200}+"' + _WS + b":"
QUOTED_KEY: Final = lazy(_KEY)
KEY_LIKE: Final = lazy(_KEY + rb"|'[^'\\\r\n]{0,200}+'[ \t]*+:|[A-Za-z_$][\w$]{0,200}+[ \t]*+:")
BARE_KEY: Final = lazy(rb"([\w$\x80-\xff-][\w$.\x80-\xff-]*+)(?=" + _WS + b":)")
UNOPENED_KEY: Final = lazy(rb"([^\"',:{}\[\]\\\r\n]{1,200}+)\"(?=" + _WS + b":)")
UNOPENED_TEXT: Final = lazy(rb"([^\"',:{}\[\]\\\r\n]{1,200}+)\"(?=" + _WS + rb"[,}\]])")
BARE_TEXT: Final = lazy(rb"[A-Za-z_\x80-\xff][^\"',:{}\[\]()\\\r\n]{0,200}+(?=[,}\]])")
QUOTED_ITEM: Final = lazy(rb'"(?:[^"\\\r\n]|\\.)*+"' + _WS + rb"[,}\]]")
_END_OF_OBJECT: Final = rb"\}" + _WS + rb"(?:[,}\]]|\Z)"
ENDS_MEMBER: Final = lazy(b'"' + _WS + b"(?:," + _WS + _KEY + b"|" + _END_OF_OBJECT + b")")
"""A quote that ends an object's string, by what follows it."""
ENDS_ITEM: Final = lazy(b'"' + _WS + b"(?:," + _WS + rb'["{\[0-9tfn-]|\]' + _WS + rb"(?:[,}\]]|\Z))")
REOPENS: Final = lazy(_WS + b"," + _WS + b"(?=" + _KEY + b")")
"""A comma and a key, after what should have been the end."""
QUOTE: Final = lazy(rb'\\.|"', re.DOTALL)
TAIL: Final = lazy(
    rb"(?:(?P<mark>[,;])|(?P<call>\)" + _WS + rb";?)|(?P<closers>[}\]](?:[}\]]|[ \t\r\n])*+))" + _WS + rb"\Z"
)
"""What may be left after a record that is otherwise whole."""
NEXT_VALUE: Final = lazy(b",?" + _WS + rb'(?=["{\[0-9-]|(?:true|false|null)\b)')
CALL: Final = lazy(rb"(?:[\w$.]++\(|data:)[ \t]*+\Z")
