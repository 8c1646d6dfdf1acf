"""What a run leaves behind: measures per region and quarter, a panel of actors, and the events, as pandas frames.

Arrays are filled while the run goes on; pandas is only imported when a frame is asked for. Watching changes nothing
in the world. Quarters in all frames are counted after the burn-in, so that quarter 1 is the first that is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from abm.measures import MEASURES, Measure, coupling, stages, two_chains
from abm.measures.frames import chain_columns, stage_columns
from abm.measures.frames import in_words as _words
from abm.measures.history import History
from abm.measures.need_changes import CHAIN_COLUMNS
from abm.measures.panel import KINDS, panel_columns
from abm.measures.rates import SIZES
from abm.measures.stages import indices, stage_changes
from abm.measures.view import View
from abm.parameters import Parameters
from abm.state.codes import Event, Instrument, Layer, Mode, Path, ProjectKind, TieOrigin, label
from abm.state.structure import Structure
from abm.state.world import World
from abm.types import FloatArray

if TYPE_CHECKING:
    import pandas as pd

_PROJECTS = tuple(label(kind) for kind in ProjectKind)
CHANNEL: dict[Event, tuple[str, ...] | str] = {
    Event.ENTRY: ("supplier", "spin off", "outsider"),
    Event.EXIT: ("hazard", "insolvency"),
    Event.TIE_FORMED: tuple(label(layer) for layer in Layer),
    Event.TIE_DISSOLVED: tuple(label(layer) for layer in Layer),
    Event.PROJECT_STARTED: _PROJECTS,
    Event.RESEARCH_SUCCEEDED: _PROJECTS,
    Event.RESEARCH_FAILED: _PROJECTS,
    Event.SHELVED: _PROJECTS,
    Event.TAKEN_UP: tuple(label(origin) for origin in TieOrigin),
    Event.PILOTED: _PROJECTS,
    Event.PILOT_FAILED: _PROJECTS,
    Event.INDUSTRIALISED: _PROJECTS,
    Event.INDUSTRIALISATION_FAILED: _PROJECTS,
    Event.ABANDONED: _PROJECTS,
    Event.ARTEFACT: _PROJECTS,
    Event.CALL_OPENED: tuple(label(instrument) for instrument in Instrument),
    Event.CALL_AWARDED: ("regional", "national"),
    Event.PROPOSAL: tuple(label(layer) for layer in Layer),
    Event.LICENCE: ("abroad", "at home"),
    Event.NEED_OPENED: "chain",
    Event.NEED_CLOSED: "chain",
    Event.NEED_PUBLISHED: "chain",
    Event.OWNER_APPOINTED: "chain",
    Event.POLICY_CHANGED: tuple(label(instrument) for instrument in Instrument),
    Event.MOVED_SECTOR: "sector",
    Event.SECTOR_ACTIVATED: "sector",
    Event.STAGE_CHANGED: tuple(label(path) for path in Path),
    Event.LOAN_REFUSED: ("risk", "funds"),
}
"""What the channel of an event says: words for its codes, or which of the scenario's names it counts."""

_SHARED = {*stages.INDICATORS, *coupling.INDICATORS, *two_chains.INDICATORS}
_FUNCTIONS = tuple(each.once if each in _SHARED else each.function for each in MEASURES.values())
_PLACE = {name: place for place, name in enumerate(MEASURES)}


