"""What a card's prints mean, checked against each other; the number is the authority. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from recognition.contracts import CardBack, CardField, CardFlag, CardFront, FieldStatus, Sex, Validity
from recognition.documents.ethnic_groups import ETHNIC_GROUPS
from recognition.documents.number import NumberFacts, NumberRefused, facts_of
from recognition.documents.prints import BackPrint, FrontPrint, Print

T = TypeVar("T")
_HAN: Final = r"[㐀-鿿𠀀-𲎯〇]"
_NAME: Final = re.compile(rf"{_HAN}+(·{_HAN}+)*")
_DOTS: Final = re.compile(r"[.．•・‧∙･●]")
_ADDRESS: Final = re.compile(rf"{_HAN}.{{3,}}")
_AUTHORITY: Final = re.compile(rf"{_HAN}{{2,}}局.*")
_BIRTH: Final = re.compile(r"([0-9]{4})\D{1,2}([0-9]{1,2})\D([0-9]{1,2})")
_SEXES: Final = {"男": Sex.MALE, "女": Sex.FEMALE}
_FLAGS: Final = {
    "number_malformed": CardFlag.MALFORMED,
    "number_check_digit": CardFlag.CHECK_DIGIT,
    "number_region": CardFlag.REGION,
    "number_birth": CardFlag.BIRTH,
}
_SPANS_YEARS: Final = (5, 10, 20)


@dataclass(frozen=True, slots=True)
class Judge:
    """By what day and from which probability on a field is sure."""

    today: date
    sure_at: float

    def card(self, printed: FrontPrint | BackPrint, engine: str, version: str) -> CardFront | CardBack:
        """The fields of either side, each with its status."""
        if isinstance(printed, FrontPrint):
            return self._front(printed, engine, version)
        authority = self._text(printed.authority, _AUTHORITY)
        return CardBack(authority, self._validity(printed.validity), engine, version)

    def _front(self, printed: FrontPrint, engine: str, version: str) -> CardFront:
        number, facts = self._number(printed)
        return CardFront(
            name=self._name(printed.name),
            sex=self._followed(printed.sex, _SEXES.get(printed.sex.text), facts.sex if facts else None, number),
            ethnic_group=self._ethnic_group(printed.ethnic_group),
            born_on=self._followed(printed.born_on, _birth(printed.born_on), facts.born_on if facts else None, number),
            address=self._text(printed.address, _ADDRESS),
            number=number,
            engine=engine,
            engine_version=version,
        )

    def _number(self, printed: FrontPrint) -> tuple[CardField[str], NumberFacts | None]:
        """The number, and what it says where it can be one."""
        own = printed.number
        try:
            facts = facts_of(own.text, self.today)
        except NumberRefused as refusal:
            return self._field(own, own.text or None, [_FLAGS[refusal.code]]), None
        return self._field(own, own.text, self._contradictions(printed, facts)), facts

    def _contradictions(self, printed: FrontPrint, facts: NumberFacts) -> list[CardFlag]:
        """One error in eleven gets past the check digit: the printed birth date has to agree too."""
        born_on, sex = _birth(printed.born_on), _SEXES.get(printed.sex.text)
        if born_on not in (None, facts.born_on) or sex not in (None, facts.sex):
            return [CardFlag.DISAGREES_WITH_NUMBER]
        return [CardFlag.UNCONFIRMED] if born_on is None else []

    def _followed(self, own: Print, value: T | None, by_number: T | None, number: CardField[str]) -> CardField[T]:
        """A field that the number knows too; where they differ the number's is the value, and a person looks."""
        if by_number is None:
            return self._field(own, value, [] if value is not None else [CardFlag.MALFORMED])
        if value is None:
            return CardField(by_number, own.text, number.confidence_0_1, number.status, (CardFlag.FROM_NUMBER,))
        if value != by_number:
            return self._field(own, by_number, [CardFlag.DISAGREES_WITH_NUMBER])
        # Read twice, in two places, and the same.
        return CardField(value, own.text, max(own.confidence_0_1, number.confidence_0_1), FieldStatus.SURE)

    def _name(self, own: Print) -> CardField[str]:
        """Dots between transcribed names are unified; a single character is more often half a name than a whole."""
        text = _DOTS.sub("·", own.text)
        right = _NAME.fullmatch(text) and len(text) > 1
        return self._field(own, text or None, [] if right else [CardFlag.MALFORMED])

    def _ethnic_group(self, own: Print) -> CardField[str]:
        """One of the 56; another text one character off is taken for the group it is likeliest, but never for sure."""
        text = own.text.removesuffix("族")
        if text in ETHNIC_GROUPS:
            return self._field(own, text, [])
        near = [group for group in ETHNIC_GROUPS if _one_off(group, text)]
        likely = [group for group in near if len(near) == 1 or _is_an_alternative(group, own)]
        return self._field(own, likely[0] if len(likely) == 1 else None, [CardFlag.MALFORMED])

    def _text(self, own: Print, form: "re.Pattern[str]") -> CardField[str]:
        return self._field(own, own.text or None, [] if form.fullmatch(own.text) else [CardFlag.MALFORMED])

    def _validity(self, own: Print) -> CardField[Validity]:
        validity = _validity(own.text)
        if validity is None:
            return self._field(own, None, [CardFlag.MALFORMED])
        right = validity.since <= self.today and (validity.until is None or validity_years(validity) is not None)
        return self._field(own, validity, [] if right else [CardFlag.SPAN])

    def _field(self, own: Print, value: T | None, flags: list[CardFlag]) -> CardField[T]:
        if value is None:
            return CardField(None, own.text, own.confidence_0_1, FieldStatus.MISSING, tuple(flags if own.text else ()))
        flags = [*flags, CardFlag.INCOMPLETE] if own.is_incomplete else flags
        flags = [*flags, CardFlag.UNCERTAIN] if own.confidence_0_1 < self.sure_at else flags
        status = FieldStatus.DOUBTFUL if flags else FieldStatus.SURE
        return CardField(value, own.text, own.confidence_0_1, status, tuple(flags))


