"""The site's own province, where a picture cannot tell two provinces apart."""

from dataclasses import replace
from typing import Final

from recognition.plates.ctc import PlateText
from recognition.plates.grammar import PROVINCES

TIE_WITHIN: Final = 0.1
"""Two provinces whose probabilities differ by no more are as likely: a guard would say the same of the picture."""


def prefer_home(text: PlateText, home_province: str | None) -> PlateText:
    """The same text with the home province first, if the picture says as much for it as for the one read.

    Nothing else changes: neither a surely read province, nor any other character, nor upwards the confidence.
    """
    read = text.characters[0]
    if home_province is None or read.text == home_province or read.text not in PROVINCES:
        return text
    probability = dict(read.alternatives).get(home_province)
    if probability is None or read.probability_0_1 - probability > TIE_WITHIN:
        return text
    others = tuple(pair for pair in read.alternatives if pair[0] != home_province)
    home = replace(
        read,
        text=home_province,
        probability_0_1=probability,
        alternatives=((read.text, read.probability_0_1), *others),
    )
    return replace(
        text,
        text=home_province + text.text[1:],
        characters=(home, *text.characters[1:]),
        confidence_0_1=min(text.confidence_0_1, probability),
    )
