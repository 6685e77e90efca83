"""The likeliest plate in a recogniser's output: Viterbi search over CTC frames along GA 36's patterns."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import CharacterReading, PlateColour
from recognition.plates.grammar import ALPHABET, LONGEST, PATTERNS, SERIAL, PlatePattern

Floats = NDArray[np.float32]

_LOOKALIKES: Final = {"0": "Oo", "O": "0o", "1": "Iil"}
"""Same stroke, and the place decides which one it is: there is no I, and O is never in a serial."""
_FLOOR: Final = 1e-4
"""A symbol that no frame gives more than this makes no reading worth showing; left out, it costs no time."""
_NEVER: Final = np.float32(-1e9)
_SHOWN_ALTERNATIVES: Final = 4
_LIKELY: Final = 0.5
_CUT_OFF: Final = 2
_LOWER_ROW: Final = 5

_MASK: Final = np.array(
    [[[c in place for c in ALPHABET] for place in (*p.places, *[""] * (LONGEST - len(p.places)))] for p in PATTERNS]
)
_LENGTHS: Final = np.array([len(pattern.places) for pattern in PATTERNS])


@dataclass(frozen=True, slots=True)
class PlateText:
    """A text along one pattern, its characters, and the confidence: the weakest character, or less
    where the picture shows a character that the pattern has no place for."""

    text: str
    pattern: PlatePattern
    characters: tuple[CharacterReading, ...]
    confidence_0_1: float

    @property
    def is_promising(self) -> bool:
        """Whether enough of it was read to look closer: a cut box loses two characters, no more."""
        return sum(c.probability_0_1 > _LIKELY for c in self.characters) >= len(self.characters) - _CUT_OFF

    @property
    def alternatives(self) -> tuple[tuple[str, float], ...]:
        """Readings that differ in one character, with the confidence they would have, likeliest first."""
        probabilities = [character.probability_0_1 for character in self.characters]
        found = [
            (self.text[:i] + other + self.text[i + 1 :], min(p, *probabilities[:i], *probabilities[i + 1 :]))
            for i, character in enumerate(self.characters)
            for other, p in character.alternatives
        ]
        return tuple(sorted(found, key=lambda pair: -pair[1])[:_SHOWN_ALTERNATIVES])


@dataclass(frozen=True, slots=True, eq=False)
class _Output:
    """A recogniser's output, folded to the symbols that were seen at all."""

    symbols: Floats
    """frames × symbols"""
    gaps: Floats
    names: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Trellis:
    """Best log probabilities after each frame: in a character's run, and in the gap behind n characters."""

    in_run: Floats
    """frames × patterns × places × symbols"""
    in_gap: Floats
    """frames × patterns × (places + 1)"""


class PlateDecoder:
    """Decodes the output of one recogniser, whose `characters` start with the CTC blank."""

    def __init__(self, characters: list[str]) -> None:
        self._characters = characters
        spellings = [_spellings(symbol) for symbol in ALPHABET]
        columns = [[i for i, c in enumerate(characters) if c and c in spelling] for spelling in spellings]
        self._columns = np.concatenate([np.array(c, np.intp) for c in columns])
        self._starts = np.cumsum([0, *[len(c) for c in columns[:-1]]])
        # The dot behind the office's letter, screws and rims are no characters: they count as gaps.
        self._gap_columns = np.array([i for i, c in enumerate(characters) if not c.isalnum()], np.intp)

    def is_lower_row(self, probabilities: Floats) -> bool:
        """Whether a line reads as the five letters and digits of a two-row plate's lower row, and as nothing else."""
        likeliest = probabilities.argmax(axis=1)
        starts = np.append(True, likeliest[1:] != likeliest[:-1])
        text = [self._characters[i] for i in likeliest[starts] if self._characters[i].isalnum()]
        return len(text) == _LOWER_ROW and all(c.upper() in SERIAL for c in text)

    def decode(self, probabilities: Floats, ground: PlateColour) -> PlateText | None:
        """The likeliest plate in `probabilities` (frames × characters), or None where no pattern fits."""
        symbols: Floats = np.add.reduceat(probabilities[:, self._columns], self._starts, axis=1)
        gaps: Floats = probabilities[:, self._gap_columns].sum(axis=1)
        seen = np.flatnonzero(symbols.max(axis=0) > _FLOOR)
        mask = _MASK[:, :, seen]
        patterns = _possible(mask, ground)
        if not len(patterns) or len(symbols) < LONGEST:
            return None
        output = _Output(np.ascontiguousarray(symbols[:, seen]), gaps, [ALPHABET[i] for i in seen])
        trellis = _search(output, mask[patterns])
        return _best_text(trellis, output, patterns, mask[patterns])


def _spellings(symbol: str) -> str:
    if symbol in _LOOKALIKES:
        return symbol + _LOOKALIKES[symbol]
    return symbol + symbol.lower() if symbol.isascii() and symbol.isalpha() else symbol


def _possible(mask: NDArray[np.bool_], ground: PlateColour) -> NDArray[np.intp]:
    """Patterns that occur on this ground and for each of whose places some seen symbol is allowed."""
    filled = mask.any(axis=2).sum(axis=1) == _LENGTHS
    on_ground = np.array([ground in pattern.grounds for pattern in PATTERNS])
    return np.flatnonzero(filled & on_ground)


def _log(values: Floats) -> Floats:
    logarithms: Floats = np.log(np.maximum(values, np.float32(1e-9)))
    return logarithms


