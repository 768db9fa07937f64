"""How names are spelled over: slips of the pen, letters of other alphabets, and back."""

from __future__ import annotations

from random import Random

from anyascii import anyascii

_DIGRAPHS = str.maketrans(
    {
        "ö": "oe",
        "ä": "ae",
        "å": "aa",
        "ü": "ue",
        "ø": "oe",
        "æ": "ae",
        "Ö": "Oe",
        "Ä": "Ae",
        "Å": "Aa",
        "Ü": "Ue",
        "Ø": "Oe",
    }
)
_TO_CYRILLIC = (
    ("shch", "щ"),
    ("yu", "ю"),
    ("ya", "я"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("y", "й"),
    *zip("abvgdeziklmnoprstufhcjqwx", "абвгдезиклмнопрстуфхкжквкс", strict=False),
)
_CYRILLIC_FORMS = {
    "ooo": "ООО",
    "llc": "ООО",
    "limited liability company": "Общество с ограниченной ответственностью",
    "ao": "АО",
    "jsc": "АО",
    "joint stock company": "Акционерное общество",
}
_ROMANISED = (
    ("ya", "ia"),
    ("ya", "ja"),
    ("yu", "iu"),
    ("kh", "h"),
    ("shch", "sch"),
    ("zh", "j"),
    ("y", "i"),
    ("ks", "x"),
    ("ts", "c"),
)
_NEAR = {
    "a": "sq",
    "e": "wr",
    "i": "uo",
    "o": "ip",
    "u": "yi",
    "n": "bm",
    "m": "n",
    "s": "ad",
    "t": "ry",
    "r": "et",
    "l": "k",
    "d": "sf",
    "c": "xv",
}


def slip(text: str, random: Random, *, digits: bool = False) -> str:
    """The text with one letter (or digit) missing, too many, swapped with the next, or another."""
    places = [i for i, c in enumerate(text) if (c.isdigit() if digits else c.isalpha()) and i]
    if len(places) < 4:
        return text
    at = random.choice(places)
    kind = random.randrange(4)
    if kind == 0 and not digits:
        return text[:at] + text[at + 1 :]
    if kind == 1 and not digits:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and at + 1 < len(text) and text[at + 1].isalnum() and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    near = (
        str((int(text[at]) + random.randrange(1, 9)) % 10)
        if digits
        else random.choice(_NEAR.get(text[at].lower(), "e"))
    )
    return text[:at] + near + text[at + 1 :]


def stripped(text: str, random: Random) -> str:
    """The text in a to z: without marks, or with two letters for one."""
    return anyascii(text.translate(_DIGRAPHS) if random.random() < 0.4 else text)


def cyrillic(name: str) -> str:
    """A romanised Russian name in its own letters, quoted, as registers write it."""
    low = name.lower()
    for form, written in sorted(_CYRILLIC_FORMS.items(), key=lambda item: -len(item[0])):
        if low.startswith(form + " "):
            return f"{written} «{_letters(low.removeprefix(form).strip()).title()}»"
    return _letters(low).title()


def _letters(text: str) -> str:
    for latin, letter in _TO_CYRILLIC:
        text = text.replace(latin, letter)
    return text


def romanised(name: str, random: Random) -> str:
    """A romanised name as another system would romanise it."""
    for one, other in random.sample(_ROMANISED, 4):
        name = name.replace(one, other)
    return name
