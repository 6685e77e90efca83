"""Everything that is kept about one resident, kind by kind: what it is for, until when, and what makes it go."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.consents.tables import ConsentRow
from backend.features.credentials.tables import CredentialRow
from backend.features.intercom.tables import IntercomCallRow
from backend.features.matters.tables import MatterRow
from backend.features.people.tables import HouseholdMemberRow, PersonRow, VehicleRow
from backend.features.residents.model import Binding
from backend.features.residents.tables import ResidentRow
from backend.features.rights.model import Deletion, Section
from backend.features.visits.tables import VisitRow
from backend.infrastructure.changes import RegisterChangeRow
from backend.kernel.ids import ResidentId
from backend.kernel.paging import PageRequest
from backend.pages.own_looks import list_looks
from backend.pages.own_passages import Owner, every_own
from backend.pages.rooms import ROOM_LABEL, join_room

MOST = 5_000
"""Of each kind, newest first; half a year of a family's passages is a fifth of that."""
LOOKS_FOR = timedelta(days=180)


@dataclass(frozen=True)
class Whose:
    resident_id: ResidentId
    identities: Sequence[Binding]

    @property
    def persons(self) -> list[UUID]:
        return [identity.person_id for identity in self.identities]

    @property
    def owner(self) -> Owner:
        return Owner([identity.person_id for identity in self.identities], self.resident_id)


def read_own_file(session: Session, whose: Whose, now: datetime) -> list[Section]:
    """In a constant number of queries."""
    return [
        _account(session, whose),
        _persons(session, whose),
        _residencies(session, whose),
        _vehicles(session, whose),
        _credentials(session, whose),
        _visits(session, whose),
        _passages(session, whose),
        _calls(session, whose),
        _matters(session, whose),
        _consents(session, whose),
        _changes(session, whose),
        _looks(session, whose, now),
    ]


def _items(rows: Iterable[Any], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in labels} for row in rows]


def _account(session: Session, whose: Whose) -> Section:
    labels = {"phone": "手机号", "created_at": "首次登录"}
    rows = session.scalars(select(ResidentRow).where(ResidentRow.id == whose.resident_id))
    return Section(
        "account",
        "小程序账号",
        "您使用小程序所需",
        "注销账号为止",
        Deletion.WITH_ACCOUNT,
        labels,
        _items(rows, labels),
    )


def _persons(session: Session, whose: Whose) -> Section:
    labels = {
        "name": "姓名",
        "phone": "手机号",
        "document_kind": "证件类型",
        "document_number": "证件号码",
        "registered_home": "户籍地址",
        "created_at": "登记时间",
    }
    rows = session.scalars(select(PersonRow).where(PersonRow.id.in_(whose.persons)))
    return Section(
        "person",
        "住户登记",
        "物业服务合同；流动人口登记",
        "居住期间保存；手机号和户籍地址随时可以申请删除，搬离后全部可以申请删除",
        Deletion.ON_REQUEST,
        labels,
        _items(rows, labels),
    )


def _residencies(session: Session, whose: Whose) -> Section:
    labels = {
        "room": "房屋",
        "relation": "住户类型",
        "from_on": "入住日期",
        "until_on": "搬离日期",
        "is_floating": "流动人口",
        "stay_until_on": "居住到期日",
    }
    query = join_room(select(HouseholdMemberRow, ROOM_LABEL), HouseholdMemberRow.household_id)
    rows = session.execute(query.where(HouseholdMemberRow.person_id.in_(whose.persons)))
    own = [name for name in labels if name != "room"]
    items = [{"room": room} | {name: getattr(row, name) for name in own} for row, room in rows]
    return Section(
        "residency",
        "居住登记",
        "物业服务合同；流动人口登记",
        "居住期间及搬离后，供核对过往居住和通行",
        Deletion.KEPT,
        labels,
        items,
    )


def _vehicles(session: Session, whose: Whose) -> Section:
    labels = {"plate": "车牌号", "active": "使用中", "created_at": "登记时间"}
    lived = HouseholdMemberRow.household_id == VehicleRow.household_id
    here = HouseholdMemberRow.person_id.in_(whose.persons) & HouseholdMemberRow.until_on.is_(None)
    rows = session.scalars(select(VehicleRow).join(HouseholdMemberRow, lived).where(here).distinct())
    return Section(
        "vehicle",
        "本户车辆",
        "识别车牌，自动开闸",
        "使用期间；可以随时在小程序里移除",
        Deletion.ON_REQUEST,
        labels,
        _items(rows, labels),
    )


