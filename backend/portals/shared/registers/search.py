"""One box to find residents, rooms, vehicles and staff by."""

from flask import request

from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import digest
from backend.infrastructure.http.platform import platform
from backend.kernel.clock import local_day
from backend.kernel.identity import Permission
from backend.pages import register_search
from backend.pages.register_search import Found
from backend.portals.shared.looks import HASH_BYTES, LookPurpose
from backend.portals.shared.page import page, page_work
from backend.portals.shared.registers.blueprint import registers, rendered

LONGEST = 40


@page(registers, "/registers", Permission.REGISTER_READ)
def search() -> str:
    """What was typed stays out of the log; whom it found is kept as on every list."""
    typed = request.args.get("q", "").strip()[:LONGEST]
    found = Found()
    with page_work() as work:
        if typed:
            today = local_day(work.now)
            found = register_search.search(work.session, platform().crypto, work.actor.scope, typed, today)
            hashes = [digest(subject.bytes)[:HASH_BYTES].hex() for subject in found.subjects()]
            purpose = LookPurpose.REGISTER_CHECK.value
            work.record("register.searched", Subject("register", None), purpose=purpose, subjects=hashes)
    return rendered("search.html", typed=typed, found=found)
