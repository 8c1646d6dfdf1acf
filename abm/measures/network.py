"""Group 6, network: who is there, who is tied to whom, how both grow and turn over, and what shape they make."""

from __future__ import annotations

import numpy as np

from abm.measures.communities import lists_inside, modularity_of
from abm.measures.core_periphery import core_fit
from abm.measures.declaration import Measure, measure
from abm.measures.distance import mean_distance
from abm.measures.view import INTERVAL, View
from abm.state.codes import Event, Kind, Layer, label
from abm.types import FloatArray, IntArray

SOURCES = 200
"""Most sources from which path length is sampled."""
_FINANCIAL = slice(Kind.BANK, Kind.GUARANTEE_FUND + 1)
_PARTNERS = "distinct partners over supply, research and service ties"


@measure(unit="actors", formula="count", source="li:2.B")
def n_actors(view: View) -> FloatArray:
    """Actors in the network: firms, universities, government, financial intermediaries, platforms."""
    return view.rates[0]


@measure(unit="firms", formula="count", source="li:2.B")
def n_firms(view: View) -> FloatArray:
    """Firms."""
    return view.money.n_firms


@measure(unit="firms", formula="count", source="li:3.B")
def n_core_enterprises(view: View) -> FloatArray:
    """Core enterprises."""
    return view.money.n_core


@measure(unit="firms", formula="count", source="zhao2020:II")
def n_smes(view: View) -> FloatArray:
    """Small and medium-sized enterprises: firms that are not core."""
    return view.money.n_firms - view.money.n_core


@measure(unit="actors", formula="count", source="li:3.A")
def n_universities(view: View) -> FloatArray:
    """Universities and research institutes."""
    return view.network.kinds[Kind.UNIVERSITY]


@measure(unit="actors", formula="count", source="li:3.C")
def n_financial_intermediaries(view: View) -> FloatArray:
    """Banks, venture funds and guarantee funds."""
    return view.network.kinds[_FINANCIAL].sum(axis=0)


@measure(unit="actors", formula="count", source="li:3.C")
def n_platforms(view: View) -> FloatArray:
    """Innovation platforms."""
    return view.network.kinds[Kind.PLATFORM]


@measure(unit="firms per quarter", formula="count of entries", source="li:2.B")
def n_entries(view: View) -> FloatArray:
    """Firms that entered this quarter."""
    return view.event_counts[Event.ENTRY]


@measure(unit="firms per quarter", formula="count of exits", source="li:2.B")
def n_exits(view: View) -> FloatArray:
    """Firms that left this quarter."""
    return view.event_counts[Event.EXIT]


@measure(unit="ties", formula="count by region of the source", source="li:2.B")
def n_ties(view: View) -> FloatArray:
    """Ties of all layers."""
    return view.rates[1]


def _ties_of(layer: Layer) -> Measure:
    @measure(
        name=f"n_{layer.name.lower()}_ties",
        doc=f"Ties of the {label(layer)} layer.",
        unit="ties",
        formula="count by region of the source",
        source="li:2.B",
    )
    def count(view: View) -> FloatArray:
        return view.network.ties[layer]

    return count


for _layer in Layer:
    _ties_of(_layer)


@measure(unit="ties per quarter", formula="count", source="li:2.B")
def n_ties_formed(view: View) -> FloatArray:
    """Ties formed this quarter."""
    return view.event_counts[Event.TIE_FORMED]


@measure(unit="ties per quarter", formula="count", source="li:2.B")
def n_ties_dissolved(view: View) -> FloatArray:
    """Ties dissolved this quarter, also by exit of one end."""
    return view.event_counts[Event.TIE_DISSOLVED]


@measure(unit="partners", formula=f"mean number of {_PARTNERS}", source="li:2.B", null_when="there is no actor")
def mean_degree(view: View) -> FloatArray:
    """Mean number of partners."""
    return view.network.shape.mean_degree


@measure(
    unit="1",
    formula=f"third standardised moment of the number of {_PARTNERS}",
    source="watts1998",
    null_when="all actors have the same number of partners",
)
def degree_skew(view: View) -> FloatArray:
    """How unevenly partners are spread: 0 symmetric, positive with a few hubs."""
    return view.network.shape.degree_skew


@measure(
    unit="1",
    formula="mean over actors of tied pairs of partners / pairs of partners, 0 with fewer than two partners",
    source="watts1998",
    null_when="there is no actor",
)
def clustering(view: View) -> FloatArray:
    """How often two partners of an actor are partners themselves."""
    return view.network.shape.clustering


@measure(
    unit="1",
    formula="actors in the largest connected part / actors",
    source="li:2.B",
    null_when="there is no actor",
)
def largest_component_share(view: View) -> FloatArray:
    """Share of actors that can all reach each other."""
    return view.network.shape.largest_component


@measure(
    unit="steps",
    formula=f"mean shortest path from up to {SOURCES} actors to all they can reach",
    source="watts1998",
    null_when=f"not a quarter of the interval ({INTERVAL}), or nobody has a partner",
)
def mean_path_length(view: View) -> FloatArray:
    """Mean number of steps between two actors that can reach each other."""
    values = np.full(view.n_regions, np.nan)
    if view.is_interval:
        first, partner = view.network.first, view.network.partner
        for r in range(view.n_regions):
            values[r] = mean_distance(first, partner, view.sample_of(r, SOURCES))
    return values


@measure(
    unit="1",
    formula="sum over communities of ties inside / ties - (degrees / 2 ties)^2, communities by Louvain",
    source="blondel2008",
    null_when=f"not a quarter of the interval ({INTERVAL}), or nobody has a partner",
)
def modularity(view: View) -> FloatArray:
    """How far the network falls apart into communities."""
    values = np.full(view.n_regions, np.nan)
    if view.is_interval:
        for r in range(view.n_regions):
            values[r] = modularity_of(*_inside(view, r))
    return values


def _inside(view: View, region: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the partner lists of a region's actors among themselves, in the order of their identities."""
    return view.once(f"partners inside region {region}", lambda: _made_inside(view, region))


def _made_inside(view: View, region: int) -> tuple[IntArray, IntArray, FloatArray]:
    first, partner = view.network.first, view.network.partner
    members = view.members_of(region)
    place = np.full(len(first) - 1, -1)
    place[members] = np.arange(len(members))
    return lists_inside(first, partner, members, place)


def _core_fit(view: View) -> FloatArray:
    """Return fit to a core and a periphery and size of the core, shape (2, regions)."""
    return view.once("core and periphery", lambda: _made_core_fit(view))


def _made_core_fit(view: View) -> FloatArray:
    return np.array([core_fit(*_inside(view, r)[:2]) for r in range(view.n_regions)]).T


@measure(
    unit="1",
    formula="largest correlation of ties with 1 inside the core and 0 inside the periphery, core = the c actors with "
    "most partners, over all c",
    source="borgatti2000; li:2.A",
    null_when=f"not a quarter of the interval ({INTERVAL}), or nobody has a partner, or everybody all",
)
def core_periphery(view: View) -> FloatArray:
    """How near the network is to a core where all are tied and a periphery where nobody is."""
    return _core_fit(view)[0] if view.is_interval else view.null


@measure(
    unit="1",
    formula="actors in the core that fits best / actors",
    source="borgatti2000; li:2.A",
    null_when=f"not a quarter of the interval ({INTERVAL}), or nobody has a partner, or everybody all",
)
def network_core_share(view: View) -> FloatArray:
    """Share of actors in the core of the network."""
    return _core_fit(view)[1] if view.is_interval else view.null
