"""The generated tables of ODD.md are what the declarations say now."""

from __future__ import annotations

import pytest

from abm.describe import ODD, SECTIONS, filled, main, numbers
from abm.schedule import DEFAULT


def test_the_tables_of_odd_are_not_stale() -> None:
    text = ODD.read_text(encoding="utf-8")
    assert filled(text) == text, "run: .venv/bin/python -m abm.describe --write"


def test_every_rule_has_its_submodel() -> None:
    written = SECTIONS["submodels"]()
    assert written.count("\nOff when ") == len(DEFAULT)


def test_missing_marks_are_an_error() -> None:
    with pytest.raises(ValueError, match="begin state"):
        filled("no marks here")


def test_it_prints_every_section(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    printed = capsys.readouterr().out
    assert all(f"## {name}\n" in printed for name in SECTIONS)
    with pytest.raises(SystemExit, match="usage"):
        main(["--help"])


def test_every_named_number_says_what_it_means() -> None:
    """A number in capital letters has a line below it with meaning and unit, or stands as a code among codes."""
    assert [f"{module}: {name}" for module, name, _, meaning in numbers() if not meaning] == []
