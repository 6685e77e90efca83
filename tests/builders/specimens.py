"""Photos of specimen cards with their truth, as `python -m tests.builders.specimens FOLDER N` writes them.

`truth.json` is what `python -m recognition.evaluation.documents FOLDER` compares with.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.builders.cards import Card, a_card, back_of, front_of
from tests.builders.shots import Shot, photo_of, random_shot

_CONDITIONS: Final[dict[str, Callable[[Shot], bool]]] = {
    "quarter turn": lambda shot: shot.quarter_turns > 0,
    "turned > 8 deg": lambda shot: abs(shot.turn_degrees) > 8,
    "perspective > 2 %": lambda shot: shot.tilt > 0.02,
    "small (< 700 px)": lambda shot: shot.width_px < 700,
    "blurred (> 1 px)": lambda shot: shot.blur_px > 1,
    "noisy (sigma > 5)": lambda shot: shot.noise > 5,
    "shadow": lambda shot: shot.shadow > 0,
    "JPEG < 60": lambda shot: shot.jpeg_quality < 60,
}


def front_fields(card: Card) -> dict[str, str | None]:
    """What the reader should give for the front, as JSON has it."""
    return {
        "name": card.name,
        "sex": "male" if card.sex == "男" else "female",
        "ethnic_group": card.ethnic_group,
        "born_on": card.born_on.isoformat(),
        "address": card.address,
        "number": card.number,
    }


def back_fields(card: Card) -> dict[str, str | None]:
    """What the reader should give for the back; `until` null is for life."""
    return {
        "authority": card.authority,
        "since": card.valid_from.isoformat(),
        "until": card.valid_until.isoformat() if card.valid_until else None,
    }


def write_specimens(folder: Path, count: int, *, first_seed: int = 0) -> None:
    """Both sides of `count` cards, each in a photo of its own, and their truth."""
    truth: list[dict[str, Any]] = []
    for seed in range(first_seed, first_seed + count):
        card = a_card(seed)
        for side, picture, fields in (
            ("front", front_of(card), front_fields(card)),
            ("back", back_of(card), back_fields(card)),
        ):
            shot = random_shot(2 * seed + (side == "front"))
            name = f"{seed:04d}-{side}.jpg"
            (folder / name).write_bytes(photo_of(picture, shot))
            conditions = [name for name, holds in _CONDITIONS.items() if holds(shot)]
            truth.append({"card": seed, "side": side, "file": name, "fields": fields, "conditions": conditions})
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), "utf-8")


def main() -> None:
    """Writes into an existing folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.builders.specimens", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--first-seed", type=int, default=0)
    arguments = parser.parse_args()
    write_specimens(arguments.folder, arguments.count, first_seed=arguments.first_seed)


if __name__ == "__main__":
    main()
