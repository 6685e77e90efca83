"""What changes, what is recorded, what is promised and who is told commit together or not at all."""

import pytest
from sqlalchemy import text

from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.unit_of_work import Database, Work, unit_of_work
from backend.kernel.errors import Refusal
from backend.kernel.identity import ANONYMOUS
from backend.kernel.ids import SiteId, uuid7
from tests.integration.mechanisms.jobs import AddTenant, count

TABLES = ("tenant", "audit_entry", "outbox_job", "feed")


def do_everything(work: Work) -> None:
    sites.add_tenant(work, "甲物业")
    work.later(AddTenant("乙物业"))
    work.publish("passage", SiteId(uuid7()), uuid7())


def counts(database: Database) -> list[int]:
    return [count(database, table) for table in TABLES]


def test_a_unit_of_work_commits_change_record_promise_and_news_together(database: Database) -> None:
    with unit_of_work(database, ANONYMOUS) as work:
        do_everything(work)
        assert counts(database) == [0, 0, 0, 0]
    assert counts(database) == [1, 1, 1, 1]


def test_a_refusal_leaves_neither_change_nor_record_nor_promise_nor_news(database: Database) -> None:
    with pytest.raises(Refusal), unit_of_work(database, ANONYMOUS) as work:
        do_everything(work)
        raise Refusal
    assert counts(database) == [0, 0, 0, 0]


def test_a_server_that_dies_before_commit_leaves_nothing(database: Database) -> None:
    with pytest.raises(Exception, match="terminating connection"), unit_of_work(database, ANONYMOUS) as work:
        do_everything(work)
        work.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert counts(database) == [0, 0, 0, 0]


def test_what_is_kept_survives_the_refusal_with_its_record(database: Database) -> None:
    with pytest.raises(Refusal), unit_of_work(database, ANONYMOUS) as work:
        do_everything(work)
        work.keep(lambda own: own.record("gate.refused", Subject("device", None)))
        raise Refusal
    assert counts(database) == [0, 1, 0, 0]


def test_what_is_kept_is_written_once_though_nothing_was_refused(database: Database) -> None:
    with unit_of_work(database, ANONYMOUS) as work:
        work.keep(lambda own: own.record("gate.refused", Subject("device", None)))
    assert counts(database) == [0, 1, 0, 0]
