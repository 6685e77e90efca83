"""Friday evening at the gate: a doubtful letter, a host who does not answer, a cut network, an ambulance."""

import re
from dataclasses import dataclass, replace

from backend.cli.demo import RESIDENT_PLATE, VISITOR_PLATE
from backend.features.gate_lists.model import OfflineCredential, Outcome
from tests.builders.scenes import gate_scene
from tests.builders.worn import worn_photo
from tests.demo.teller import Teller
from tests.drivers.gate import GateTerminal
from tests.drivers.installation import Installation
from tests.drivers.journal import Journal
from tests.drivers.offline_gate import HttpWire, OfflineGate
from tests.drivers.staff import StaffDesk

STRANGER = "浙B5K3M7"
NOWHERE = "http://127.0.0.1:9"
LIST_SECONDS, UNANSWERED_SECONDS = 60.0, 90.0
HOME = re.compile(r'name="household" value="([0-9a-f-]+)"')
OPEN_WALK_IN = re.compile(r'<article class="walk-in[^>]*id="walk-in-([0-9a-f-]+)"')
OWED = re.compile(r'passage-owed[^>]*id="passage-([0-9a-f-]+)"')


@dataclass
class Gate:
    """What the scene moves: the machines at the gates, and a guard for whom nobody presses."""

    here: Installation
    teller: Teller
    guard: StaffDesk

    def drive(self, lane: str, plate: str, photo: bytes | None = None) -> tuple[GateTerminal, str]:
        terminal = self.here.gate(lane)
        answer = terminal.capture(photo or gate_scene(plate, seed=3))
        answer.raise_for_status()
        return terminal, str(answer.json()["passage_id"])

    def leave(self, plate: str) -> None:
        terminal, passage = self.drive("东门出口", plate)
        self.teller.expect(f"{plate} 驶出，出口抬杆", lambda: terminal.open_when_told(passage, 1))


def tell(here: Installation, teller: Teller) -> None:
    scene = Gate(here, teller, here.desk("guard"))
    print(f"门卫页面：{here.origin('property')}/gate   车牌核对：{here.origin('property')}/review")
    for part in (_resident, _doubtful_letter, _walk_in, _cut_network, _ambulance):
        part(scene)
        teller.pause()


def _resident(scene: Gate) -> None:
    scene.teller.tell("周五傍晚，业主回家", f"东门入口：业主的车 {RESIDENT_PLATE}。")
    terminal, passage = scene.drive("东门入口", RESIDENT_PLATE)
    scene.teller.expect("识别、放行、抬杆", lambda: terminal.open_when_told(passage, 1))
    scene.leave(RESIDENT_PLATE)


def _doubtful_letter(scene: Gate) -> None:
    scene.teller.tell(
        "一个磨损的字母",
        f"访客赵先生的车 {VISITOR_PLATE}，车牌上的 8 磨得像 B：机器没有把握，不抬杆。",
        "在“车牌核对”页按一个键：1 或提示的数字确认。",
    )
    terminal, passage = scene.drive("西门入口", VISITOR_PLATE, worn_photo(VISITOR_PLATE))
    scene.teller.expect("等人核对", lambda: passage in scene.guard.get("/review"))
    opened = False

    def told() -> bool:
        nonlocal opened
        opened = opened or terminal.open_when_told(passage, 0.3)
        return opened

    scene.teller.by_hand(
        "按键确认车牌", told, lambda: scene.guard.act(f"/review/items/{passage}/say", plate=VISITOR_PLATE)
    )
    scene.teller.expect("已确认，西门抬杆，被访人收到到达消息", told)
    scene.leave(VISITOR_PLATE)


