"""What a unit costs and what it is sold for (model.md line 12, first half).

Labour cost follows the technology embodied in equipment and the intelligent level; digital saves waste, green saves
energy and material (cheng 4.1). The mark-up rises with the value-chain position where quality is good, and falls
where many stand near the same position (E1, E5).
"""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import kernel
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Kind, Level
from abm.state.technique import fuel_use, labour_productivity, material_use, step_shift, used_intelligence
from abm.state.trade_terms import import_quality
from abm.state.world import World
from abm.types import FloatArray, IntArray
from abm.valuation import crowding

_FIRM = int(Kind.FIRM)
_DIGITAL = int(Level.DIGITAL)
_INTELLIGENT = int(Level.INTELLIGENT)
_GREEN = int(Level.GREEN)


@kernel
def power(base: float, exponent: float) -> float:
    """Return base ** exponent through exp and log, so that compiled and uncompiled code agree to the last bit.

    >>> round(power(2.0, 3.0), 12)
    8.0
    """
    return math.exp(exponent * math.log(base))


@kernel
def cost_and_price(
    firm: IntArray, sector: IntArray, region: IntArray, wage: FloatArray, labour_share: FloatArray,
    inputs: FloatArray, energy: FloatArray, capital_ratio: FloatArray, equipment_level: FloatArray,
    level: FloatArray, outside_step_share: FloatArray, value_chain: FloatArray, quality: FloatArray,
    sales: FloatArray, talent: FloatArray, staff: FloatArray, flaw: FloatArray, hidden: FloatArray,
    unit_cost: FloatArray, price: FloatArray, base_wage: float, wear: float, reference: float,
    intelligent_gain: float, waste_saving: float, green_saving: float, step_span: float, carbon_cost: float,
    base_markup: float, value_markup: float, crowding_strength: float, intelligent_talent: float, dumping: float,
) -> None:  # fmt: skip
    """Set unit cost and price of each firm.

    Cost = materials (1 - waste_saving digital) + energy (1 + carbon) (1 - green_saving green) + wage / productivity
    + wear; bought steps move cost from labour to materials. Price = cost (1 + mu0 + mu1 v q / (1 + chi n)), less what
    a flaw that buyers do not see lets a firm undercut: (1 - dumping flaw hidden).
    """
    near = crowding(firm, region, sector, value_chain, sales, len(wage), len(inputs))
    material = np.zeros(len(inputs))
    for u in range(len(inputs)):
        for s in range(len(inputs)):
            material[s] += inputs[u, s]
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        used = used_intelligence(level[i, _INTELLIGENT], talent[i], staff[i], intelligent_talent)
        productivity = labour_productivity(
            base_wage / labour_share[s], equipment_level[i], reference, used, intelligent_gain
        )
        shift = step_shift(outside_step_share[i], step_span)
        labour = wage[region[i]] / productivity * (1.0 - shift)
        materials = material_use(material[s], shift, level[i, _DIGITAL], waste_saving)
        fuel = fuel_use(energy[s], carbon_cost, level[i, _GREEN], green_saving)
        unit_cost[i] = materials + fuel + labour + capital_ratio[s] * wear
        markup = base_markup + value_markup * value_chain[i] * quality[i] / (1.0 + crowding_strength * near[f])
        price[i] = unit_cost[i] * (1.0 + markup) * (1.0 - dumping * flaw[i] * hidden[i])


@rule(
    writes=("actors.unit_cost", "actors.price"),
    source="zhao2020:III.C; zhao2020:III.D; cheng:4.1; ren:2.3.3",
    off={"market.price_adjustment": False},
)
def set_prices(world: World, parameters: Parameters, draws: Draws) -> None:
    """Firms reckon their unit cost and mark it up; who hides a flaw sells below that.

    Equation   p = c (1 + mu0 + mu1 v q / (1 + chi n(v))) (1 - dumping flaw hidden)
    Units      p, c: price of imports = 1; v, q, n, flaw, hidden: 1
    Source     model.md line 12, E1; waste, energy and labour savings after cheng 4.1; outsiders zhao2020 III.D
    Draws      none
    Off when   market.price_adjustment = false: costs and prices stay
    """
    if not parameters.market.price_adjustment:
        return
    p, production, st = parameters.market, parameters.production, world.structure
    actors = world.actors
    firm = world.slots(Kind.FIRM)
    cost_and_price(
        firm, actors.sector, actors.region, world.regions.wage, st.labour_share, st.inputs, st.energy_share,
        st.capital_ratio, actors.equipment_level, actors.level, actors.outside_step_share, actors.value_chain,
        actors.quality, actors.sales, actors.talent, actors.staff, actors.flaw, actors.hidden, actors.unit_cost,
        actors.price, production.base_wage, production.wear, production.reference_level, production.intelligent_gain,
        production.waste_saving, production.green_saving, production.step_span, parameters.policy.carbon_price,
        p.base_markup, p.value_markup, p.crowding, production.intelligent_talent,
        parameters.turnover.outsider_dumping,
    )  # fmt: skip


@kernel
def quality_on_market(
    firm: IntArray, sector: IntArray, region: IntArray, market_share: FloatArray, import_share: FloatArray,
    import_quality: FloatArray, quality: FloatArray,
) -> FloatArray:  # fmt: skip
    """Return the mean quality of what each market sells, shape (regions, sectors): of its firms and of imports.

    >>> zero = np.array([0])
    >>> quality_on_market(zero, zero, zero, np.array([0.75]), np.array([[0.25]]), np.ones(1), np.array([0.2])).tolist()
    [[0.4]]
    """
    mean = import_share * import_quality
    for i in firm:
        mean[region[i], sector[i]] += market_share[i] * quality[i]
    return mean


