"""What the display at the gate says to the visitor: calm, and what to do next. The guard's words are the portals'."""

DECISIONS: dict[str, str] = {
    "admitted": "欢迎光临，请通行。",
    "resident_vehicle": "欢迎回家。",
    "visitor": "欢迎光临，请通行。",
    "leaving": "一路平安。",
    "no_plate": "请稍候，门卫正在为您办理。",
    "plate_uncertain": "请稍候，门卫正在为您办理。",
    "unknown_vehicle": "请稍候，门卫正在为您办理。",
    "visit_not_yet": "您的预约时间还没到，请稍候或联系住户。",
    "visit_over": "您的预约时间已过，请联系住户重新预约。",
    "visit_used_up": "预约次数已用完，请联系住户重新预约。",
    "visit_cancelled": "这次预约已取消，请联系住户。",
    "photo_late": "请稍候，门卫正在为您办理。",
    "picture_unusable": "请稍候，门卫正在为您办理。",
    "pass_malformed": "二维码无法识别，请出示通行证或报通行码。",
    "pass_unknown_key": "通行证无效，请联系住户重新发送。",
    "pass_forged": "通行证无效，请联系门卫。",
    "pass_wrong_site": "这张通行证不属于本小区，请核对地址。",
    "pass_wrong_gate": "请从通行证上写明的出入口进入。",
    "pass_not_yet": "您的预约时间还没到，请稍候或联系住户。",
    "pass_over": "通行证已过期，请联系住户重新预约。",
}