def _search(output: _Output, mask: NDArray[np.bool_]) -> _Trellis:
    """Viterbi over all patterns at once; a character repeats only across a gap, as CTC has it."""
    symbols, gaps = _log(output.symbols), _log(output.gaps)
    frames, (patterns, places, count) = len(symbols), mask.shape
    in_run = np.empty((frames, patterns, places, count), np.float32)
    in_gap = np.empty((frames, patterns, places + 1), np.float32)
    forbidden = np.where(mask, np.float32(0), _NEVER)
    run = np.full((patterns, places, count), _NEVER, np.float32)
    gap = np.full((patterns, places + 1), _NEVER, np.float32)
    gap[:, 0] = 0
    for frame in range(frames):
        enter = np.repeat(gap[:, :-1, None], count, axis=2)
        np.maximum(enter[:, 1:], _last_character(run)[:, :-1], out=enter[:, 1:])
        best = run.max(axis=2)
        run = np.maximum(run, enter) + symbols[frame] + forbidden
        np.maximum(gap[:, 1:], best, out=gap[:, 1:])
        gap = gap + gaps[frame]
        in_run[frame], in_gap[frame] = run, gap
    return _Trellis(in_run, in_gap)


def _last_character(run: Floats) -> Floats:
    """For each place and symbol, the best run of any *other* symbol at that place."""
    if run.shape[2] == 1:
        return np.full_like(run, _NEVER)
    ranked = np.partition(run, -2, axis=2)
    return np.where(run == ranked[:, :, -1:], ranked[:, :, -2:-1], ranked[:, :, -1:])


def _best_text(
    trellis: _Trellis, output: _Output, patterns: NDArray[np.intp], mask: NDArray[np.bool_]
) -> PlateText | None:
    """The best pattern's best text; None where no pattern fits into so few frames."""
    ends = _LENGTHS[patterns]
    rows = np.arange(len(patterns))
    scores = np.maximum(trellis.in_gap[-1, rows, ends], trellis.in_run[-1, rows, ends - 1].max(axis=1))
    row = int(scores.argmax())
    if scores[row] <= _NEVER / 2:
        return None
    path = _trace(trellis.in_run[:, row], trellis.in_gap[:, row], int(ends[row]))
    runs = [path[:, 0] == place for place in range(int(ends[row]))]
    characters = tuple(
        _character(output.symbols[run], int(path[run][0, 1]), output.names, allowed)
        for run, allowed in zip(runs, mask[row], strict=False)
    )
    weakest = min(character.probability_0_1 for character in characters)
    return PlateText(
        text="".join(character.text for character in characters),
        pattern=PATTERNS[patterns[row]],
        characters=characters,
        confidence_0_1=min(weakest, _explained(path, output)),
    )


def _trace(in_run: Floats, in_gap: Floats, end: int) -> NDArray[np.intp]:
    """The best path backwards: for each frame its place and symbol, or (-1, characters so far) in a gap."""
    path = np.empty((len(in_run), 2), np.intp)
    place, symbol = _better(in_run[-1], in_gap[-1], end, None)
    for frame in range(len(in_run) - 1, -1, -1):
        path[frame] = (place, symbol)
        if frame == 0:
            break
        before_run, before_gap = in_run[frame - 1], in_gap[frame - 1]
        if place < 0:
            place, symbol = _better(before_run, before_gap, symbol, None)
            continue
        entered = _better(before_run, before_gap, place, symbol)
        if _value(before_run, before_gap, entered) > before_run[place, symbol]:
            place, symbol = entered
    return path


def _better(in_run: Floats, in_gap: Floats, behind: int, other_than: int | None) -> tuple[int, int]:
    """The likelier state in which `behind` characters are complete: a gap, or the last one's run."""
    if behind == 0:
        return -1, 0
    run = in_run[behind - 1].copy()
    if other_than is not None:
        run[other_than] = _NEVER
    symbol = int(run.argmax())
    return (behind - 1, symbol) if run[symbol] > in_gap[behind] else (-1, behind)


def _value(in_run: Floats, in_gap: Floats, state: tuple[int, int]) -> float:
    place, symbol = state
    return float(in_gap[symbol] if place < 0 else in_run[place, symbol])


def _character(run: Floats, symbol: int, names: list[str], allowed: NDArray[np.bool_]) -> CharacterReading:
    """The path's symbol, and the others allowed in its place, each as sure as in its surest frame of the run."""
    probabilities = np.where(allowed, run.max(axis=0), 0)
    others = [i for i in np.argsort(-probabilities)[:3] if i != symbol and probabilities[i] > _FLOOR]
    return CharacterReading(
        text=names[symbol],
        probability_0_1=min(float(probabilities[symbol]), 1.0),
        alternatives=tuple((names[i], float(probabilities[i])) for i in others[:2]),
    )


def _explained(path: NDArray[np.intp], output: _Output) -> float:
    """The probability of the path's worst frame, between two states that of both.

    Low where the picture shows a character too many: left out as a gap, or swallowed by its twin's run.
    """
    own = _state_probability(path, output)
    for beside in (np.vstack([path[:1], path[:-1]]), np.vstack([path[1:], path[-1:]])):
        own += np.where((beside != path).any(axis=1), _state_probability(beside, output), 0)
    return float(own.min())


def _state_probability(states: NDArray[np.intp], output: _Output) -> Floats:
    """For each frame the probability of a state's symbol or gap."""
    is_gap = states[:, 0] < 0
    symbols = output.symbols[np.arange(len(states)), np.where(is_gap, 0, states[:, 1])]
    return np.where(is_gap, output.gaps, symbols)
