"""Every page of every portal is looked at: `make screens` takes a picture of it, or it is named as none."""

from flask import Flask

from backend.cli.context import documentation_platform
from tests.screens.pages import NOT_PAGES, PORTALS, shots
from wsgi import all_web_apps


def apps() -> dict[str, Flask]:
    return all_web_apps(documentation_platform())


def test_every_page_is_in_the_walk_with_a_living_thing_to_show() -> None:
    """A new kind of id needs a line in `tests.builders.furnished.TABLES`, a fragment or file one in `NOT_PAGES`."""
    found = list(shots(apps()))
    assert len(found) > 40
    assert {shot.rule: sorted(shot.unknown) for shot in found if shot.unknown} == {}


def test_no_route_that_is_gone_is_named_as_no_page() -> None:
    known = {rule.rule for name in PORTALS for rule in apps()[name].url_map.iter_rules()}
    assert sorted(NOT_PAGES.keys() - known) == []