class Recorder:
    """Measures a run quarter by quarter.

    Parameters
    ----------
    structure
        What the scenario fixes.
    n_quarters
        Quarters to expect after the burn-in; more are taken too.
    panel_every
        Quarters between two records of every actor; 0 records none. The last quarter is always recorded.
    """

    def __init__(self, structure: Structure, n_quarters: int, panel_every: int) -> None:
        self.structure = structure
        self.panel_every = panel_every
        self.history = History.of(structure)
        self.burn_in = 0
        self.last_quarter = 0
        self._values = np.full((max(n_quarters, 1), len(MEASURES), structure.n_regions), np.nan)
        self._is_seen = np.zeros(max(n_quarters, 1), np.bool_)
        self._chains = np.full((max(n_quarters, 1), *self._chain_shape), np.nan)
        self._panel: dict[int, dict[str, Any]] = {}
        self._names: dict[int, str] = {}
        self._stage_changes: list[dict[str, Any]] = []

    # ---------------------------------------------------------------------------------------------- watching

    def observe(self, world: World, parameters: Parameters, quarter: int) -> None:
        """Take in the quarter just simulated.

        Parameters
        ----------
        world, parameters
            At the end of the quarter.
        quarter
            Counted after the burn-in; up to 0 only histories are kept.
        """
        self.burn_in = world.quarter - quarter
        self.last_quarter = quarter
        with np.errstate(divide="ignore", invalid="ignore"):
            self._observe(View(world, parameters, self.history, quarter))

    def _observe(self, view: View) -> None:
        world, quarter = view.world, view.quarter
        view.remember()
        if quarter >= 1:
            self._measure(view)
            if self.panel_every > 0 and quarter % self.panel_every == 0:
                self._panel[quarter] = panel_columns(world)
                self._names.update(world.names)  # a world forgets the names of those who leave
        changes = stage_changes(view)
        if changes:
            self._stage_changes.append(changes)
        sizes = view.rates[: len(SIZES)] if quarter >= 1 else np.nan
        self.history.keep(coupling.indicators_of(view), two_chains.indicators_of(view), sizes)
        self.history.close(indices(view)[:-1], view.milestones.reached, world.actors.uid, view.stocks.cash)

    def _measure(self, view: View) -> None:
        row = view.quarter - 1
        if row >= len(self._values):
            more = np.full_like(self._values, np.nan)
            self._values = np.concatenate([self._values, more])
            self._is_seen = np.concatenate([self._is_seen, np.zeros(len(more), np.bool_)])
            self._chains = np.concatenate([self._chains, np.full_like(self._chains, np.nan)])
        values = self._values[row]
        for place, function in enumerate(_FUNCTIONS):
            values[place] = function(view)
        values[np.isinf(values)] = np.nan
        self._is_seen[row] = True
        self._chains[row] = view.needs[0]

    @property
    def _chain_shape(self) -> tuple[int, int, int]:
        return len(CHAIN_COLUMNS), self.structure.n_regions, self.structure.n_chains

    def latest(self, name: str) -> FloatArray:
        """Return a measure in the last quarter measured, NaN before the first, shape (regions,)."""
        rows = np.flatnonzero(self._is_seen)
        if len(rows) == 0:
            return np.full(self.structure.n_regions, np.nan)
        values: FloatArray = self._values[rows[-1], _PLACE[name]].copy()
        return values

    def series(self, name: str) -> FloatArray:
        """Return a measure in all quarters measured, shape (quarters, regions); codes for a text column."""
        values: FloatArray = self._values[self._is_seen, _PLACE[name]]
        return values

    def copy(self) -> Recorder:
        """Return an independent copy, for a branch of the run."""
        other = Recorder(self.structure, 1, self.panel_every)
        other.history = self.history.copy()
        other.burn_in, other.last_quarter = self.burn_in, self.last_quarter
        other._values, other._is_seen = self._values.copy(), self._is_seen.copy()
        other._chains = self._chains.copy()
        other._panel, other._names = dict(self._panel), dict(self._names)
        other._stage_changes = list(self._stage_changes)
        return other

    # ------------------------------------------------------------------------------------------------ frames

    def measures_frame(self) -> pd.DataFrame:
        """Return one row per quarter and region: run, region, quarter, then the measures in their order."""
        import pandas as pd

        rows = np.flatnonzero(self._is_seen)
        names = self.structure.region_names
        columns: dict[str, Any] = {
            "run": np.zeros(len(rows) * len(names), np.int64),
            "region": np.tile(np.array(names, dtype=object), len(rows)),
            "quarter": np.repeat(rows + 1, len(names)),
        }
        for place, each in enumerate(MEASURES.values()):
            columns[each.name] = self._column(each, self._values[rows, place].ravel())
        return pd.DataFrame(columns)

    def _column(self, each: Measure, values: FloatArray) -> Any:
        if not each.is_text:
            return values
        return _words(np.where(np.isnan(values), -1, values).astype(np.int64), each.words(self.structure))

    def panel_frame(self, world: World) -> pd.DataFrame:
        """Return one row per actor of the network and recorded quarter."""
        import pandas as pd

        panel = dict(self._panel)
        if self.panel_every > 0 and self.last_quarter >= 1 and world.quarter == self.burn_in + self.last_quarter:
            panel.setdefault(self.last_quarter, panel_columns(world))
        if not panel:
            panel = {0: {name: values[:0] for name, values in panel_columns(world).items()}}
        quarters = sorted(panel)
        columns = {name: np.concatenate([panel[q][name] for q in quarters]) for name in panel[quarters[0]]}
        uid = columns.pop("uid")
        frame: dict[str, Any] = {
            "run": np.zeros(len(uid), np.int64),
            "region": _words(columns.pop("region"), self.structure.region_names),
            "quarter": np.repeat(quarters, [len(panel[q]["uid"]) for q in quarters]),
            "uid": uid,
            "name": _names(self._names | world.names, uid, columns["kind"]),
            "kind": _words(columns.pop("kind"), KINDS),
            "sector": _words(columns.pop("sector"), self.structure.sector_names),
            "second_sector": _words(columns.pop("second_sector"), self.structure.sector_names),
            "mode": _words(columns.pop("mode"), tuple(label(mode) for mode in Mode)),
            "born": columns.pop("born") - self.burn_in,
        }
        return pd.DataFrame(frame | columns)

    def events_frame(self, world: World) -> pd.DataFrame:
        """Return one row per event, with words for its codes; stages reached by firms are in, after their quarter."""
        import pandas as pd

        columns = {name: values.copy() for name, values in world.events.columns().items()}
        if self._stage_changes:
            extra = {
                name: np.concatenate([each[name] for each in self._stage_changes])
                for name in columns
                if name != "event_id"
            }
            extra["event_id"] = np.arange(len(extra["uid"])) + len(columns["event_id"])
            columns = {name: np.concatenate([values, extra[name]]) for name, values in columns.items()}
            order = np.argsort(columns["quarter"], kind="stable")
            columns = {name: values[order] for name, values in columns.items()}
        frame: dict[str, Any] = {
            "run": np.zeros(len(columns["event_id"]), np.int64),
            "event_id": columns["event_id"],
            "quarter": columns["quarter"] - self.burn_in,
            "kind": _categories(columns["kind"], tuple(label(kind) for kind in Event)),
            "region": _categories(columns["region"], self.structure.region_names),
            "uid": columns["uid"],
            "partner_uid": columns["partner_uid"],
            "project": columns["project"],
            "field": _categories(columns["field"], self.structure.field_names),
            "channel": self._channels(columns["kind"], columns["channel"]),
            "amount": columns["amount"],
            "cause_id": columns["cause_id"],
        }
        return pd.DataFrame(frame)

    def stages_frame(self) -> pd.DataFrame:
        """Return one row per stage that a firm reached or lost, with the gains behind it (see `stage_columns`)."""
        import pandas as pd

        return pd.DataFrame(stage_columns(self._stage_changes, self.structure, self.burn_in))

    def chains_frame(self) -> pd.DataFrame:
        """Return one row per quarter, region and chain: its worst need, and how needs are solved."""
        import pandas as pd

        rows = np.flatnonzero(self._is_seen)
        return pd.DataFrame(chain_columns(rows + 1, self._chains[rows], self.structure))

    def _channels(self, kind: Any, channel: Any) -> Any:
        """Return the words of channels: what a code means depends on the kind of event."""
        words: list[str] = []
        codes = np.full(len(kind), -1, np.int64)
        for event in Event:
            names = self._channel_words(event)
            rows = np.flatnonzero((kind == int(event)) & (channel >= 0) & (channel < len(names)))
            if len(rows) == 0:
                continue
            place = []
            for name in names:
                if name not in words:
                    words.append(name)
                place.append(words.index(name))
            codes[rows] = np.array(place)[channel[rows]]
        return _categories(codes, tuple(words))

    def _channel_words(self, event: Event) -> tuple[str, ...]:
        words = CHANNEL.get(event, ())
        if isinstance(words, tuple):
            return words
        return self.structure.chain_names if words == "chain" else self.structure.sector_names


def _categories(codes: Any, words: tuple[str, ...]) -> Any:
    """Return the words for codes as a categorical, null for -1: events are many."""
    import pandas as pd

    return pd.Categorical.from_codes(np.asarray(codes, np.int64), categories=pd.Index(words))


def _names(names: dict[int, str], uid: Any, kind: Any) -> Any:
    """Return the names of actors; one without a name gets its kind at birth and its identity."""
    return np.array(
        [
            names.get(each) or f"{KINDS[0] if code == len(KINDS) - 1 else KINDS[code]}-{each:016x}"
            for each, code in zip(uid.tolist(), kind.tolist(), strict=True)
        ],
        dtype=object,
    )
