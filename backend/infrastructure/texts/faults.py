"""What may be wrong with a cell of a file that somebody imports: what it is, and what to write instead."""

FAULTS: dict[str, str] = {
    "required": "不能为空，请填写。",
    "too_long": "太长，最多 {longest} 个字。",
    "not_text": "含有看不见的特殊字符，请重新输入。",
    "unknown_word": "请填写以下之一：{words}。",
    "not_a_date": "日期格式不对，请写成 2026-03-01。",
    "not_yes_or_no": "请填写“是”或“否”。",
    "not_a_number": "请填写 1 到 {most} 的整数。",
    "same_as_row": "与第 {other_row} 行重复，请删去一行。",
    "document_of_another_row": "证件号码与第 {other_row} 行相同，姓名却不同，请核对。",
    "document_of_another_register": "证件号码已登记在 {room} 的另一位住户名下，请核对。",
    "plate_of_row": "车牌与第 {other_row} 行另一户重复，请核对。",
    "plate_of_room": "车牌已登记在 {room}，请核对或先停用原登记。",
}
