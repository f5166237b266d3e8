"""Responses: curves against plain interpolation, and functions that they must equal."""

import numpy as np
import pytest

from scenarios import distributions as dist
from scenarios.activity import MonthActivity
from scenarios.draws import Draws
from scenarios.months import Month
from scenarios.response import Curve, Effect, Response, monthly, ratio
from scenarios.response_points import Point, between, checks, foreseen, nodes, ray
from scenarios.uncertain_input import UncertainInput


def curve(x, *columns):
    return Curve(x=np.array(x, dtype=float), y=np.array(columns, dtype=float).T)


def test_a_curve_is_straight_between_points_and_goes_on_beyond_them():
    both = curve([0.5, 1.0, 2.0], [5, 10, 12], [1, 1, 4])
    at = np.array([[0.75, 1.5], [1.0, 2.0], [0.25, 3.0], [2.5, 0.0]])
    expected = [[7.5, 2.5], [10, 4], [2.5, 7], [13, 1]]
    np.testing.assert_allclose(both.at(at), expected)
    inside = np.array([[0.6, 0.6], [1.7, 1.7]])
    for t in range(2):
        plain = np.interp(inside[:, t], both.x, both.y[:, t])
        np.testing.assert_allclose(both.at(inside)[:, t], plain)


def test_a_curve_of_one_point_is_flat():
    alone = curve([1.0], [3.0], [4.0])
    assert alone.at(np.array([[0.0, 9.0]])).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("x", [[1.0, 1.0], [2.0, 1.0]])
def test_a_curve_needs_rising_x(x):
    with pytest.raises(ValueError, match="rising"):
        curve(x, [1.0, 2.0])


def test_the_inverse_finds_the_way_back_even_over_a_floor():
    hours = curve([0.5, 1.0, 2.0], [40, 40, 80], [10, 20, 40])
    at = np.array([[1.5, 0.7], [1.25, 2.5]])
    np.testing.assert_allclose(hours.inverse(hours.at(at)), at, rtol=1e-6)
    floor = hours.inverse(np.array([[40.0, 20.0]]))
    assert hours.at(floor)[0].tolist() == pytest.approx([40, 20])


def test_nothing_over_nothing_changes_nothing():
    found = ratio(np.array([2.0, 0.0, 3.0]), np.array([4.0, 0.0, 0.0]))
    assert found.tolist() == [0.5, 1.0, 1.0]


def product_response(yearly=frozenset()):
    """Hours 100 v a, cost 7 x hours + 300 v, in two months; prices scale by fx."""
    v, a = np.array([0.5, 1.0, 1.5, 2.0]), np.array([0.8, 1.0, 1.2])
    hours = 100 * v
    return Response(
        name="plan",
        volumes=("volume",),
        yearly=yearly,
        hours=curve(v, hours, hours),
        cost={
            "by hour": curve(v, 7 * hours, 7 * hours),
            "by contact": curve(v, 300 * v, 300 * v),
        },
        slack=curve(v, 1.4 - v, 1.0 - v),
        effects=(
            Effect(
                name="aht",
                hours=curve(a, a, a),
                cost={"by contact": curve(a, 1 / a, 1 / a)},
                slack=None,
            ),
            Effect(name="fx", cost={"by hour": curve([0.5, 2.0], [0.5, 2], [0.5, 2])}),
            Effect(name="mood", cost={}, slack=curve([0, 1], [0, 0.5], [0, 0.5])),
        ),
    )


def test_load_counts_as_volume_and_contacts_cost_what_they_cost():
    values = {
        name: np.array([[value, value]])
        for name, value in {"volume": 1.25, "aht": 1.2, "fx": 1.5, "mood": 0.0}.items()
    }
    found = product_response().at(values)
    # 7 x 100 v a fx, and contacts' price does not know of handle times
    expected = round(7 * 100 * 1.25 * 1.2 * 1.5) + round(300 * 1.25)
    assert found.cost_minor.tolist() == [[expected, expected]]
    assert found.service_met is not None
    assert found.service_met.tolist() == [[False, False]]  # 1.5 as volume
    values["mood"][:] = 1.0
    assert product_response().at(values).service_met.tolist() == [[True, True]]


def drawn(**values):
    return Draws(values={k: np.array(v) for k, v in values.items()}, seed=0)


def test_yearly_factors_build_up_month_by_month():
    draws = drawn(volume=[1.21, 1.0], aht=[1.0, 1.1])
    found = monthly(draws, frozenset({"volume"}), 13)
    np.testing.assert_allclose(found["volume"][0, [0, 6, 12]], [1.0, 1.1, 1.21])
    assert (found["aht"][1] == 1.1).all()