@kernel
def product_quality(
    firm: IntArray, sector: IntArray, region: IntArray, weight: FloatArray, frontier: FloatArray,
    capability: FloatArray, inputs: FloatArray, import_quality: FloatArray, start: IntArray, other: IntArray,
    tie: IntArray, tie_layer: IntArray, tie_target: IntArray, tie_weight: FloatArray, market_share: FloatArray,
    import_share: FloatArray, import_order: FloatArray, quality: FloatArray, input_quality: FloatArray,
    flaw: FloatArray, own_share: float, exponent: float, speed: float, learning: float, has_weak_links: bool,
) -> None:  # fmt: skip
    """Move each firm's quality to a CES of its own capability index and of its inputs, of low substitution.

    An input is as good as what is bought: of suppliers and abroad by the shares ordered there, the rest as the open
    market sells it, imports among it. With an exponent far below zero the weakest input binds: a bottleneck. Without
    weak links every input is as good as imports. A flaw is missing from it, and heals as its maker learns.

    A firm of capability 0.8 orders half of its only input from a supplier of 0.2 and a tenth abroad at 0.7; on the
    open market both have half, and imports none:

    >>> zero, half = np.zeros(2, np.int64), np.array([0.5, 0.5])
    >>> quality, made_of, one, e = np.array([0.4, 0.2]), np.zeros(2), np.ones((1, 1)), np.array([1])
    >>> product_quality(np.arange(2), zero, zero, one, np.ones(1), np.array([[0.8], [0.2]]), one, np.array([0.7]),
    ...     np.array([0, 1, 1]), e, zero[:1], zero[:1], zero[:1], half[:1], half, 0 * one, np.array([[0.1], [0.0]]),
    ...     quality, made_of, np.zeros(2), 0.5, -1.0, 1.0, 0.1, True)
    >>> made_of.round(6).tolist(), quality.round(6).tolist()
    ([0.29, 0.3], [0.425688, 0.24])
    """
    n_sectors = len(import_quality)
    target = np.zeros(len(firm))
    bought = np.zeros(n_sectors)
    tied = np.zeros(n_sectors)
    on_market = quality_on_market(firm, sector, region, market_share, import_share, import_quality, quality)
    needed = np.zeros(n_sectors)
    for u in range(n_sectors):
        for s in range(n_sectors):
            needed[s] += inputs[u, s]
    for f in range(len(firm)):
        i = firm[f]
        s = sector[i]
        own = 0.0
        for k in range(len(frontier)):
            own += weight[s, k] * capability[i, k] / frontier[k]
        for u in range(n_sectors):
            bought[u] = import_order[i, u] * import_quality[u]
            tied[u] = import_order[i, u]
        for e in range(start[i], start[i + 1]):
            t = tie[e]
            if tie_layer[t] == 0 and tie_target[t] == i:
                u = sector[other[e]]
                bought[u] += tie_weight[t] * quality[other[e]]
                tied[u] += tie_weight[t]
        own_part = power(max(own, 0.01), exponent)
        part = own_part if needed[s] <= 0.0 else 0.0
        for u in range(n_sectors):
            if inputs[u, s] > 0.0:
                good = import_quality[u]
                if has_weak_links:
                    good = bought[u] / max(1.0, tied[u]) + max(0.0, 1.0 - tied[u]) * on_market[region[i], u]
                part += inputs[u, s] / needed[s] * power(max(good, 0.01), exponent)
        input_quality[i] = power(part, 1.0 / exponent)
        target[f] = power(own_share * own_part + (1.0 - own_share) * part, 1.0 / exponent)
    for f in range(len(firm)):
        i = firm[f]
        quality[i] += speed * (target[f] * (1.0 - flaw[i]) - quality[i])
        flaw[i] *= 1.0 - learning


@rule(
    writes=("actors.quality", "actors.input_quality", "actors.flaw"),
    source="ren:2.3.1; ren:4.5; zhao2020:III.C; zhao2020:III.D",
    off={"market.quality_speed": 0.0},
)
def set_quality(world: World, parameters: Parameters, draws: Draws) -> None:
    """Quality comes from a firm's own capability and from its weakest inputs.

    Equation   q* = [a own^rho + (1 - a) sum_u b_u in_u^rho]^(1/rho), q <- q + speed ((1 - flaw) q* - q); in_u = what is
               bought of suppliers, ordered abroad and taken on the open market, by shares; flaw <- flaw (1 -
               outsider_learning)
    Units      q, own, in: frontier = 1; flaw: 1; speed, outsider_learning: 1/quarter
    Source     weak links bind (ren 2.3.1, 4.5); CES form of model.md line 12; flaws of outsiders zhao2020 III.D
    Draws      none
    Off when   market.quality_speed = 0
    """
    p, st = parameters.market, world.structure
    if p.quality_speed == 0.0:
        return
    actors, ties = world.actors, world.ties
    firm, region = world.slots(Kind.FIRM), world.kind_and_region()[1]
    lists = world.neighbours()
    product_quality(
        firm, actors.sector, region, st.weight, world.fields.frontier, actors.capability, st.inputs,
        import_quality(st, parameters.frontier.embargo_factor), lists.start, lists.other, lists.tie, ties.layer,
        ties.target, ties.weight, actors.market_share, world.regions.import_share, actors.import_order, actors.quality,
        actors.input_quality, actors.flaw, p.own_quality_share, p.quality_exponent, p.quality_speed,
        parameters.turnover.outsider_learning, p.weak_links,
    )  # fmt: skip
