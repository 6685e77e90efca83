"""Which routes are pages to be looked at: every GET route of the portals but those named here."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from tests.builders.furnished import TABLES, WORDS

PORTALS = ("property", "campus", "police", "pass")
NOT_PAGES = {
    "/static/<path:filename>": "file",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/version": "for machines",
    "/metrics": "for machines",
    "/assets/export.xlsx": "file",
    "/employees/export.xlsx": "file",
    "/residents/export.xlsx": "file",
    "/rooms/export.xlsx": "file",
    "/vehicles/export.xlsx": "file",
    "/imports/templates/<string:name>.xlsx": "file",
    "/media/<uuid:passage_id>": "picture",
    "/gate/calls/<uuid:call_id>/picture": "picture",
    "/evacuation/list.json": "for the page's own script",
    "/evacuation/worker.js": "file",
    "/gate/board": "fragment of /gate",
    "/gate/calls/<uuid:call_id>": "fragment of /gate",
    "/gate/passages/<uuid:passage_id>": "fragment of /gate",
    "/identity/records/<uuid:record_id>": "fragment of /identity",
    "/identity/waiting": "fragment of /identity",
    "/imports/<uuid:import_id>/progress": "fragment of /imports/<uuid:import_id>",
    "/inside/board": "fragment of /inside",
    "/review/desk": "fragment of /review",
    "/review/items/<uuid:passage_id>": "fragment of /review",
    "/review/lapsed": "fragment of /review",
    "/review/queue": "fragment of /review",
    "/walk-ins/board": "fragment of the counter and of /gate",
    "/walk-ins/strip": "fragment of the counter and of /gate",
}
"""Why each is none."""
WAYS = {"registers.search": "?q=wxm", "lists.passages": "", "matters.show": ""}
"""What a page is asked beside its address, where it shows little without."""


@dataclass(frozen=True)
class Shot:
    app: str
    rule: str
    endpoint: str
    arguments: frozenset[str]

    @property
    def name(self) -> str:
        """Of the file, without its size."""
        return f"{self.app}-{self.endpoint.replace('.', '-')}"

    @property
    def unknown(self) -> frozenset[str]:
        """Arguments for which nobody has said what living thing to show."""
        return self.arguments - TABLES.keys() - WORDS.keys() - {"link_token"}


def shots(apps: dict[str, Flask]) -> Iterator[Shot]:
    for name in PORTALS:
        for rule in sorted(apps[name].url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" in (rule.methods or ()) and rule.rule not in NOT_PAGES:
                yield Shot(name, rule.rule, rule.endpoint, frozenset(rule.arguments))
