"""What is known of a vehicle in Chinese, apart by who says so: the camera, or the picture."""

from collections.abc import Mapping

from backend.features.passages.model import BodyColour, Heading, VehicleSeen, VehicleType
from backend.infrastructure.texts import translate as _
from backend.pages.passage_cards import PassageCard
from recognition.contracts import PlateColour, PlateKind

TYPES: Mapping[VehicleType, str] = {
    VehicleType.CAR: "轿车",
    VehicleType.SUV: "SUV",
    VehicleType.MPV: "商务车",
    VehicleType.VAN: "面包车",
    VehicleType.BUS: "客车",
    VehicleType.PICKUP: "皮卡",
    VehicleType.LIGHT_TRUCK: "轻型货车",
    VehicleType.HEAVY_TRUCK: "重型货车",
    VehicleType.MOTORCYCLE: "摩托车",
    VehicleType.TRICYCLE: "三轮车",
}

BODY_COLOURS: Mapping[BodyColour, str] = {
    BodyColour.BLACK: "黑色",
    BodyColour.WHITE: "白色",
    BodyColour.GREY: "灰色",
    BodyColour.SILVER: "银色",
    BodyColour.RED: "红色",
    BodyColour.BLUE: "蓝色",
    BodyColour.YELLOW: "黄色",
    BodyColour.GREEN: "绿色",
    BodyColour.BROWN: "棕色",
    BodyColour.PINK: "粉色",
    BodyColour.PURPLE: "紫色",
    BodyColour.ORANGE: "橙色",
}

HEADINGS: Mapping[Heading, str] = {Heading.APPROACHING: "驶来", Heading.RECEDING: "驶离", Heading.STANDING: "停住"}

PLATE_COLOURS: Mapping[str, str] = {
    PlateColour.BLUE: "蓝牌",
    PlateColour.YELLOW: "黄牌",
    PlateColour.GREEN: "绿牌",
    PlateColour.WHITE: "白牌",
    PlateColour.BLACK: "黑牌",
}

PLATE_KINDS: Mapping[str, str] = {
    PlateKind.SMALL: "小型汽车",
    PlateKind.LARGE: "大型汽车",
    PlateKind.NEW_ENERGY: "新能源汽车",
    PlateKind.POLICE: "警车",
    PlateKind.LEARNER: "教练车",
    PlateKind.TRAILER: "挂车",
    PlateKind.HONG_KONG: "香港出入境",
    PlateKind.MACAU: "澳门出入境",
    PlateKind.EMBASSY: "使馆车",
    PlateKind.CONSULATE: "领馆车",
    PlateKind.EMERGENCY: "应急车",
    PlateKind.MILITARY: "军车",
    PlateKind.ARMED_POLICE: "武警车",
    PlateKind.CIVIL_AVIATION: "民航车",
    PlateKind.FOREIGN: "外籍车",
}


def seen_by_camera(seen: VehicleSeen) -> str:
    """白色 SUV 大众 驶来 12 km/h; empty where the camera said nothing."""
    words = [
        BODY_COLOURS[seen.colour] if seen.colour else "",
        TYPES[seen.type] if seen.type else "",
        seen.brand or "",
        HEADINGS[seen.heading] if seen.heading else "",
    ]
    said = [word if word == seen.brand else _(word) for word in words if word]
    return " ".join(said + ([f"{seen.speed_kmh:g} km/h"] if seen.speed_kmh is not None else []))


def seen_in_picture(card: PassageCard) -> str:
    """蓝牌 小型汽车; empty where the picture does not tell."""
    words = (PLATE_COLOURS.get(card.plate_colour or "", ""), PLATE_KINDS.get(card.plate_kind or "", ""))
    return " ".join(_(word) for word in words if word)
