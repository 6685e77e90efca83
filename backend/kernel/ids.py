"""Identifiers: UUIDv7 (sortable by creation) unless creation time must not leak."""

import os
import secrets
import time
import uuid
from typing import NewType

TenantId = NewType("TenantId", uuid.UUID)
SiteId = NewType("SiteId", uuid.UUID)
BuildingId = NewType("BuildingId", uuid.UUID)
UnitId = NewType("UnitId", uuid.UUID)
ZoneId = NewType("ZoneId", uuid.UUID)
SegmentId = NewType("SegmentId", uuid.UUID)
DoorId = NewType("DoorId", uuid.UUID)
RoomId = NewType("RoomId", uuid.UUID)
GateId = NewType("GateId", uuid.UUID)
DeviceId = NewType("DeviceId", uuid.UUID)
PersonId = NewType("PersonId", uuid.UUID)
HouseholdId = NewType("HouseholdId", uuid.UUID)
VehicleId = NewType("VehicleId", uuid.UUID)
EmployeeId = NewType("EmployeeId", uuid.UUID)
AssetId = NewType("AssetId", uuid.UUID)
ImportId = NewType("ImportId", uuid.UUID)
StaffId = NewType("StaffId", uuid.UUID)
ResidentId = NewType("ResidentId", uuid.UUID)
VisitId = NewType("VisitId", uuid.UUID)
CaptureId = NewType("CaptureId", uuid.UUID)
PassageId = NewType("PassageId", uuid.UUID)
MediaId = NewType("MediaId", uuid.UUID)
JobId = NewType("JobId", uuid.UUID)
ClassId = NewType("ClassId", uuid.UUID)
ChildId = NewType("ChildId", uuid.UUID)


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return uuid.UUID(int=value | (0x7 << 76) | (0x2 << 62))


def random_token() -> str:
    """256 random bits, URL-safe: session tokens, links."""
    return secrets.token_urlsafe(32)


def random_digits(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}d}"
