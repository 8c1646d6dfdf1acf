"""Banks lend what they hold (model.md line 8, second half).

Requests are ranked by default probability, collateral and backing and rationed to funds; weak firms do not even ask
(zhao2020 III.D: financing is difficult and dear for SMEs). Financial intermediaries supply the innovation chain
(ren 2.3.3, 4.3).
"""

from __future__ import annotations

import numpy as np

from abm.kernels_lending import lend_to_firms
from abm.parameters import Parameters
from abm.randomness import Draws, make_uid
from abm.rule import rule
from abm.state import accounts
from abm.state.accounts import books_of
from abm.state.codes import Event, Kind
from abm.state.world import World


@rule(
    writes=(
        "actors.debt", "actors.loan", "actors.loan_request", "actors.loan_granted", "actors.loan_need",
        "actors.refusal_memory", "actors.core_orders", "claims.*", *accounts.WRITES,
    ),
    source="zhao2020:III.B; zhao2020:III.D; ren:2.3.3; ren:4.3",
    off={"switches.finance": False},
    needs_rows={"claims": 1.0},
)  # fmt: skip
def lend(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms ask for what planned spending exceeds their cash; banks rank, ration and lend.

    Equation   PD = (1 - exp(-slope (debt + credit) / (equity + pledge orders of core buyers)))
               (1 - relief max(backing, record)) (1 - preference green); granted safest first within funds, up to
               cutoff (1 + d_bank) (1 - caution losses / loans); rate = base + spread PD; an SME in need keeps silent
               with probability discouraged (sqrt(PD / cutoff) + max(m_i, mean m of ties)); m += memory (refused - m)
    Units      money: million yuan; rates: 1/quarter; PD, m: 1
    Source     zhao2020 III.B, III.D; ren 2.3.3, 4.3; PD after Eurace (facts.md)
    Draws      "discouraged" per firm; a bank's cut-off is lasting
    Off when   switches.finance = false
    """
    if not parameters.switches.finance:
        return
    a, claims, p = world.actors, world.claims, parameters.finance
    ties, lists = world.ties, world.neighbours()
    backing = np.minimum(1.0, a.backing + (a.vouched if parameters.switches.chain_leader else 0.0))
    refused, bank, why, has_room = lend_to_firms(
        world.slots(Kind.FIRM), world.slots(Kind.BANK), books_of(world), a.uid, a.is_core, a.sector, a.debt, a.loan,
        a.loan_request, a.loan_granted, a.loan_need, a.refusal_memory, a.core_orders, a.written_off, a.equipment,
        backing, a.expected_orders, a.price, a.unit_cost, a.planned_equipment, a.planned_value_chain,
        a.planned_adoption, a.research_budget, a.level, a.service, claims.is_active, claims.kind, claims.creditor,
        claims.debtor, claims.creditor_uid, claims.debtor_uid, claims.principal, claims.rate, claims.born, lists.start,
        lists.other, lists.tie, ties.layer, ties.source, ties.weight, ties.born, world.structure.capital_ratio,
        world.structure.inputs, world.structure.n_regions, world.quarter, p.default_slope, p.default_cutoff,
        p.collateral, p.backing_relief, p.discouraged, p.refusal_memory, p.pledge, p.platform_record, p.reserve,
        p.smallest_part, p.base_rate, p.risk_spread, p.green_preference, p.bank_spread, p.loss_caution,
        draws.key("discouraged"), make_uid(world.seed, "cut-off of a bank"),
    )  # fmt: skip
    if not has_room:
        raise ValueError("claims table is full")
    if len(refused):
        world.events.add(
            Event.LOAN_REFUSED, world.quarter, a.uid[refused], region=a.region[refused], partner=a.uid[bank],
            channel=why, amount=a.loan_request[refused],
        )  # fmt: skip
