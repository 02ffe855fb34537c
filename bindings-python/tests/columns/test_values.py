"""Values come back equal and of the same type, or are refused."""

from __future__ import annotations

import datetime
import decimal
import pickle
import uuid

import pytest
import sealwax
from sealwax import columns

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ZONES = st.none() | st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23)).map(
    datetime.timezone
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)
VALUES = {
    "TEXT": TEXT,
    "BYTES": st.binary(),
    "INT": st.integers(),
    "BOOL": st.booleans(),
    "FLOAT": st.floats(),
    "DECIMAL": st.decimals(),
    "DATETIME": st.datetimes(timezones=ZONES, allow_imaginary=True),
    "DATE": st.dates(),
    "TIME": st.times(),
    "UUID": st.uuids(),
    "JSON": JSON,
}


@pytest.mark.parametrize("name", VALUES)
def test_every_value_comes_back_as_it_was(name):
    codec = getattr(columns, name)

    @hypothesis.given(VALUES[name])
    @hypothesis.settings(max_examples=200, deadline=None)
    def check(value):
        found = codec.unpack(codec.pack(value))
        assert (type(found), repr(found)) == (type(value), repr(value))

    check()


def test_a_number_of_more_digits_than_python_prints_comes_back():
    value = -(7**20_000)
    assert columns.INT.unpack(columns.INT.pack(value)) == value


@pytest.mark.parametrize(
    ("codec", "value", "message"),
    [
        (columns.TEXT, b"x", "the column takes str, and the value is of type bytes"),
        (columns.INT, True, "the column takes int, and the value is of type bool"),
        (columns.INT, 1.0, "the column takes int, and the value is of type float"),
        (
            columns.DATE,
            datetime.datetime(2026, 1, 1),
            "the column takes date, and the value is of type datetime",
        ),
        (columns.DECIMAL, 1, "the column takes Decimal, and the value is of type int"),
        (
            columns.BYTES,
            bytearray(b"x"),
            "the column takes bytes, and the value is of type bytearray",
        ),
    ],
)
def test_a_value_of_another_type_is_refused(codec, value, message):
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        codec.pack(value)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [{1: "s3cret"}, ("s3cret",), float("nan"), {"a": {"s3cret"}}])
def test_what_json_would_change_is_refused(value):
    with pytest.raises(sealwax.InvalidArgumentError) as caught:
        columns.JSON.pack(value)
    assert str(caught.value).startswith("the column takes JSON, and the value would not come back")
    assert "s3cret" not in str(caught.value)


def test_a_value_of_a_column_of_another_type_is_refused():
    with pytest.raises(sealwax.FormatError) as caught:
        columns.INT.unpack(columns.TEXT.pack("7"))
    assert str(caught.value) == "the value was sealed by a column that does not take int"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c", {"id": 1}), ("a", "bc", {"id": 1})),
        (("t", "c", {"id": 1}), ("t", "c", {"id": "1"})),
        (("t", "c", {"id": "1", "x": "2"}), ("t", "c", {"id": "1"})),
        (("t", "c", {"a": "bc"}), ("t", "c", {"ab": "c"})),
        (("t", "c", {"id": uuid.UUID(int=0)}), ("t", "c", {"id": bytes(16)})),
        (("t", "c", {"id": "2026-01-01"}), ("t", "c", {"id": datetime.date(2026, 1, 1)})),
    ],
)
def test_no_two_cells_have_the_same_associated_data(one, other):
    assert columns.Cell(*one).associated_data() != columns.Cell(*other).associated_data()


def test_the_associated_data_of_a_cell_stays_as_it_is():
    """It is part of what is stored: other programs rely on it."""
    found = columns.Cell("patients", "name", {"id": 7}).associated_data()
    assert found.hex() == (
        "00000017636f6c756d6e2076616c75652c2076657273696f6e2031"
        "0000000870617469656e7473000000046e616d6500000002696400000002"
        "6937"
    )


def test_a_key_of_a_type_that_changes_in_a_database_is_refused():
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        columns.Cell("levels", "metres", {"at": decimal.Decimal(1)})
    assert str(caught.value) == (
        "levels.metres is bound to the primary key, and at is of type Decimal: it must be int, "
        "str, bytes, UUID or date"
    )


def test_keys_of_columns_are_not_pickled():
    keys = columns.ColumnKeys(sealwax.LocalKey.generate())
    with pytest.raises(sealwax.InvalidTypeError) as caught:
        pickle.dumps(keys)
    assert str(caught.value) == "keys of columns are not pickled: make them in every process"


def test_keys_may_be_references(monkeypatch):
    monkeypatch.setenv("CLINIC_KEY", "07" * 32)
    keys = columns.ColumnKeys("env:CLINIC_KEY")
    cell = columns.Cell("t", "c", {"id": 1})
    assert keys.open(keys.seal(b"tide", cell), cell) == b"tide"


def test_a_data_key_seals_no_more_values_than_it_may(kms):
    keys = columns.ColumnKeys(kms, max_messages=10)
    for number in range(25):
        keys.seal(b"tide", columns.Cell("t", "c", {"id": number}))
    assert kms.calls == ["wrap"] * 3


def test_an_unreachable_kms_is_named_with_the_cell(broken_kms):
    keys = columns.ColumnKeys(broken_kms)
    with pytest.raises(sealwax.ProviderError) as caught:
        keys.seal(b"tide", columns.Cell("patients", "name", {"id": 7}))
    assert str(caught.value).endswith(": 'patients.name where id = 7'")
    assert "s3cret" not in str(caught.value)
