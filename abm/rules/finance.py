"""Banks lend what they hold (model.md line 8, second half).

Requests are ranked by default probability, collateral and backing and rationed to funds; weak firms do not even ask
(zhao2020 III.D: financing is difficult and dear for SMEs). Financial intermediaries supply the innovation chain
(ren 2.3.3, 4.3).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_lending import lend_to_firms
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import Event, Kind
from abm.state.world import World


@rule(
    writes=("actors.debt", "actors.loan", "actors.loan_request", "actors.loan_granted", "claims.*", *accounts.WRITES),
    source="zhao2020:III.B; zhao2020:III.D; ren:2.3.3; ren:4.3",
    off={"switches.finance": False},
    needs_rows={"claims": 1.0},
)
def lend(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms ask for what planned spending exceeds their cash; banks rank, ration and lend.

    Equation   PD = (1 - exp(-slope (debt + credit) / equity)) (1 - relief backing); granted safest first within
               funds; rate = base + spread PD (1 - preference green)
    Units      money: million yuan; rates: 1/quarter
    Source     zhao2020 III.B, III.D; ren 2.3.3, 4.3; PD after Eurace (facts.md)
    Draws      "discouraged" per firm
    Off when   switches.finance = false
    """
    if not parameters.switches.finance:
        return
    a, claims, p = world.actors, world.claims, parameters.finance
    backing = np.minimum(1.0, a.backing + (a.vouched if parameters.switches.chain_leader else 0.0))
    refused, bank, why, has_room = lend_to_firms(
        world.slots(Kind.FIRM), world.slots(Kind.BANK), books_of(world), a.uid, a.sector, a.debt, a.loan,
        a.loan_request, a.loan_granted, a.equipment, backing, a.expected_orders, a.price, a.unit_cost,
        a.planned_equipment, a.planned_value_chain, a.planned_adoption, a.research_budget, a.level, claims.is_active,
        claims.kind, claims.creditor, claims.debtor, claims.creditor_uid, claims.debtor_uid, claims.principal,
        claims.rate, claims.born, world.structure.capital_ratio, world.structure.n_regions, world.quarter,
        p.default_slope, p.default_cutoff, p.collateral, p.backing_relief, p.discouraged, p.reserve, p.smallest_part,
        p.base_rate, p.risk_spread, p.green_preference, draws.key("discouraged"),
    )  # fmt: skip
    if not has_room:
        raise ValueError("claims table is full")
    if len(refused):
        world.events.add(
            Event.LOAN_REFUSED, world.quarter, a.uid[refused], region=a.region[refused], partner=a.uid[bank],
            channel=why, amount=a.loan_request[refused],
        )  # fmt: skip
