"""How numbers and measures are written in tables and figures, so that sizes far apart can be read side by side."""

from __future__ import annotations

import math


def plain(value: float, digits: int = 4) -> str:
    """Return a number with so many significant digits, thousands apart, a dash for none.

    >>> plain(58230.4), plain(0.034567), plain(1.0), plain(float("nan")), plain(1e-7), plain(0.0), plain(123.456)
    ('58,230', '0.03457', '1', '-', '1e-07', '0', '123.5')
    """
    if math.isnan(value):
        return "-"
    if value == 0.0 or math.isinf(value):
        return "0" if value == 0.0 else str(value)
    size = math.floor(math.log10(abs(value)))
    if size < -5 or size > 11:
        return f"{value:.{digits - 1}g}"
    decimals = max(digits - 1 - size, 0)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def signed(value: float) -> str:
    """Return a difference with its sign, to three significant digits.

    >>> signed(0.01234), signed(-5123.0), signed(0.0)
    ('+0.0123', '-5,123', '0')
    """
    return ("+" if value > 0.0 else "") + plain(value, 3)


def interval_text(low: float, high: float) -> str:
    """Return an interval, a dash if there is none.

    >>> interval_text(-0.01234, 1.5), interval_text(0.5, 1234.0), interval_text(float("nan"), 1.0)
    ('-0.0123 to 1.5', '0.5 to 1,234', '-')
    """
    return "-" if math.isnan(low) or math.isnan(high) else f"{plain(low, 3)} to {plain(high, 3)}"


def words_of(measure: str) -> str:
    """Return the words for a measure.

    >>> words_of("n_firms"), words_of("coupling_coordination_wang")
    ('firms', 'coupling coordination wang')
    """
    return measure.removeprefix("n_").replace("_", " ")
