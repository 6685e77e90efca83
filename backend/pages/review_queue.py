"""Doubtful readings that wait for a person, by site, the longest waiting first, and those that nobody took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, not_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from backend.features.accounts.tables import StaffRow
from backend.features.media.tables import MediaRow
from backend.features.passages.model import AskReason, Character, PassageState, PlateBox
from backend.features.passages.rules import REVIEWED_WITHIN, suggestions
from backend.features.passages.stored import characters_of
from backend.features.passages.tables import PassageRow, PlateReadingRow, PlateReviewRow
from backend.features.people.tables import VehicleRow
from backend.features.sites.tables import SiteRow
from backend.features.visits.model import VisitState
from backend.features.visits.rules import EARLY
from backend.features.visits.tables import VisitRow
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import SiteId
from backend.kernel.paging import Cursor, Page, PageRequest, page_of
from backend.pages.passage_cards import PassageCard, card_query, read_card, read_cards
from recognition.weights import plate_thresholds

OPTIONS = 6
"""So many number keys are enough: a guard who must read a list is faster typing."""
CROP_MARGIN = 0.6
"""Shown around the plate, in heights of the plate."""
Later = aliased(PassageRow)


class OptionOrigin(Enum):
    """Why a plate is offered."""

    AS_READ = "as_read"
    RESIDENT = "resident"
    VISITOR = "visitor"
    ALTERNATIVE = "alternative"


@dataclass(frozen=True)
class ReviewOption:
    """A plate that one key says is right. Offering it opens nothing."""

    plate: str = field(repr=False)
    origin: OptionOrigin
    score_0_1: float | None = None


@dataclass(frozen=True)
class Picture:
    """The picture in which the plate is seen best, in pixels; `version` changes with the picture."""

    version: UUID
    width: int
    height: int
    box: PlateBox | None

    @property
    def crop(self) -> tuple[int, int, int, int] | None:
        """Left, top, width and height of the plate with its surroundings; None where nobody knows its place."""
        box = self.box
        if box is None or box.right <= box.left or box.bottom <= box.top:
            return None
        edge = round((box.bottom - box.top) * CROP_MARGIN)
        left, top = max(0, box.left - edge), max(0, box.top - edge)
        return left, top, min(self.width, box.right + edge) - left, min(self.height, box.bottom + edge) - top


@dataclass(frozen=True)
class ReviewSheet:
    card: PassageCard
    characters: tuple[Character, ...] = field(repr=False)
    doubt_below_0_1: float
    """A character that is less sure than this is why a person is asked."""
    options: Sequence[ReviewOption]
    picture: Picture | None
    is_open: bool
    """Still to be decided here; else a person was faster, or the car has left."""
    settled_by: str | None = field(repr=False)

    @property
    def weakest(self) -> int:
        """Place of the least sure character."""
        return min(range(len(self.characters)), key=lambda i: self.characters[i].probability_0_1, default=0)

    @property
    def doubtful(self) -> frozenset[int]:
        """Places of the characters to look at: the unsure ones, or where only the plate as a whole is, the weakest."""
        unsure = (i for i, one in enumerate(self.characters) if one.probability_0_1 < self.doubt_below_0_1)
        return frozenset(unsure) or frozenset({self.weakest})


@dataclass(frozen=True)
class SiteChoice:
    id: SiteId
    name: str
    waiting: int


@dataclass(frozen=True)
class ReviewPage:
    choices: Sequence[SiteChoice]
    site: SiteChoice
    queue: Page[PassageCard]


def read_review_page(
    session: Session, within: Scope, site_id: UUID | None, request: PageRequest, now: datetime
) -> ReviewPage:
    """The queue of one site, or of the first within reach. Raises NotFound."""
    choices = _choices(session, within, now)
    site = next((choice for choice in choices if site_id in (None, choice.id)), None)
    if site is None:
        raise NotFound
    query = card_query().where(_here(within, site.id), _in_queue(now))
    if request.after is not None:
        query = query.where(tuple_(PassageRow.created_at, PassageRow.id) > (request.after.at, request.after.id))
    query = query.order_by(PassageRow.created_at, PassageRow.id).limit(request.limit + 1)
    return ReviewPage(choices, site, page_of(read_cards(session, query, now), request, _cursor))


def list_lapsed(
    session: Session, within: Scope, site_id: SiteId, request: PageRequest, now: datetime
) -> Page[PassageCard]:
    """What nobody took before the car had left, newest first."""
    query = card_query().where(_here(within, site_id), _doubtful(), not_(_in_queue(now)))
    if request.after is not None:
        query = query.where(tuple_(PassageRow.created_at, PassageRow.id) < (request.after.at, request.after.id))
    query = query.order_by(PassageRow.created_at.desc(), PassageRow.id.desc()).limit(request.limit + 1)
    return page_of(read_cards(session, query, now), request, _cursor)


def _cursor(card: PassageCard) -> Cursor:
    return Cursor(card.created_at, card.id)


def _here(within: Scope, site_id: SiteId) -> ColumnElement[bool]:
    return and_(PassageRow.site_id == site_id, PassageRow.site_id.in_(within.sites))


def _doubtful() -> ColumnElement[bool]:
    return and_(PassageRow.state == PassageState.WAITING.value, PassageRow.reason == AskReason.PLATE_UNCERTAIN.value)


def _in_queue(now: datetime) -> ColumnElement[bool]:
    """As `rules.awaits_review` and `rules.has_left`."""
    later_opened = (
        select(Later.id)
        .where(
            Later.device_id == PassageRow.device_id,
            Later.seen_until > PassageRow.seen_until,
            Later.occurred_at > PassageRow.seen_until,
            Later.state == PassageState.OPENED.value,
        )
        .exists()
    )
    return and_(_doubtful(), PassageRow.seen_until >= now - REVIEWED_WITHIN, not_(later_opened))


def _choices(session: Session, within: Scope, now: datetime) -> list[SiteChoice]:
    waiting = select(func.count()).where(PassageRow.site_id == SiteRow.id, _in_queue(now)).scalar_subquery()
    rows = session.execute(
        select(SiteRow.id, SiteRow.name, waiting).where(SiteRow.id.in_(within.sites)).order_by(SiteRow.name, SiteRow.id)
    )
    return [SiteChoice(SiteId(site_id), name, count) for site_id, name, count in rows]


def read_sheet(session: Session, within: Scope, passage_id: UUID, now: datetime) -> ReviewSheet:
    """One reading with all that helps to judge it. Raises NotFound."""
    card = read_card(session, within, passage_id, now)
    row = session.scalars(
        select(PassageRow).where(PassageRow.id == card.id, PassageRow.site_id.in_(within.sites))
    ).one()
    is_open = session.execute(select(PassageRow.id).where(PassageRow.id == card.id, _in_queue(now))).first() is not None
    spelled = characters_of(row.characters)
    return ReviewSheet(
        card,
        spelled or tuple(Character(letter, card.confidence_0_1 or 0.0) for letter in card.plate or ""),
        plate_thresholds().accept_at,
        _options(card, _known(session, card, now)) if is_open else (),
        _picture(session, row),
        is_open,
        None if is_open else settled_by(session, within, passage_id),
    )


def settled_by(session: Session, within: Scope, passage_id: UUID) -> str | None:
    """The name of whoever decided this passage or said what its plate is; None where nobody did."""
    said = (
        select(PlateReviewRow.decided_by)
        .where(PlateReviewRow.passage_id == passage_id)
        .order_by(PlateReviewRow.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalar(
        select(StaffRow.display_name)
        .join(PassageRow, StaffRow.id == func.coalesce(PassageRow.decided_by, said))
        .where(PassageRow.id == passage_id, PassageRow.site_id.in_(within.sites))
    )


def _known(session: Session, card: PassageCard, now: datetime) -> dict[str, OptionOrigin]:
    """Plates of this site: its residents' vehicles, and visitors who may come in now."""
    text = card.plate or ""
    nearly = (len(text) - 1, len(text) + 1)
    vehicles = select(VehicleRow.plate, literal(OptionOrigin.RESIDENT.value)).where(
        VehicleRow.site_id == card.site_id, VehicleRow.active, func.length(VehicleRow.plate).between(*nearly)
    )
    visits = select(VisitRow.plate, literal(OptionOrigin.VISITOR.value)).where(
        VisitRow.site_id == card.site_id,
        VisitRow.state == VisitState.ACTIVE.value,
        VisitRow.valid_from <= now + EARLY,
        VisitRow.valid_until > now,
        VisitRow.entries < VisitRow.max_entries,
        func.length(VisitRow.plate).between(*nearly),
    )
    found: Iterable[Any] = session.execute(union_all(visits, vehicles))
    return {plate: OptionOrigin(origin) for plate, origin in found}


def _options(card: PassageCard, known: dict[str, OptionOrigin]) -> list[ReviewOption]:
    """The reading itself first, then known plates nearby, then what else the engine held possible."""
    read = card.plate or ""
    near = [ReviewOption(plate, known[plate]) for plate in suggestions(read, known) if plate != read]
    as_read = ReviewOption(read, known.get(read, OptionOrigin.AS_READ), card.confidence_0_1)
    offered = {read, *(option.plate for option in near)}
    others = [
        ReviewOption(plate, OptionOrigin.ALTERNATIVE, score)
        for plate, score in card.alternatives
        if plate not in offered
    ]
    return [as_read, *near, *others][:OPTIONS]


def _picture(session: Session, row: PassageRow) -> Picture | None:
    found = session.execute(
        select(MediaRow.id, MediaRow.width, MediaRow.height, PlateReadingRow.box)
        .outerjoin(PlateReadingRow, and_(PlateReadingRow.media_id == MediaRow.id, PlateReadingRow.passage_id == row.id))
        .where(MediaRow.id == row.media_id, MediaRow.site_id == row.site_id)
    ).first()
    if found is None:
        return None
    media_id, width, height, box = found
    return Picture(media_id, width, height, None if box is None else PlateBox(*box))
