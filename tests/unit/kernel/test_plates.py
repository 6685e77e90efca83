import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.errors import Refusal
from backend.kernel.plates import ImplausiblePlate, checked_plate, normalise_plate


@pytest.mark.parametrize(
    ("written", "plate"),
    [
        ("苏a·12 345", "苏A12345"),
        ("苏Ａ１２３４５", "苏A12345"),
        ("粤B-D12345", "粤BD12345"),
        ("京A1234警", "京A1234警"),
        ("粤Z1234港", "粤Z1234港"),
        ("沪B1234学", "沪B1234学"),
        ("京X123应急", "京X123应急"),
        ("WJ京12345", "WJ京12345"),
        ("wj1234a", "WJ1234A"),
        ("VA12345", "VA12345"),
    ],
)
def test_a_plate_is_taken_as_people_write_it(written: str, plate: str) -> None:
    assert checked_plate(written) == plate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "苏",
        "苏A",
        "A12345",
        "苏A123",
        "苏A1234567",
        "苏I12345",
        "苏A1234O",
        "不是车牌",
        "苏A12345\n苏A12345",
        "x" * 999,
    ],
)
def test_what_no_plate_looks_like_is_refused(text: str) -> None:
    with pytest.raises(ImplausiblePlate):
        checked_plate(text)


@given(st.text(max_size=30))
def test_any_text_is_a_plate_or_a_refusal(text: str) -> None:
    try:
        plate = checked_plate(text)
    except Refusal:
        return
    assert normalise_plate(plate) == plate
