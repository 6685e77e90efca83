from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.features.media.model import Media
from backend.features.passages.model import ReviewedReading

CONSENT_TEXT = (
    "开启后，值班人员核对过的车牌可以导出，用于改进车牌识别。导出内容只有车牌小图、正确的车牌号、识别引擎及版本、"
    "把握程度和月份；不含整张照片、人像、姓名、房号和具体时间。只包含开启之后拍到、且照片仍在保存期内的车牌。"
    "可以随时关闭，关闭后不再导出。每次开启、关闭和导出都记入审计。"
)
"""What whoever decides is shown; kept with the decision."""


@dataclass(frozen=True)
class Consent:
    """The newest decision of a site; none at all means no."""

    given: bool
    text: str
    decided_by: UUID | None
    at: datetime


@dataclass(frozen=True)
class Sample:
    """A plate that a person has read, and the picture that it is to be cut out of."""

    reading: ReviewedReading
    picture: Media


@dataclass(frozen=True)
class Written:
    """How many plates an archive holds, and how many were left out: their picture is gone or shows no plate alone."""

    plates: int
    left_out: int
