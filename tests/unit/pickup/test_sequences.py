"""Random days at the kindergarten: the rules and the oracle must never part, and a child goes only where both agree."""

from tests.unit.pickup.world import play

SEQUENCES = 2_000


def test_rules_and_oracle_agree_through_random_days() -> None:
    released = refused = 0
    for seed in range(SEQUENCES):
        world = play(seed)
        released, refused = released + world.released, refused + world.refused
    assert released > SEQUENCES / 20
    assert refused > SEQUENCES
