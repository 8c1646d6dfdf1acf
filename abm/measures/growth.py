"""Group 6, growth and churn: how fast actors, ties and resources grow, and how many are replaced (li 2.B)."""

from __future__ import annotations

from abm.measures import rates
from abm.measures.declaration import Measure, measure
from abm.measures.history import WINDOW
from abm.measures.view import View
from abm.state.codes import Layer, label
from abm.types import FloatArray

_WORDS = {
    "actor": "actors in the network",
    "tie": "ties of all layers",
    "talent": "talent in firms",
    "research": "research performed by firms",
}
"""Names of the growth of each of `rates.SIZES`, and their words."""


def _growth(place: int, name: str) -> Measure:
    @measure(
        name=f"{name}_growth",
        doc=f"Growth of the {_WORDS[name]} over {WINDOW} quarters.",
        unit=f"1 per {WINDOW} quarters",
        formula=f"ln(now / {WINDOW} quarters ago) of the {_WORDS[name]}",
        source="li:2.B",
        null_when=f"fewer than {WINDOW} quarters were measured before, or there was or is nothing",
    )
    def growth(view: View) -> FloatArray:
        return view.rates[rates.GROWTH + place]

    return growth


for _place, _name in enumerate(_WORDS):
    _growth(_place, _name)


@measure(
    unit="1 per quarter",
    formula=f"(entries + exits) / 2 over {WINDOW} quarters / {WINDOW} / firms",
    source="li:2.B",
    null_when="there is no firm",
)
def firm_churn(view: View) -> FloatArray:
    """Share of firms that is replaced in a quarter, whatever their number does."""
    return view.rates[rates.FIRM_CHURN]


@measure(
    unit="1 per quarter",
    formula=f"(ties formed + dissolved) / 2 over {WINDOW} quarters / {WINDOW} / ties",
    source="li:2.B",
    null_when="there is no tie",
)
def tie_churn(view: View) -> FloatArray:
    """Share of ties that is replaced in a quarter, whatever their number does."""
    return view.rates[rates.TIE_CHURN]


def _churn_of(layer: Layer) -> Measure:
    @measure(
        name=f"{layer.name.lower()}_tie_churn",
        doc=f"Share of ties of the {label(layer)} layer that is replaced in a quarter.",
        unit="1 per quarter",
        formula=f"(ties formed + dissolved) / 2 over {WINDOW} quarters / {WINDOW} / ties, of the layer",
        source="li:2.B",
        null_when="there is no tie of the layer",
    )
    def churn(view: View) -> FloatArray:
        return view.rates[rates.LAYER_CHURN + layer]

    return churn


for _layer in (Layer.SUPPLY, Layer.RESEARCH, Layer.SERVICE):
    _churn_of(_layer)
