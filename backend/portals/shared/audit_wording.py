"""The audit log's codes in Chinese. A code that is not listed is shown as it is: nothing may be missing from a log."""

from collections.abc import Mapping

from backend.infrastructure.texts import translate as _

ACTOR_KINDS: Mapping[str, str] = {
    "staff": "工作人员",
    "resident": "住户",
    "device": "设备",
    "visitor": "访客",
    "system": "系统",
    "anonymous": "未登录者",
}

ACTIONS: Mapping[str, str] = {
    "asset.added": "登记设施设备",
    "asset.changed": "修改设施设备",
    "asset.checked": "记录设施检查",
    "asset.listed": "查看设施设备",
    "audit.listed": "查看审计记录",
    "binding.approved": "通过住户绑定",
    "binding.ended": "解除住户绑定",
    "binding.listed": "查看住户绑定",
    "binding.not_on_file": "绑定申请不符",
    "binding.refused": "拒绝住户绑定",
    "binding.requested": "申请住户绑定",
    "device.enrolled": "登记设备",
    "device.event_changed": "设备重发了不同内容",
    "device.window_set": "设置合并时间",
    "device.revoked": "停用设备",
    "boundary_segment.added": "登记周界",
    "door.added": "登记门",
    "employee.added": "登记员工",
    "employee.certificate_added": "登记员工证书",
    "employee.changed": "修改员工登记",
    "employee.exported": "导出员工",
    "employee.listed": "查看员工",
    "employee.looked": "查看员工档案",
    "employee.looked_in_clear": "查看员工完整号码",
    "employee.trained": "登记员工培训",
    "employee.vetted": "登记背景审查",
    "gate.looked": "查看岗亭页面",
    "household.added": "新建家庭",
    "household.member_added": "添加家庭成员",
    "household.listed": "查看房屋",
    "household.member_changed": "修改居住登记",
    "household.member_left": "家庭成员离开",
    "notice.sent": "发送通知",
    "passage.listed": "查看通行记录",
    "passage.looked": "查看通行照片",
    "passage.opened": "放行",
    "passage.plate_confirmed": "确认车牌",
    "passage.plate_corrected": "更正车牌",
    "passage.reason_given": "补填开闸原因",
    "passage.turned_away": "不放行",
    "import.applied": "导入登记",
    "import.requested": "上传导入文件",
    "person.added": "登记人员",
    "person.changed": "修改人员登记",
    "person.exported": "导出住户",
    "person.listed": "查看住户",
    "person.looked": "查看住户档案",
    "person.looked_in_clear": "查看住户完整号码",
    "register.searched": "搜索登记",
    "resident.logged_in": "住户登录",
    "resident.logged_out": "住户退出",
    "resident.phone_shared": "住户提供手机号",
    "site.looked": "查看车牌核对",
    "site.added": "新建小区或校园",
    "staff.created": "新建账号",
    "staff.disabled": "停用账号",
    "staff.logged_in": "登录",
    "staff.logged_out": "退出登录",
    "staff.login_failed": "登录失败",
    "staff.password_changed": "修改密码",
    "staff.password_reset": "重置密码",
    "staff.roles_set": "调整权限",
    "staff.sessions_revoked": "强制下线",
    "staff.totp_enrolled": "启用动态码",
    "staff.totp_reset": "重置动态码",
    "tenant.added": "新建单位",
    "training.consent_given": "同意导出核对过的车牌",
    "training.consent_withdrawn": "停止导出核对过的车牌",
    "training.exported": "导出核对过的车牌",
    "vehicle.added": "登记车辆",
    "vehicle.exported": "导出车辆",
    "vehicle.listed": "查看车辆",
    "vehicle.retired": "注销车辆",
    "visit.cancelled": "取消来访",
    "visit.code_wrong": "来访码错误",
    "visit.listed": "查看访客名单",
    "visit.looked": "查看来访",
    "visit.registered": "登记来访",
    "zone.added": "登记区域",
}

AREAS: Mapping[str, str] = {
    "passage.": "通行",
    "visit.": "来访",
    "staff.": "账号与登录",
    "binding.": "住户绑定",
    "resident.": "住户",
    "device.": "设备",
    "household.": "家庭",
    "vehicle.": "车辆",
    "person.": "人员",
    "employee.": "员工",
    "asset.": "设施设备",
    "import.": "导入",
    "register.": "登记搜索",
    "audit.": "审计",
}
"""Begins of actions that the filter offers."""

PURPOSES: Mapping[str, str] = {
    "gate_duty": "门岗值守",
    "register_check": "核对登记",
    "supervision": "监督检查",
}


def action_text(code: str) -> str:
    return _(ACTIONS.get(code, code))


def purpose_text(code: str) -> str:
    return _(PURPOSES.get(code, code))