def validity_years(validity: Validity) -> int | None:
    """5, 10 or 20 where the span is one of these to the day, else None; for life is None too."""
    if validity.until is None:
        return None
    years = validity.until.year - validity.since.year
    leap_day = (validity.since.month, validity.since.day) == (2, 29)
    ends = {(2, 28), (3, 1), (2, 29)} if leap_day else {(validity.since.month, validity.since.day)}
    return years if years in _SPANS_YEARS and (validity.until.month, validity.until.day) in ends else None


def validity_fits_age(born_on: date, validity: Validity) -> bool:
    """Whether the span is what the Identity Card Law, article 5, gives a person of that age on the day of issue:
    5 years under 16, 10 from 16, 20 from 26, for life from 46; under 16 a card is voluntary."""
    if validity.since < born_on:
        return False
    had_birthday = (validity.since.month, validity.since.day) >= (born_on.month, born_on.day)
    age = validity.since.year - born_on.year - (not had_birthday)
    lawful = 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else None
    return validity.until is None if lawful is None else validity_years(validity) == lawful


def is_expired(validity: Validity, today: date) -> bool:
    """Whether the last day has passed."""
    return validity.until is not None and validity.until < today


def _one_off(group: str, text: str) -> bool:
    return len(group) == len(text) > 1 and sum(one != other for one, other in zip(group, text, strict=True)) == 1


def _is_an_alternative(group: str, own: Print) -> bool:
    """Whether the reader thought of the group's characters wherever they differ from what it read."""
    pairs = zip(group, own.characters, strict=False)
    return all(one == read.text or one in dict(read.alternatives) for one, read in pairs)


def _birth(own: Print) -> date | None:
    found = _BIRTH.search(own.text)
    return _date(*found.groups()) if found else None


def _validity(text: str) -> Validity | None:
    """`2006.01.28-2026.01.28` or `2006.01.28-长期`, whatever the dots and the dash were read as."""
    digits = re.sub(r"[^0-9]", "", text)
    since = _date(digits[:4], digits[4:6], digits[6:8]) if len(digits) in (8, 16) else None
    if since is None:
        return None
    if len(digits) == 8:
        return Validity(since, None) if "长" in text or "期" in text[-2:] else None
    until = _date(digits[8:12], digits[12:14], digits[14:16])
    return Validity(since, until) if until and until > since else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
