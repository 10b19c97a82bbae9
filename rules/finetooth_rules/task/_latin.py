"""Which of some languages in Latin script a text is in, by its commonest words: a quick look that most texts
need no more than, and a strict one for those that seem to be in another language than they should be.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from finetooth_rules.patterns import lazy

_GLANCE: Final = 240
_SHORT: Final = 24
_LOOKED_AT: Final = 1_000
_LEAST: Final = 4
"""Different words of a language that a text must have to be plainly in it."""
_SPACES: Final = lazy(r"[^\w'’]+")


class Language(NamedTuple):
    """`code` by ISO 639-1; `words` are common in it, and are no words of the others."""

    name: str
    code: str
    words: tuple[str, ...]


def _language(name: str, code: str, words: str) -> Language:
    return Language(name, code, tuple(words.split()))


LANGUAGES: Final = (
    _language(
        "English", "en", "the and that with this from which they have your can these their would about"
    ),
    _language("German", "de", "und nicht ist eine auf für werden sich auch oder durch einen wird dem sind"),
    _language("French", "fr", "les est dans une pour avec qui sont cette vous par ses aux peut leur"),
    _language(
        "Spanish", "es", "los las más pero también está sus porque cuando puede muy hay tiene entre desde"
    ),
    _language("Portuguese", "pt", "não uma são também você dos pela pelo isso ser muito ou seu pode das"),
    _language(
        "Italian", "it", "che della sono gli più anche nel delle degli essere questo dalla può come alla"
    ),
    _language("Dutch", "nl", "het een van niet voor zijn wordt ook maar deze naar dat bij worden"),
    _language("Polish", "pl", "nie się jest oraz przez dla są który które jak może tym jego tylko być"),
    _language("Swedish", "sv", "och att är för inte som av ett kan till från eller genom har också"),
    _language("Turkish", "tr", "ve bir için ile olarak çok daha gibi olan bu kadar sonra değil ancak"),
    _language("Indonesian", "id", "yang dan dengan untuk adalah dari pada tidak dapat ini oleh atau akan"),
    _language("Vietnamese", "vi", "và của không là được những cho các một trong có với người khi"),
)
_BY_NAME: Final = {language.name: language for language in LANGUAGES}
NAMES: Final = frozenset(_BY_NAME)
_FIRST: Final = {language.name: language.words[:3] for language in LANGUAGES}
_SOON: Final = {name: tuple(f" {word} " for word in words) for name, words in _FIRST.items()}
_SOONEST: Final = {word: number for number, words in enumerate(_FIRST.values()) for word in words}
_ANY: Final = frozenset(_SOONEST)


def glance(text: str, likely: str = "") -> str:
    """The first language of which a common word stands soon in a text, the `likely` one before all others;
    empty where there is none.
    """
    text = text[:_GLANCE]
    for word in _SOON[likely or "English"]:
        if word in text:
            return likely or "English"
    if len(text) < _SHORT:
        return ""
    # What has no space before it or behind it is no word that stands there whole.
    found = _ANY.intersection(text.split(" ")[1:-1])
    return LANGUAGES[min(_SOONEST[word] for word in found)].name if found else ""


def plainly(text: str, name: str) -> bool:
    """Whether a text has several common words of a language."""
    return len(_words(text).intersection(_BY_NAME[name].words)) >= _LEAST


def speaks(text: str, name: str) -> bool:
    """Whether a text has any common word of a language."""
    return not _words(text).isdisjoint(_BY_NAME[name].words)


def _words(text: str) -> set[str]:
    return set(_SPACES.split(text[:_LOOKED_AT].lower()))


def code_of(name: str) -> str:
    """Its code by ISO 639-1."""
    return _BY_NAME[name].code
