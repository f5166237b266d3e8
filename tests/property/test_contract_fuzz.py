"""Whatever is written as a contract is read or refused in words, and then billed."""

import copy

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.contract_cases import START, context, month

from scenarios.contract import Contract
from scenarios.invoice import invoice
from wfm.domain.errors import WfmError
from wfm.io.problems import Problems
from wfm.io.terms_reader import TermsReader
from wfm.io.yaml_source import DocumentProblems, YamlDocument

GOOD = {
    "currency": "USD",
    "start": "2027-01",
    "term_months": "36",
    "price": {
        "model": "hybrid",
        "parts": {
            "calls": {
                "model": "per_contact",
                "prices": [
                    {"from_quantity": "0", "to_quantity": "1000", "price": "1.25"},
                    {"from_quantity": "1000", "price": "1.00"},
                ],
            },
            "base": {
                "model": "anchored",
                "base_charge": "9000",
                "baselines": ["1000"],
                "arc_rate": "8",
                "rrc_rate": "6",
            },
            "book": {
                "model": "cost_plus",
                "margin": "0.1",
                "costs": {
                    "model": "in_house",
                    "grades": {"agent": "2900"},
                    "premia": {"night": "0.2"},
                    "roles": {"lead": {"wage": "1", "span": "12"}},
                    "capex": [{"name": "x", "amount": "9", "months": "3"}],
                },
            },
        },
    },
    "capacity": {"measure": "contacts", "quantity": "50000"},
    "minimum": {"forecast_share": "0.9", "settled": "month"},
    "indices": [{"index": "wage", "share": "0.6", "cap": "0.05"}],
    "fx": {"cost_currency": "PHP", "reference_rate": "58", "client_share": "0.5"},
    "ramp_discounts": ["0.2", "0.1"],
    "kpis": [{"kpi": "service_level", "points": [{"value": "0.7", "rate": "-0.05"}]}],
    "transition": [{"name": "project", "amount": "20000", "month": "-2"}],
    "exit": {"notice_months": "6", "fee": "36000"},
    "taxes": [{"name": "vat", "rate": "0.2"}],
}
WORDS = st.sampled_from(
    [
        "",
        "-1",
        "0",
        "1e9",
        "nan",
        "inf",
        "2027-13",
        "EUR",
        "true",
        "x",
        "0.5",
        "7",
        "-0",
    ]
)
ODD = st.one_of(
    WORDS, st.none(), st.just([]), st.just({}), st.just(["1"]), st.just({"model": "x"})
)


def places(data, path=()):
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


PLACES = sorted(places(GOOD), key=str)[1:]


def put(data, path, value, remove):
    holder = data
    for part in path[:-1]:
        if not isinstance(holder, dict | list):
            return
        try:
            holder = holder[part]
        except (KeyError, IndexError, TypeError):
            return
    try:
        if remove:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return


def read(data):
    problems = Problems()
    document = YamlDocument(file="scenarios.yaml", data=data)
    reader = TermsReader(DocumentProblems(document, problems))
    return reader.read(Contract, data, (), contract_id="c"), problems


def test_the_contract_to_start_from_is_read():
    contract, problems = read(copy.deepcopy(GOOD))
    assert problems.found == ()
    assert contract.term_months == 36


changes = st.lists(
    st.tuples(st.sampled_from(PLACES), ODD, st.booleans()), min_size=1, max_size=4
)


@settings(max_examples=150, deadline=None)
@given(changes)
@example([(("minimum", "forecast_share"), "1", False)])
def test_changed_contracts_are_read_or_refused_in_words(changed):
    data = copy.deepcopy(GOOD)
    for path, value, remove in changed:
        put(data, path, value, remove)
    contract, problems = read(data)
    assert (contract is None) == (len(problems) > 0)
    for problem in problems.found:
        assert problem.message
    if contract is None:
        return
    activity = month(
        contacts=500,
        heads=3,
        paid_hours=400,
        forecast_contacts=600,
        productive_hours=300,
        kpis={"service_level": 0.75},
    )
    ctx = context([(0, "USD", "PHP", 57.0)])
    try:
        result = invoice(contract, activity, ctx)
    except WfmError:
        return  # refused in words
    assert result.month == START
    assert sum(x.amount.amount_minor for x in result.lines) == result.gross.amount_minor
