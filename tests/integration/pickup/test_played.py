"""Random days through the gate's API and the teacher's verbs. `PICKUP_SEQUENCES=300` plays more of them."""

import os

from backend.infrastructure.http.platform import Platform
from tests.integration.pickup.kindergarten import build_kindergarten
from tests.integration.pickup.played import play

SEQUENCES = int(os.environ.get("PICKUP_SEQUENCES", "5"))


def test_the_product_and_the_oracle_agree_through_random_days(platform: Platform) -> None:
    released = refused = 0
    for seed in range(SEQUENCES):
        world = play(seed, build_kindergarten(platform, f"第{seed}幼儿园"), events=24)
        released, refused = released + world.released, refused + world.refused
    assert released > 0
    assert refused > SEQUENCES
