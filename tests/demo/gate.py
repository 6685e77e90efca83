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
LIST_SECONDS = 60.0
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
    for part in (_resident, _doubtful_letter, _cut_network, _ambulance):
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

    [lane] = [lane for lane in scene.here.demo["lanes"] if lane["name"] == "东门入口"]
    scene.teller.by_hand(
        "东门入口紧急开闸", told, lambda: scene.guard.act(f"/gate/lanes/{lane['device_id']}/emergency")
    )
    scene.teller.expect("东门抬杆", told)
    scene.teller.by_hand("补填原因：急救车辆", lambda: not _owed(scene), lambda: _give_reason(scene))
    scene.teller.expect("原因已在记录里", lambda: not _owed(scene))


def _owed(scene: Gate) -> list[str]:
    return OWED.findall(scene.guard.get("/gate"))


def _give_reason(scene: Gate) -> None:
    for passage in _owed(scene):
        scene.guard.act(f"/gate/passages/{passage}/reason", reason="emergency_vehicle")
