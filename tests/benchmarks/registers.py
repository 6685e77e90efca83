"""What an import of two thousand rows costs, and what one search costs among twenty thousand people."""

import time
from collections.abc import Callable

from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.paging import PageRequest
from backend.pages.register_search import search
from backend.pages.resident_list import ResidentFilter, ResidentSort, list_residents
from tests.benchmarks.figures import percentile, seconds_of, show
from tests.builders.community import build_community
from tests.builders.register_files import RESIDENT_HEADINGS, as_csv, as_workbook, name_of, resident_rows
from tests.chaos.installation import Installation
from tests.integration.registers.importing import Office

FIRST = 2_000
PEOPLE = 20_000
EACH = 4_500
SEARCHES = 40
TYPED = {
    "name": name_of(1234),
    "pinyin": "zhaowei",
    "initials": "zww",
    "room": "57-2-301",
    "plate": "B0600",
    "phone_tail": "1234",
}


def bench_registers(installation: Installation) -> None:
    office = Office.of(installation.platform, build_community(installation.platform))
    _import_first(office)
    for first in range(FIRST, PEOPLE, EACH):
        rows = resident_rows(min(EACH, PEOPLE - first), first=first)
        office.bring_in(as_csv(RESIDENT_HEADINGS, rows))
    for kind, typed in TYPED.items():
        _search(office, kind, typed)
    for sort in (ResidentSort.ALL, ResidentSort.ENDS_SOON):
        _list(office, sort)


def _import_first(office: Office) -> None:
    """The dry run and the writing, both."""
    body = as_workbook(RESIDENT_HEADINGS, resident_rows(FIRST))
    processor = time.process_time()
    show("import_2000_rows_wall", seconds_of(lambda: office.bring_in(body)), "s")
    show("import_2000_rows_processor", time.process_time() - processor, "s")


def _search(office: Office, kind: str, typed: str) -> None:
    def once() -> None:
        with unit_of_work(office.platform.database, office.actor) as work:
            found = search(work.session, office.platform.crypto, work.actor.scope, typed, local_day(work.now))
            assert not found.is_empty, kind

    _timed(f"search_{kind}", once)


def _list(office: Office, sort: ResidentSort) -> None:
    def once() -> None:
        with unit_of_work(office.platform.database, office.actor) as work:
            wanted = ResidentFilter(sort=sort)
            list_residents(work.session, work.actor.scope, wanted, PageRequest(30), local_day(work.now))

    _timed(f"list_residents_{sort.value}", once)


def _timed(name: str, once: Callable[[], None]) -> None:
    once()
    spent = [seconds_of(once) * 1000 for _ in range(SEARCHES)]
    show(f"{name}_p50", percentile(spent, 50), "ms")
    show(f"{name}_p95", percentile(spent, 95), "ms")
