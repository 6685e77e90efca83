"""The places that portals lead to."""

from backend.kernel.identity import Permission
from backend.portals.shared.factory import Tile

GATE = Tile("gate.show", "岗亭", "看谁在门口，一键放行", Permission.PASSAGE_READ)
REVIEW = Tile("review.show", "车牌核对", "拿不准的车牌，一键确认", Permission.PASSAGE_READ)
PASSAGES = Tile("lists.passages", "通行记录", "按日期、出入口、车牌查找", Permission.PASSAGE_READ)
VISITS = Tile("lists.visits", "访客", "今天谁要来", Permission.VISIT_READ)
WALK_INS = Tile("walk_ins.show", "临时来访", "没有预约的访客，问住户再放行", Permission.WALK_IN, "walk_ins")
VISIT_POLICY = Tile("visit_policy.show", "来访规则", "审批、数量、时段，问住户等多久", Permission.VISIT_POLICY)
ANNOUNCEMENTS = Tile("announcements.show", "登记来访", "为教职工登记访客", Permission.VISIT_HOST, "announcements")
CREDENTIALS = Tile(
    "credentials.show", "门禁凭证", "发卡、补办、挂失、注销", Permission.CREDENTIAL_MANAGE, "credentials"
)
DOORS = Tile("doors.show", "门", "哪扇门报警，谁没能进门", Permission.DOOR_WATCH, "doors")
OFFLINE = Tile("offline.show", "离线核对", "断网时的放行，哪些对不上", Permission.OFFLINE_REVIEW, "offline")
BINDINGS = Tile("bindings.show", "住户绑定", "审核住户的绑定申请", Permission.BINDING_DECIDE)
MATTERS = Tile("matters.show", "住户申请", "成员、车辆、更正和删除资料，按期答复", Permission.MATTER_DECIDE)
TRAINING = Tile("training.show", "识别改进", "核对过的车牌能否用于改进识别", Permission.TRAINING_CONSENT)
AUDIT = Tile("audit.show", "审计", "谁在什么时候看了、做了什么", Permission.AUDIT_READ)
DESKS = Tile("desk.manage", "岗亭登录", "登记岗亭电脑，谁刷卡登录", Permission.STAFF_MANAGE)
REGISTERS = Tile("registers.search", "登记", "住户、房屋、车辆、员工、设施", Permission.REGISTER_READ, "registers")
IDENTITY = Tile(
    "identity.show", "证件登记", "访客证件：读卡、拍照、手填或住户确认", Permission.IDENTITY_RECORD, "identity"
)
INSIDE = Tile("occupancy.show", "在内访客", "谁还在里面，谁超时，疏散名单", Permission.PASSAGE_READ)
GAPS = Tile("occupancy.gaps", "通行缺口", "只进不出、只出不进、没有对应放行的开门", Permission.PASSAGE_READ)
