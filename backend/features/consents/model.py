from dataclasses import dataclass
from datetime import datetime
from enum import Enum

VERSION = 1
"""Goes up with every change of a text: a consent to an older text is none to the new one."""


class ConsentPurpose(Enum):
    VISITOR_NOTICES = "visitor_notices"
    PASSAGE_PHOTOS = "passage_photos"


TEXTS: dict[ConsentPurpose, str] = {
    ConsentPurpose.VISITOR_NOTICES: (
        "您预约的访客到达或离开时，用短信或微信通知您。通知会包含访客姓名、出入口和时间。不同意不影响访客通行，也可以随时在小程序里查看。"
    ),
    ConsentPurpose.PASSAGE_PHOTOS: (
        "在您自己的通行记录里显示您家车辆在出入口的照片。照片可能拍到车内的人，只有您能在自己的手机上看到，保存 30 天。"
        "不同意时只显示时间和出入口，不影响通行。"
    ),
}
"""What is asked, in the words that are kept with the answer."""

USUAL: dict[ConsentPurpose, bool] = {
    ConsentPurpose.VISITOR_NOTICES: True,
    ConsentPurpose.PASSAGE_PHOTOS: False,
}
"""Where nobody has said anything: a notice is part of announcing a visitor, a picture is asked for first."""


@dataclass(frozen=True)
class Consent:
    purpose: ConsentPurpose
    text: str
    version: int
    given: bool
    """Whether it holds now."""
    at: datetime | None
    """When the resident last said so; None where they never did."""