def _credentials(session: Session, whose: Whose) -> Section:
    labels = {"kind": "种类", "tail": "尾号", "state": "状态", "issued_at": "发放时间", "changed_at": "状态时间"}
    mine = select(CredentialRow).where(CredentialRow.person_id.in_(whose.persons))
    rows = session.scalars(mine.order_by(CredentialRow.id.desc()).limit(MOST))
    return Section(
        "credential",
        "门禁凭证",
        "凭卡或密码开门",
        "退还或注销后 180 天",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _visits(session: Session, whose: Whose) -> Section:
    labels = {
        "visitor_name": "访客姓名",
        "visitor_phone": "访客手机号",
        "plate": "访客车牌",
        "valid_from": "开始",
        "valid_until": "结束",
        "entries": "已进入次数",
        "state": "状态",
    }
    mine = select(VisitRow).where(VisitRow.resident_id == whose.resident_id)
    rows = session.scalars(mine.order_by(VisitRow.id.desc()).limit(MOST))
    return Section(
        "visit",
        "您的访客预约",
        "让您的访客进门",
        "来访结束后 90 天",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _passages(session: Session, whose: Whose) -> Section:
    labels = {"at": "时间", "kind": "凭什么", "who": "车牌、访客或卡尾号", "place": "地点", "direction": "方向"}
    labels["admitted"] = "放行"
    rows = every_own(session, whose.owner, MOST)
    return Section(
        "passage",
        "通行记录",
        "小区公共安全，出入口设有提示",
        "文字 180 天，照片 30 天",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _calls(session: Session, whose: Whose) -> Section:
    labels = {"started_at": "时间", "state": "结果"}
    homes = [identity.household_id for identity in whose.identities]
    mine = select(IntercomCallRow).where(IntercomCallRow.household_id.in_(homes))
    rows = session.scalars(mine.order_by(IntercomCallRow.started_at.desc()).limit(MOST))
    return Section(
        "intercom_call",
        "门口呼叫",
        "让访客呼叫您家",
        "180 天，照片 24 小时后不再显示",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _matters(session: Session, whose: Whose) -> Section:
    labels = {"asked_at": "提出时间", "kind": "事项", "state": "状态", "due_on": "答复期限", "answer": "答复"}
    mine = select(MatterRow).where(MatterRow.resident_id == whose.resident_id)
    rows = session.scalars(mine.order_by(MatterRow.id.desc()).limit(MOST))
    return Section(
        "matter",
        "您提出的申请",
        "证明您的权利得到答复（个人信息保护法第五十条、第六十九条）",
        "答复后 3 年",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _consents(session: Session, whose: Whose) -> Section:
    labels = {"at": "时间", "purpose": "用途", "given": "同意", "version": "文本版本", "text": "文本"}
    mine = select(ConsentRow).where(ConsentRow.resident_id == whose.resident_id)
    rows = session.scalars(mine.order_by(ConsentRow.id.desc()).limit(MOST))
    return Section(
        "consent",
        "您的同意与撤回",
        "证明您同意过什么（个人信息保护法第六十九条）",
        "3 年",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _changes(session: Session, whose: Whose) -> Section:
    labels = {"at": "时间", "kind": "登记", "action": "变更", "fields": "内容"}
    rows = _changes_of(session, whose.persons)
    return Section(
        "register_change",
        "登记的变更",
        "证明谁在何时改了什么（个人信息保护法第五十六条、第六十九条）",
        "3 年",
        Deletion.KEPT,
        labels,
        _items(rows, labels),
    )


def _changes_of(session: Session, subjects: Collection[UUID]) -> Iterable[RegisterChangeRow]:
    mine = select(RegisterChangeRow).where(RegisterChangeRow.subject_id.in_(list(subjects)))
    return session.scalars(mine.order_by(RegisterChangeRow.id.desc()).limit(MOST))


def _looks(session: Session, whose: Whose, now: datetime) -> Section:
    labels = {"at": "时间", "by": "岗位", "action": "做了什么", "purpose": "目的"}
    looks = list_looks(session, whose.identities, now - LOOKS_FOR, PageRequest(MOST)).items
    items = [
        {"at": look.at, "by": "、".join(role.value for role in look.by), "action": look.action, "purpose": look.purpose}
        for look in looks
    ]
    return Section(
        "look",
        "谁看过您的资料",
        "审计（网络安全法，日志不少于六个月）",
        "长期；这里列出最近 180 天",
        Deletion.KEPT,
        labels,
        items,
    )
