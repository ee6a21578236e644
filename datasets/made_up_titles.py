"""Names for a made-up library: titles with commas, quotes, numbers and other scripts, as real ones have.

No title here is meant to be a real book's; the words are combined at random.
"""

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_QUALITIES = _words(
    "Amber Bitter Borrowed Broken Burning Clockwork Crooked Distant Drowned Early Empty Forgotten Frozen "
    "Gentle Gilded Hollow Iron Last Lesser Lost Luminous Midnight Narrow Northern Nameless Paper Patient "
    "Quiet Restless Rusted Salted Second Seventh Silent Sleeping Splendid Stolen Unwritten Velvet "
    "Wandering"
)
_THINGS = _words(
    "Almanac Archive Bell Bridge Cartographer Cathedral Compass Daughter Engine Feast Ferry Garden "
    "Glassmaker Harbour House Inheritance Island Key Lantern Letter Library Lighthouse Map Mirror "
    "Mountain Museum Notebook Orchard Orchestra Passenger Physician Promise River Shepherd Sister "
    "Staircase Stranger Tower Umbrella Winter"
)
_PLACES = _words(
    "Anvers Ballymore Cordova Dunmarrow Eastmere Fenwick Grimsholm Halvard Ilmenau Jarrow Kestrel Lund "
    "Marrakesh Nantwich Oporto Piran Quimper Ravenna Skye Tartu Ushant Valparaíso Whitby Xanthi Ystad "
    "Zadar Århus Łódź"
)
# Each script with its own first and second words, joined by a blank: enough for the one title in a hundred.
_OTHER_SCRIPTS = (
    ("صمت رحلة مدينة حديقة ظل بيت", "البحر الليل المطر الذاكرة الغريب الشتاء"),
    ("тихий последний далёкий пустой зимний забытый", "город берег сад остров поезд голос"),
    ("σιωπηλό χαμένο μακρινό τελευταίο παλιό άδειο", "νησί σπίτι καλοκαίρι γράμμα ποτάμι φως"),
    ("静かな 失われた 遠い 最後の 古い 白い", "庭 島 手紙 図書館 橋 夏"),
    ("மௌனமான தொலைந்த பழைய கடைசி நீண்ட வெள்ளை", "தோட்டம் தீவு கடிதம் பாலம் வீடு நதி"),
)
_GIVEN_NAMES = _words(
    "Ada Amara Anaïs Bruno Chidi Dagny Édouard Emre Farah Goran Hanneke Ines Ivo Jun Katya Lars Leila "
    "Mateo Mina Nadia Oisín Paloma Quentin Rosa Samir Søren Tamsin Uma Viktor Wanjiru Yusuf Zofia"
)
_FAMILY_NAMES = _words(
    "Abernathy Bakker Castellanos Dragomir Eklund Ferreira Gallagher Haddad Ishikawa Jankowski Kovačević "
    "Lindqvist Mbeki Novák Okafor Petrossian Quispe Rautio Sørensen Tremblay Ulusoy Varga Whitcombe "
    "Ximenes Yamaguchi Zielińska"
)
_HOUSES = (
    "Anvil & Sons",
    "Blue Door Press",
    "Corvid Books",
    "Driftwood, Inc.",
    "Elm Street Editions",
    "Fathom",
    "Gull & Gannet",
    "Harrow House",
    "Inkwell (Paperbacks)",
    "Juniper Press, Ltd.",
    "Kite Books",
    "Lamplight Classics",
)


def titles(rng: np.random.Generator, count: int) -> list[str]:
    """`count` different titles: mostly plain, some with commas, quotes, digits or another script."""
    combinations = len(_QUALITIES) * len(_THINGS) * len(_PLACES)
    if count > combinations:
        raise ValueError(f"{count:,} books asked for; there are names for {combinations:,}")
    shapes = rng.random(count)
    written: dict[str, None] = {}
    for number, shape in zip(rng.permutation(combinations)[:count].tolist(), shapes.tolist(), strict=True):
        written[_title(number, shape, written)] = None
    return list(written)


def author_names(rng: np.random.Generator, count: int) -> list[str]:
    """`count` different authors; when the plain names run out, initials tell them apart."""
    plain = [f"{given} {family}" for given in _GIVEN_NAMES for family in _FAMILY_NAMES]
    rounds = -(-count // len(plain))
    initials = ["", *(f" {letter}." for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    if rounds > len(initials):
        raise ValueError(f"{count:,} authors asked for; there are names for {len(plain) * len(initials):,}")
    names = [name.replace(" ", f"{initial} ", 1) for initial in initials[:rounds] for name in plain]
    return [names[place] for place in rng.permutation(len(names))[:count].tolist()]


def publisher_names(rng: np.random.Generator, count: int) -> list[str]:
    """`count` publishers by popularity, a few of them missing ("")."""
    weights = 1.0 / np.arange(1, len(_HOUSES) + 1)
    chosen = rng.choice(len(_HOUSES), size=count, p=weights / weights.sum())
    missing = rng.random(count) < 0.007
    return ["" if gone else _HOUSES[place] for place, gone in zip(chosen.tolist(), missing.tolist(), strict=True)]


def _title(number: int, shape: float, taken: dict[str, None]) -> str:
    """The title for one combination of words; `shape` in [0, 1) picks its form; if taken, the plain one."""
    rest, quality = divmod(number, len(_QUALITIES))
    place, thing = divmod(rest, len(_THINGS))
    adjective, noun, town = _QUALITIES[quality], _THINGS[thing], _PLACES[place]
    if shape < 0.010:
        first, second = _OTHER_SCRIPTS[number % len(_OTHER_SCRIPTS)]
        fancy = f"{first.split()[quality % 6]} {second.split()[thing % 6]}"
    elif shape < 0.014:
        fancy = f'"{adjective} {noun}" and Other Stories'
    elif shape < 0.016:
        fancy = str(1000 + number % 1000)
    elif shape < 0.020:
        fancy = f"the {adjective.lower()} {noun.lower()}"
    elif shape < 0.12:
        fancy = f"{adjective} {noun}, or the Road to {town}"
    elif shape < 0.30:
        fancy = f"The {adjective} {noun}"
    else:
        fancy = ""
    return fancy if fancy and fancy not in taken else f"The {adjective} {noun} of {town}"
