"""Parameters: declarations, changes and their errors, conversions, and sources that exist."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import abm
from abm.errors import InputError
from abm.parameters import (
    SPECIFICATIONS,
    Parameters,
    growth_per_quarter,
    per_quarter,
)

BIBLIOGRAPHY = Path(next(iter(abm.__path__))) / "references.bib"
NUMBERS = [name for name, each in SPECIFICATIONS.items() if each.kind is float]
WHOLE = [name for name, each in SPECIFICATIONS.items() if each.kind is int]
SWITCHES = [name for name, each in SPECIFICATIONS.items() if each.kind is bool]


# ------------------------------------------------------------------------------------------------- declarations


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_every_parameter_is_declared_in_full(name: str) -> None:
    each = SPECIFICATIONS[name]
    assert each.doc
    assert each.unit
    assert each.role in ("lever", "uncertainty", "constant")
    assert each.low < each.high
    assert each.low <= each.default <= each.high
    assert math.isfinite(each.low)
    assert math.isfinite(each.high)
    assert each.checked(name, each.default) == each.default


def test_every_group_has_a_docstring_and_every_field_a_declaration() -> None:
    defaults = Parameters()
    for group in fields(Parameters):
        value = getattr(defaults, group.name)
        assert type(value).__doc__
        assert {f"{group.name}.{each.name}" for each in fields(value)} <= set(SPECIFICATIONS)


def test_flat_lists_every_value() -> None:
    flat = Parameters().flat()
    assert list(flat) == list(SPECIFICATIONS)
    assert all(flat[name] == each.default for name, each in SPECIFICATIONS.items())


# ------------------------------------------------------------------------------------------------------ changes


def test_changes_give_new_parameters_and_leave_the_old() -> None:
    before = Parameters()
    after = before.with_changes({"learning.supply_rate": 0.1, "learning.teaching": 2, "switches.platform": False})
    assert (after.learning.supply_rate, after.learning.teaching, after.switches.platform) == (0.1, 2.0, False)
    assert isinstance(after.learning.teaching, float)
    assert before == Parameters()
    assert after.frontier is before.frontier, "groups without a change are shared"
    assert before.with_changes({}) == before


@given(name=st.sampled_from(NUMBERS), share=st.floats(0.0, 1.0))
def test_any_value_within_the_bounds_is_taken(name: str, share: float) -> None:
    each = SPECIFICATIONS[name]
    value = min(each.high, max(each.low, each.low + share * (each.high - each.low)))
    assert Parameters().with_changes({name: value}).flat()[name] == value


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_both_bounds_are_allowed(name: str) -> None:
    each = SPECIFICATIONS[name]
    for bound in (each.low, each.high):
        value = bool(bound) if each.kind is bool else each.kind(bound)
        assert Parameters().with_changes({name: value}).flat()[name] == value


@pytest.mark.parametrize("name", NUMBERS + WHOLE)
def test_beyond_the_bounds_is_an_error_that_says_what_is_allowed(name: str) -> None:
    each = SPECIFICATIONS[name]
    for value in (each.low - 1, each.high + 1, math.nan, math.inf, -math.inf):
        with pytest.raises(InputError, match=re.escape(name)) as raised:
            Parameters().with_changes({name: value})
        assert f"{each.low:g} to {each.high:g}" in str(raised.value)


@pytest.mark.parametrize("value", ["0.1", None, [0.1], True, 1j])
def test_a_number_must_be_a_number(value: object) -> None:
    with pytest.raises(InputError, match=r"learning\.supply_rate.*not a number"):
        Parameters().with_changes({"learning.supply_rate": value})


@pytest.mark.parametrize("value", [1, 0, "true", None, 0.5])
def test_a_switch_must_be_true_or_false(value: object) -> None:
    with pytest.raises(InputError, match=r"switches\.platform.*not true or false"):
        Parameters().with_changes({"switches.platform": value})


def test_a_whole_number_must_be_whole() -> None:
    name = WHOLE[0]
    low = int(SPECIFICATIONS[name].low)
    with pytest.raises(InputError, match="whole"):
        Parameters().with_changes({name: low + 0.5})
    assert Parameters().with_changes({name: float(low)}).flat()[name] == low


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("learning.suply_rate", "learning.supply_rate"),
        ("frontier.growth", "frontier.growth_factor"),
        ("switch.platform", "switches.platform"),
    ],
)
def test_an_unknown_name_offers_the_nearest(wrong: str, meant: str) -> None:
    with pytest.raises(InputError, match="unknown parameter") as raised:
        Parameters().with_changes({wrong: 0.1})
    assert f'"{meant}"' in str(raised.value)


@pytest.mark.parametrize("name", ["", "learning", ".", "learning.", "xyzzy", "learning.supply_rate.more"])
def test_what_is_no_name_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match="unknown parameter"):
        Parameters().with_changes({name: 0.1})


def test_one_bad_change_undoes_all() -> None:
    before = Parameters()
    with pytest.raises(InputError):
        before.with_changes({"learning.supply_rate": 0.1, "learning.teaching": 99.0})
    assert before == Parameters()


# -------------------------------------------------------------------------------------------------- conversions


def test_annual_hazards_by_hand() -> None:
    """Surviving a year at 1 - (1 - a)^(1/4) a quarter is surviving with 1 - a: .9375 = 15/16 gives 1 - 1/2."""
    assert math.isclose(per_quarter(15 / 16), 0.5)
    assert per_quarter(0.0) == 0.0
    assert per_quarter(1.0) == 1.0


def test_annual_growth_by_hand() -> None:
    """Growing by a half four times is growing by 65/16."""
    assert math.isclose(growth_per_quarter(65 / 16), 0.5)
    assert growth_per_quarter(0.0) == 0.0
    assert math.isclose(growth_per_quarter(-15 / 16), -0.5)


@given(annual=st.floats(0.0, 0.999))
def test_four_quarters_make_a_year(annual: float) -> None:
    assert math.isclose((1 - per_quarter(annual)) ** 4, 1 - annual, rel_tol=1e-12)
    assert math.isclose((1 + growth_per_quarter(annual)) ** 4, 1 + annual, rel_tol=1e-12)


# ------------------------------------------------------------------------------------------------------ sources


def keys_of(source: str) -> list[str]:
    """Return the keys named by a source: ``"li:3.B; F27"`` gives ``["li", "F27"]``."""
    return [re.split(r"[:\s]", part.strip())[0] for part in re.split("[,;]", source)]


def bibliography() -> list[str]:
    return re.findall(r"^@\w+\{([^,\s]+),$", BIBLIOGRAPHY.read_text(encoding="utf-8"), flags=re.MULTILINE)


def sources() -> Iterator[tuple[str, str]]:
    """Yield every source given in the code, with where it stands."""
    for name, each in SPECIFICATIONS.items():
        yield f"parameter {name}", each.source
    package = Path(next(iter(abm.__path__)))
    for path in sorted(package.rglob("*.py")):
        for found in re.findall(r'\bsource="([^"]+)"', path.read_text(encoding="utf-8")):
            if "key" not in found:
                yield str(path.relative_to(package)), found


def test_every_source_is_in_the_bibliography() -> None:
    known = {*bibliography(), "assumption"}
    missing = {f"{where}: {key}" for where, source in sources() for key in keys_of(source) if key not in known}
    assert not missing


def test_the_bibliography_is_sound() -> None:
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    keys = bibliography()
    assert len(keys) == len(set(keys)), "a key stands twice"
    assert len(keys) == len(re.findall(r"^@", text, flags=re.MULTILINE)), "an entry could not be read"
    assert text.count("{") == text.count("}")
    entries = re.split(r"^@", text, flags=re.MULTILINE)[1:]
    assert all("title" in entry for entry in entries)
    assert set(re.findall(r"crossref = \{(\w+)\}", text)) <= set(keys)
    assert {"zhao2020", "li", "ren", "cheng"} <= set(keys)
