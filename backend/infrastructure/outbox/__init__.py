"""Promises of work, kept by the database: Redis carries hints only.

`promise` is written in the business transaction; `leases` claims, renews and settles; `reconcile` repairs.
"""

from backend.infrastructure.outbox.promise import promise

__all__ = ["promise"]
