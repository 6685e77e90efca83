import pytest

from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Role
from backend.portals.property.app import create_app
from tests.integration.portals.gatehouse import build_gatehouse, certain, logged_in, uncertain


@pytest.mark.parametrize("address", ["/", "/gate", "/passages", "/visits", "/bindings", "/audit"])
def test_a_manager_reads_every_page(platform: Platform, address: str) -> None:
    house = build_gatehouse(platform)
    house.expect(plate="苏B88888")
    house.car(certain("苏B88888"))
    house.car(uncertain("苏E12345", ("苏E12346", 0.31)))
    client = logged_in(create_app(platform), house.hire("manager", Role.PROPERTY_MANAGER))
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
