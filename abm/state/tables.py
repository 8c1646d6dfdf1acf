"""The tables of a world: one row per actor, region, tie, project, claim, platform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.state.columns import Table, column
from abm.types import BoolArray, FloatArray, IntArray, UidArray

YUAN = "million yuan"
PER_QUARTER = "million yuan per quarter"
PEOPLE = "full-time equivalents"

MAX_MEMBERS = 6
"""Most members of a project: consortia of a call are the largest."""


@dataclass(frozen=True)
class Actors(Table):
    """One row per actor: firms, universities, governments, funds, platforms and the aggregate accounts."""

    is_active: BoolArray = column("the row is in use", dtype=np.bool_)
    uid: UidArray = column("identity, kept for life", dtype=np.uint64)
    kind: IntArray = column("code of Kind", dtype=np.int64, low=0, high=10)
    region: IntArray = column("region, -1 for accounts outside every region", dtype=np.int64, low=-1)
    sector: IntArray = column("main sector of a firm, else -1", dtype=np.int64, low=-1, fill=-1)
    second_sector: IntArray = column("second sector of a firm, else -1", dtype=np.int64, low=-1, fill=-1)
    born: IntArray = column("quarter of birth", "quarter", dtype=np.int64)
    is_core: BoolArray = column("core enterprise by size, ties and capability", dtype=np.bool_)
    is_chain_owner: BoolArray = column("appointed owner of a chain", dtype=np.bool_)

    cash: FloatArray = column("cash held", YUAN, low=0)
    loan: IntArray = column("row of the firm's loan in the claims table, -1 for none", dtype=np.int64, low=-1, fill=-1)
    debt: FloatArray = column("loans owed, sum of the claims on the firm", YUAN, low=0)
    loan_request: FloatArray = column("loan asked for this quarter", YUAN, low=0)
    loan_granted: FloatArray = column("loan received this quarter", YUAN, low=0)
    loan_need: FloatArray = column("what planned spending exceeds cash by, asked for or not", YUAN, low=0)
    refusal_memory: FloatArray = column("memory of own requests that banks refused", low=0, high=1)
    core_orders: FloatArray = column("orders of core buyers with a firm that needs a loan", PER_QUARTER, low=0)
    backing: FloatArray = column("share of a loan covered by vouching and guarantee", low=0, high=1)
    written_off: FloatArray = column("bank: losses on loans that later profit has not made good", YUAN, low=0)
    net_worth: FloatArray = column("cash and equipment less debt after the last dividends, and what was invested since", YUAN, low=0)
    missed_payments: IntArray = column("quarters in a row with unpaid dues", "quarter", dtype=np.int64, low=0)

    capability: FloatArray = column("technological capability by field", "level", dims=("field",), low=0)
    knowledge_stock: FloatArray = column("own research spending, depreciated", YUAN, low=0)
    absorption: FloatArray = column("absorptive capacity", low=0, high=1)
    management_fit: FloatArray = column("fit of management with introduced technology", low=0, high=1)
    patent_level: FloatArray = column("level of the best result the actor holds the rights to, by field", "level", dims=("field",), low=0)
    patent_origin: IntArray = column("code of Origin: where that result arose", dtype=np.int64, dims=("field",), low=0, high=7)

    mode: IntArray = column("code of Mode: way to get technology", dtype=np.int64, low=0, high=4)
    propensity: FloatArray = column("experienced pay-off of each mode", dims=("mode",), low=-10, high=10)
    research_intensity: FloatArray = column("research budget over sales", low=0, high=1)
    research_budget: FloatArray = column("money meant for research this quarter", PER_QUARTER, low=0)
    research_spending: FloatArray = column("money spent on research this quarter", PER_QUARTER, low=0)
    research_income: FloatArray = column("earmarked research money still unspent", YUAN, low=0)
    year_gain: FloatArray = column("capability index gained since the last strategy choice", "level", low=0)
    year_cost: FloatArray = column("research and licence money since the last strategy choice", YUAN, low=0)
    year_income: FloatArray = column("what licences of own results earned since then while the firm did research", YUAN, low=0)
    n_projects: IntArray = column("projects the actor leads or joins", dtype=np.int64, low=0)

    equipment: FloatArray = column("equipment, valued as capacity cost", YUAN, low=0)
    equipment_level: FloatArray = column("mean capability embodied in the equipment", "level", low=0)
    staff: FloatArray = column("production staff", PEOPLE, low=0)
    talent: FloatArray = column("researchers, engineers and designers", PEOPLE, low=0)
    vacancy: FloatArray = column("talent wanted and not found", PEOPLE, low=0)
    skill: FloatArray = column("share of staff trained for new productivity", low=0, high=1)

    quality: FloatArray = column("product quality, frontier = 1", low=0)
    flaw: FloatArray = column("share of quality that is missing in an outsider's products", low=0, high=1)
    hidden: FloatArray = column("part of the flaw that buyers of the open market do not see", low=0, high=1)
    price: FloatArray = column("price, imports = 1", low=0)
    unit_cost: FloatArray = column("cost of one unit at base prices", low=0)
    market_share: FloatArray = column("share in the home market of the sector", low=0, high=1)
    orders: FloatArray = column("orders received this quarter", PER_QUARTER, low=0)
    expected_orders: FloatArray = column("smoothed orders", PER_QUARTER, low=0)
    output: FloatArray = column("units made and sold this quarter", "million units", low=0)
    sales: FloatArray = column("revenue this quarter", PER_QUARTER, low=0)
    profit: FloatArray = column("operating profit this quarter", PER_QUARTER)
    margin: FloatArray = column("smoothed profit over sales", low=-5, high=1)
    local_input_share: FloatArray = column("share of inputs bought in the region", low=0, high=1)
    input_quality: FloatArray = column("quality of what goes into the product, the weakest input binding, frontier = 1", low=0)
    import_order: FloatArray = column("share of each input ordered abroad by choice", dims=("sector",), low=0, high=1)
    outside_step_share: FloatArray = column("share of production steps bought from specialists", low=0, high=1)
    novelty: FloatArray = column("share of sales from new products, along the S-curve", low=0, high=1)

    value_chain: FloatArray = column("value-chain position, 0 processing to 1 design and brand", low=0, high=1)
    level: FloatArray = column("digital, intelligent, green level", dims=("level",), low=0, high=1)
    planned_value_chain: FloatArray = column("money planned for the value chain", PER_QUARTER, low=0)
    planned_adoption: FloatArray = column("money planned for each level", PER_QUARTER, dims=("level",), low=0)
    planned_equipment: FloatArray = column("money planned for equipment", PER_QUARTER, low=0)

    orientation: FloatArray = column("university: 0 ratings to 1 use", low=0, high=1)
    openness: FloatArray = column("university: share of equipment open to firms", low=0, high=1)
    service: FloatArray = column("platform service received, by service", dims=("service",), low=0, high=1)
    weak_quarters: IntArray = column("quarters in a row a core firm lacked ties or capability", "quarter", dtype=np.int64, low=0)
    spillover: FloatArray = column("capability learned this quarter along ties from firms of other sectors", "level", low=0)
    is_needy: BoolArray = column("the firm's chain has an open need in its sector", dtype=np.bool_)
    public_money: FloatArray = column("grants, refunds, cultivation and adoption subsidy received this quarter", PER_QUARTER, low=0)
    research_support: FloatArray = column("public money worked off in projects before industrialisation this quarter", PER_QUARTER, low=0)
    vouched: FloatArray = column("share of the firm's loan that a chain owner vouches for with its own money", low=0, high=1)
    voucher_uid: UidArray = column("identity of that owner, 0 for none", dtype=np.uint64)
    steered_field: IntArray = column("field of the need that the chain leader's money is for, -1 for none", dtype=np.int64, low=-1, fill=-1)
    project_load: FloatArray = column("places that projects take, of those research money can feed", low=0)
    is_reached: BoolArray = column("policy reaches the firm", dtype=np.bool_, fill=True)


@dataclass(frozen=True)
class Fields(Table):
    """One row per technology field."""

    frontier: FloatArray = column("world frontier", "level", low=0, fill=1.0)


@dataclass(frozen=True)
class Sectors(Table):
    """One row per sector."""

    is_awake: BoolArray = column("products of the sector are made in the region; dormant sectors wake up", dtype=np.bool_, dims=("region",), fill=True)


@dataclass(frozen=True)
class Regions(Table):
    """One row per region."""

    household_slot: IntArray = column("slot of the households' account", dtype=np.int64)
    government_slot: IntArray = column("slot of the government", dtype=np.int64)
    labour_force: FloatArray = column("people who want work", PEOPLE, low=0)
    wage: FloatArray = column("wage of production staff", "million yuan per quarter", low=0)
    talent_wage: FloatArray = column("wage of talent", "million yuan per quarter", low=0)
    talent_pool: FloatArray = column("talent looking for a post", PEOPLE, low=0)
    pool_capability: FloatArray = column("mean capability of the pool", "level", dims=("field",), low=0)
    pool_origin: FloatArray = column("origin shares of the pool's capability", dims=("origin",), low=0, high=1)
    displaced: FloatArray = column("staff displaced by automation, not yet retrained", PEOPLE, low=0)
    unemployment: FloatArray = column("share of the labour force without work", low=0, high=1)
    household_income: FloatArray = column("what households received, net of taxes, between two rounds of consumption", PER_QUARTER, low=0)
    household_cash: FloatArray = column("cash of households after they last consumed", YUAN, low=0)
    tax_revenue: FloatArray = column("taxes of last quarter", PER_QUARTER, low=0)
    budget: FloatArray = column("earmarked public money by instrument", YUAN, dims=("instrument",), low=0)
    import_share: FloatArray = column("imports' share in each market", dims=("sector",), low=0, high=1)
    normal_import_share: FloatArray = column("imports' share the market is pulled back to", dims=("sector",), low=0, high=1)
    import_appeal: FloatArray = column("standing advantage of imports that makes them start level", dims=("sector",))
    pending_demand: FloatArray = column("prepaid orders for the next market", YUAN, dims=("sector",), low=0)
    demand: FloatArray = column("demand that reached each sector's market this quarter", PER_QUARTER, dims=("sector",), low=0)
    imports: FloatArray = column("imports from outside all regions this quarter", PER_QUARTER, dims=("sector",), low=0)
    sold_across: FloatArray = column("what the region's firms sold in other regions this quarter", PER_QUARTER, dims=("sector",), low=0)
    bought_across: FloatArray = column("what the region's buyers bought in other regions this quarter", PER_QUARTER, dims=("sector",), low=0)
    first_price: FloatArray = column("export price over quality when there first were sellers", dims=("sector",), low=0)
    final_demand: FloatArray = column("demand of households, investors and the world", PER_QUARTER, dims=("sector",), low=0)
    export_base: FloatArray = column("export orders at the start", PER_QUARTER, dims=("sector",), low=0)
    export_reach: FloatArray = column("part of the world's orders that come here: who was not served goes elsewhere", dims=("sector",), low=0, high=1, fill=1.0)
    new_potential: FloatArray = column("demand that new products can open, over demand as it was", dims=("sector",), low=0, high=1)
    new_demand: FloatArray = column("demand that new products have opened, over demand as it was", dims=("sector",), low=0, high=1)
    traditional_factor: FloatArray = column("exports over what they would be at the first productivity of traditional industries", dims=("sector",), low=0, fill=1.0)
    traditional_purchases: FloatArray = column("what traditional industries got this quarter, part of exports", PER_QUARTER, dims=("sector",), low=0)
    traditional_level: FloatArray = column("productivity of traditional industries, frontier = 1; 0 before they first bought", low=0)
    traditional_first: FloatArray = column("the same when they first bought", low=0)
    export_orders: FloatArray = column("export orders this quarter", PER_QUARTER, dims=("sector",), low=0)
    mean_price: FloatArray = column("sales-weighted price", dims=("sector",), low=0, fill=1.0)
    mean_productivity: FloatArray = column("output per worker", "million units per quarter", low=0)
    first_productivity: FloatArray = column("output per worker at the start", "million units per quarter", low=0)
    unfilled: FloatArray = column("orders that local firms could not fill, smoothed", PER_QUARTER, dims=("sector",), low=0)
    wanted_local: FloatArray = column("imported inputs of core firms, smoothed", PER_QUARTER, dims=("sector",), low=0)
    last_return: FloatArray = column("profit over assets of firms last quarter")
    visible_investment: FloatArray = column("investment of firms last year", PER_QUARTER, low=0)
    accrued: FloatArray = column("public money that accrued to each instrument this quarter", PER_QUARTER, dims=("instrument",), low=0)
    lapsed: FloatArray = column("public money each instrument lost this quarter: above the cap, or switched off", PER_QUARTER, dims=("instrument",), low=0)
    exit_utilisation_gap: FloatArray = column("use of capacity of firms that closed this quarter less that of all")
    exit_quality_gap: FloatArray = column("ln of quality over the market's mean, of firms that closed this quarter less that of all")
    national_money: FloatArray = column("what the rest of world paid for national projects this quarter", PER_QUARTER, low=0)


@dataclass(frozen=True)
class Needs(Table):
    """One row per region. The one definition of need for everyone (model.md section 1, E4)."""

    available: FloatArray = column("best capability available", "level", dims=("sector", "field"), low=0)
    gap: FloatArray = column("1 - available / frontier", dims=("sector", "field"), low=0, high=1)
    local_gap: FloatArray = column("the same without imports", dims=("sector", "field"), low=0, high=1)
    exposure: FloatArray = column("output exposed to a gap", PER_QUARTER, dims=("chain", "sector", "field"), low=0)
    is_open: BoolArray = column("the need is open", dims=("chain", "sector", "field"), dtype=np.bool_)
    opened: IntArray = column("quarter it opened", "quarter", dims=("chain", "sector", "field"), dtype=np.int64)
    is_published: BoolArray = column("published by the chain leader", dims=("chain", "sector", "field"), dtype=np.bool_)
    pull: FloatArray = column("weight of each field for research on needs", dims=("sector", "field"), low=0)
    commonness: FloatArray = column("exposure of a field summed over chains, times generality", dims=("field",), low=0)
    generality: FloatArray = column("1 - Herfindahl of exposure over chains", dims=("field",), low=0, high=1)
    cause: IntArray = column("event that opened it, -1 for none", dims=("chain", "sector", "field"), dtype=np.int64, low=-1, fill=-1)


@dataclass(frozen=True)
class Ties(Table):
    """One row per tie. Supply, service, credit and guidance ties run from source to target."""

    is_active: BoolArray = column("the row is in use", dtype=np.bool_)
    source: IntArray = column("slot of the source", dtype=np.int64, fill=-1)
    target: IntArray = column("slot of the target", dtype=np.int64, fill=-1)
    source_uid: UidArray = column("identity of the source", dtype=np.uint64)
    target_uid: UidArray = column("identity of the target", dtype=np.uint64)
    layer: IntArray = column("code of Layer", dtype=np.int64, low=0, high=4)
    origin: IntArray = column("code of TieOrigin, fixed at birth", dtype=np.int64, low=0, high=4)
    weight: FloatArray = column("strength; for supply ties the share of the buyer's input", low=0, high=1)
    trust: FloatArray = column("trust", low=0, high=1)
    born: IntArray = column("quarter of birth", "quarter", dtype=np.int64)
    used: IntArray = column("quarter of last use", "quarter", dtype=np.int64)
    cause: IntArray = column("event that made it", dtype=np.int64, fill=-1)


@dataclass(frozen=True)
class Projects(Table):
    """One row per innovation project."""

    is_active: BoolArray = column("the row is in use", dtype=np.bool_)
    uid: UidArray = column("identity", dtype=np.uint64)
    member: IntArray = column("slots of the members, initiator first, -1 for none", dtype=np.int64, dims=("member",), fill=-1)
    member_uid: UidArray = column("identities of the members", dtype=np.uint64, dims=("member",))
    effort: FloatArray = column("money paid by each member", YUAN, dims=("member",), low=0)
    n_members: IntArray = column("number of members", dtype=np.int64, low=0)
    kind: IntArray = column("code of ProjectKind", dtype=np.int64, low=0, high=3)
    is_pull: BoolArray = column("started for a need or a weak link (pull), not curiosity (push)", dtype=np.bool_)
    is_national: BoolArray = column("paid by the rest of world as a national project", dtype=np.bool_)
    tie_origin: IntArray = column("origin of the tie between initiator and first partner, -1 for none", dtype=np.int64, fill=-1)
    region: IntArray = column("region", dtype=np.int64)
    sector: IntArray = column("sector it is for, -1 for none", dtype=np.int64, fill=-1)
    field: IntArray = column("technology field", dtype=np.int64, low=0)
    stage: IntArray = column("code of Stage", dtype=np.int64, low=0, high=4)
    remaining: IntArray = column("quarters left in the stage", "quarter", dtype=np.int64)
    cost: FloatArray = column("cost of the stage in hand", PER_QUARTER, low=0)
    artefact: FloatArray = column("capability level of the result", "level", low=0)
    service_share: FloatArray = column("share of the result owed to a platform service", low=0, high=1)
    venture_share: FloatArray = column("part of its pilot that a venture fund has paid for", low=0, high=1)
    cause: IntArray = column("event that started it", dtype=np.int64, fill=-1)
    born: IntArray = column("quarter of start", "quarter", dtype=np.int64)


@dataclass(frozen=True)
class Claims(Table):
    """One row per claim: an asset of the creditor and a liability of the debtor."""

    is_active: BoolArray = column("the row is in use", dtype=np.bool_)
    kind: IntArray = column("code of ClaimKind", dtype=np.int64, low=0, high=3)
    creditor: IntArray = column("slot of the creditor", dtype=np.int64, fill=-1)
    debtor: IntArray = column("slot of the debtor", dtype=np.int64, fill=-1)
    creditor_uid: UidArray = column("identity of the creditor", dtype=np.uint64)
    debtor_uid: UidArray = column("identity of the debtor", dtype=np.uint64)
    principal: FloatArray = column("amount owed", YUAN, low=0)
    rate: FloatArray = column("interest", "1/quarter", low=0, high=1)
    born: IntArray = column("quarter of birth", "quarter", dtype=np.int64)


@dataclass(frozen=True)
class Platforms(Table):
    """One row per platform; the platform is also an actor."""

    is_active: BoolArray = column("the row is in use", dtype=np.bool_)
    actor: IntArray = column("slot of the actor", dtype=np.int64, fill=-1)
    actor_uid: UidArray = column("identity of the actor", dtype=np.uint64)
    quality: FloatArray = column("quality of each service", dims=("service",), low=0, high=1)
    load: FloatArray = column("users of each service this quarter", dims=("service",), low=0)
    has_service: BoolArray = column("the service is offered", dims=("service",), dtype=np.bool_)
    fit: FloatArray = column("specialisation by field, sums to 1", dims=("field",), low=0, high=1)
    income: FloatArray = column("fees this quarter", PER_QUARTER, low=0)
    support: FloatArray = column("money from government, alliances and core firms this quarter", PER_QUARTER, low=0)
    spending: FloatArray = column("spending this quarter", PER_QUARTER, low=0)
    loss_quarters: IntArray = column("quarters in a row that needed public money", "quarter", dtype=np.int64, low=0)
    opened: IntArray = column("quarter of birth", "quarter", dtype=np.int64)
    n_members: IntArray = column("members", dtype=np.int64, low=0)
    cause: IntArray = column("event that opened it, -1 for none", dtype=np.int64, low=-1, fill=-1)


@dataclass(frozen=True)
class Ledger(Table):
    """One row per actor: where its capability arose (origin) and how it travelled (route).

    Amounts are capability summed over fields. At every moment ``stock`` summed over origin and route equals
    ``actors.capability`` summed over fields; ``gain`` and ``loss`` are this quarter's flows.
    """

    stock: FloatArray = column("capability held", "level", dims=("origin", "route"), low=0)
    gain: FloatArray = column("capability gained this quarter", "level", dims=("origin", "route"), low=0)
    loss: FloatArray = column("capability lost to obsolescence or exit this quarter", "level", low=0)
    total_gain: FloatArray = column("capability gained in the actor's life", "level", dims=("origin", "route"), low=0)


@dataclass(frozen=True)
class Accounts(Table):
    """One row per kind of actor: money in and out this quarter, to check the cash columns against."""

    paid: FloatArray = column("paid this quarter", YUAN, low=0)
    received: FloatArray = column("received this quarter", YUAN, low=0)


@dataclass(frozen=True)
class Volumes(Table):
    """One row per purpose: money moved this quarter, by region of the payer (last entry: outside)."""

    amount: FloatArray = column("money moved", YUAN, dims=("region_or_outside",), low=0)