def _walk_in(scene: Gate) -> None:
    scene.teller.tell(
        "没有预约的人，住户不接",
        "孙女士步行来访，说找 3幢2单元501，没有预约。门卫在“临时来访”页问住户：手机收到消息，页面倒计时。",
    )
    homes = HOME.findall(scene.guard.act("/walk-ins/homes", typed="501"))
    asked = {"household": homes[0], "lane": _lane(scene, "东门入口"), "name": "孙女士", "phone_tail": "0007"}
    found = OPEN_WALK_IN.findall(scene.guard.act("/walk-ins", **asked))
    assert found, "the walk-in is not on the board"
    card = f"/walk-ins/{found[0]}"
    scene.teller.expect(
        "住户一分钟没有答复，也没有备用联系人：轮到门卫决定",
        lambda: f'walk-in-guard_decides" id="walk-in-{found[0]}"' in scene.guard.get("/walk-ins/board"),
        UNANSWERED_SECONDS,
    )
    scene.teller.by_hand(
        "选一个原因：联系不上住户",
        lambda: f'id="walk-in-{found[0]}"' not in _open_part(scene),
        lambda: scene.guard.act(f"{card}/decide", reason="no_answer"),
    )
    scene.teller.note("给访客的话：" + "抱歉，暂时联系不上住户……（页面上有全句，也可一键打电话给住户）")


def _open_part(scene: Gate) -> str:
    """The board's cards that wait; what is settled stands in a list below them."""
    return "".join(re.findall(r"<article.*?</article>", scene.guard.get("/walk-ins/board"), re.DOTALL))


def _lane(scene: Gate, name: str) -> str:
    [lane] = [lane for lane in scene.here.demo["lanes"] if lane["name"] == name]
    return str(lane["device_id"])


def _cut_network(scene: Gate) -> None:
    scene.teller.tell("网断了，门照开", "东门入口的设备手里有一份 24 小时内有效的签名名单。")
    gate = _offline_gate(scene)
    scene.teller.expect("名单已下发、已确认", lambda: gate.fetch() in (200, 304), LIST_SECONDS)
    gate.synchronise()
    wire, gate.wire = gate.wire, replace(gate.wire, base_url=NOWHERE)  # type: ignore[type-var]
    scene.teller.note("拔掉网线")
    resident = gate.show(OfflineCredential.PLATE, RESIDENT_PLATE)
    scene.teller.expect(f"业主的车 {RESIDENT_PLATE}：设备自己放行", lambda: resident.outcome is Outcome.ADMITTED, 1)
    stranger = gate.show(OfflineCredential.PLATE, STRANGER)
    scene.teller.expect(f"陌生的车 {STRANGER}：请门卫处理", lambda: stranger.outcome is not Outcome.ADMITTED, 1)
    gate.wire = wire
    sent = gate.send_all()
    scene.teller.note(f"网络恢复，{sent} 条记录按顺序补传；有疑问的在“离线核对”页等人看")
    scene.leave(RESIDENT_PLATE)


def _offline_gate(scene: Gate) -> OfflineGate:
    """Keeps its key between tellings, as a terminal does between boots."""
    token = scene.here.gate("东门入口").token
    folder = scene.here.state_dir / "demo"
    folder.mkdir(exist_ok=True)
    gate = OfflineGate(HttpWire(scene.here.base_url, token), Journal(folder / "east-gate.sqlite3"))
    answer = gate.enrol()
    assert answer.status == 200, answer
    return gate


def _ambulance(scene: Gate) -> None:
    scene.teller.tell("救护车到", "门卫页按一下“紧急开闸”：先放行，原因后补。")
    terminal = scene.here.gate("东门入口")
    opened = False

    def told() -> bool:
        nonlocal opened
        opened = opened or terminal.open_when_told(None, 0.3)
        return opened

    emergency = f"/gate/lanes/{_lane(scene, '东门入口')}/emergency"
    scene.teller.by_hand("东门入口紧急开闸", told, lambda: scene.guard.act(emergency))
    scene.teller.expect("东门抬杆", told)
    scene.teller.by_hand("补填原因：急救车辆", lambda: not _owed(scene), lambda: _give_reason(scene))
    scene.teller.expect("原因已在记录里", lambda: not _owed(scene))


def _owed(scene: Gate) -> list[str]:
    return OWED.findall(scene.guard.get("/gate"))


def _give_reason(scene: Gate) -> None:
    for passage in _owed(scene):
        scene.guard.act(f"/gate/passages/{passage}/reason", reason="emergency_vehicle")
