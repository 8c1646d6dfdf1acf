"""The key of a kernel's machine code: it changes with all that the code is made from, wherever that is written."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType

import pytest

from abm import kernel


def rise(x: float) -> float:
    return x + 1.0


def fall(x: float) -> float:
    return x - 1.0


def by_module(x: float) -> float:
    return elsewhere.change(x)  # type: ignore[name-defined, no-any-return]  # noqa: F821


def by_name(x: float) -> float:
    return change(x)  # type: ignore[name-defined, no-any-return]  # noqa: F821


def key(caller: Callable[[float], float], called: Callable[[float], float], constant: float = 0.0) -> list[str]:
    """Return what the key of `caller` is made from if the kernel it calls has the source of `called`."""
    elsewhere = ModuleType("abm.elsewhere")
    inner = FunctionType(called.__code__, {"STEP": constant})
    inner.__module__ = elsewhere.__name__
    elsewhere.__dict__["change"] = kernel.kernel(inner)
    imported = {"elsewhere": elsewhere} if caller is by_module else {"change": elsewhere.__dict__["change"]}
    return list(kernel._content(FunctionType(caller.__code__, imported)))


@pytest.fixture(autouse=True)
def no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep kernels made here out of the list of all kernels."""
    monkeypatch.setattr(kernel, "KERNELS", {})
    monkeypatch.setattr(kernel, "_hashes", {})


@pytest.mark.parametrize("caller", [by_module, by_name])
def test_the_key_follows_a_kernel_from_another_module(caller: Callable[[float], float]) -> None:
    assert key(caller, rise) == key(caller, rise)
    assert key(caller, rise) != key(caller, fall)


@pytest.mark.parametrize("caller", [by_module, by_name])
def test_the_key_follows_a_constant_of_a_kernel_from_another_module(caller: Callable[[float], float]) -> None:
    def stride(x: float) -> float:
        return x + STEP  # type: ignore[name-defined, no-any-return]  # noqa: F821

    assert key(caller, stride, 1.0) == key(caller, stride, 1.0)
    assert key(caller, stride, 1.0) != key(caller, stride, 2.0)