def test_futures_beyond_what_was_solved_are_counted():
    draws = drawn(
        volume=[1.0, 1.9, 2.1, 0.4], aht=[1.0] * 4, fx=[1.0] * 4, mood=[0.0] * 4
    )
    response = product_response()
    assert response.beyond_fraction(draws) == 0.5
    cost = response.outcome(draws).cost_minor[:, 0].tolist()
    assert cost == [1000, 1900, 2100, 400]  # straight lines go on


def test_without_effects_on_hours_volumes_stand_for_themselves():
    plain = product_response()
    response = Response(
        name="x",
        volumes=("a", "b"),
        yearly=frozenset(),
        hours=plain.hours,
        cost=plain.cost,
        slack=plain.slack,
        effects=(),
    )
    values = {"a": np.array([[1.1, 1.1]]), "b": np.array([[0.5, 2.0]])}
    assert response.volume_alike(values).tolist() == [[0.55, 2.2]]


def uncertain(name, path, distribution, **more):
    return UncertainInput(
        name=name,
        path=path,
        operation=more.pop("operation", "scale"),
        distribution=distribution,
        **more,
    )


VOLUME = uncertain("volume", "queues.*.volume_scale", dist.LogNormal(mean=1, cv=0.1))
SICK = uncertain("sick", "shrinkage.sickness.fraction", dist.Uniform(low=0.2, high=3))
SET = uncertain(
    "share",
    "queues.chat.containment",
    dist.Uniform(low=0.1, high=0.3),
    operation="set",
)
FX = uncertain("fx", "exchange_rates.USD.EUR", dist.Normal(mean=1.02, sd=0.1))
WAGES = uncertain(
    "wages",
    "cost_models.own.grades.agent",
    dist.Normal(mean=1.04, sd=0.01),
    yearly=True,
)


def test_what_kind_of_thing_an_input_is():
    assert VOLUME.is_volume
    assert not SICK.is_volume
    assert not SICK.is_price
    assert FX.is_price
    assert (VOLUME.neutral, SET.neutral) == (1.0, pytest.approx(0.2))
    assert SET.patch(0.25).path == "queues.chat.containment"
    assert WAGES.to_row()["per_year"] is True


def test_the_ray_reaches_as_far_as_volumes_and_a_tenth_for_the_rest():
    factors = [point.volume for point in ray([VOLUME], 12)]
    ends = VOLUME.distribution.quantile(np.array([0.001, 0.999]))
    np.testing.assert_allclose([factors[0], factors[-1]], ends)
    assert 1.0 in factors
    assert factors == sorted(factors)
    narrow = [point.volume for point in ray([SICK, FX], 12)]
    np.testing.assert_allclose(np.log([narrow[0], narrow[-1]]), [-0.1, 0.1])
    set_ = [point.volume for point in ray([SET], 12)]
    np.testing.assert_allclose(np.log(set_[-1]), 0.1)


def test_nodes_leave_out_the_value_that_changes_nothing():
    values = [point.values["share"] for point in nodes(SET, 12)]
    assert len(values) == 2
    assert all(v != pytest.approx(0.2) for v in values)
    assert len(nodes(FX, 12)) == 4
    two_years = [point.values["wages"] for point in nodes(WAGES, 24)]
    one_year = [point.values["wages"] for point in nodes(WAGES, 12)]
    np.testing.assert_allclose(two_years, np.square(one_year))


def test_a_point_changes_what_it_names_and_what_is_always_set():
    point = Point(name="p", values={"volume": 1.1}, volume=1.2)
    patches = point.patches([VOLUME, SICK, SET])
    assert [(p.path, p.operation, p.value) for p in patches] == [
        ("queues.*.volume_scale", "scale", 1.1),
        ("queues.chat.containment", "set", pytest.approx(0.2)),
        ("queues.*.volume_scale", "scale", 1.2),
    ]


def test_futures_checked_are_the_first_ones():
    found = checks(drawn(volume=[1.1, 0.9, 1.0]), 2)
    assert [point.values for point in found] == [{"volume": 1.1}, {"volume": 0.9}]
    assert len(checks(drawn(volume=[1.0]), 5)) == 1


def activity(**values):
    return MonthActivity(lane_id="a", month=Month.parse("2026-11"), **values)


def test_activities_on_the_way_between_two():
    one = activity(contacts=100.0, kpis={"csat": 0.8}, premium_hours={"night": 4.0})
    other = activity(contacts=200.0, kpis={"csat": 0.9}, premium_hours={"sunday": 2.0})
    (found,) = between([one], [other], 0.25)
    assert found.contacts == 125.0
    assert found.kpis["csat"] == pytest.approx(0.825)
    assert found.premium_hours == {"night": 4.0, "sunday": 2.0}


def test_take_or_pay_goes_by_what_was_planned():
    planned = activity(contacts=100.0, forecast_contacts=100.0)
    came = activity(contacts=60.0, forecast_contacts=60.0)
    (found,) = foreseen([came], [planned])
    assert (found.contacts, found.forecast_contacts) == (60.0, 100.0)
