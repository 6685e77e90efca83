"""Pages of a list that has an order of its own: what comes behind the last row seen, which is looked up anew."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, tuple_
from sqlalchemy.orm import Session

from backend.kernel.paging import Cursor, Page, PageRequest, page_of

NO_INSTANT = datetime.fromtimestamp(0, UTC)
"""A cursor's instant means nothing where rows are not ordered by time."""

T = TypeVar("T")


def page_in_order(
    session: Session,
    query: Select[Any],
    order: Sequence[SQLColumnExpression[Any]],
    request: PageRequest,
    card: Callable[..., T],
    key: Callable[[T], UUID],
) -> Page[T]:
    """`order` ends with the column whose value `key` takes from a card; none of its columns may be NULL."""
    rows = session.execute(_behind(query, order, request).order_by(*order).limit(request.limit + 1))
    return page_of([card(*row) for row in rows], request, lambda one: Cursor(NO_INSTANT, key(one)))


def _behind(query: Select[Any], order: Sequence[SQLColumnExpression[Any]], request: PageRequest) -> Select[Any]:
    if request.after is None:
        return query
    last_seen = query.with_only_columns(*order).where(order[-1] == request.after.id).limit(1)
    return query.where(tuple_(*order) > last_seen.correlate(None).scalar_subquery())
