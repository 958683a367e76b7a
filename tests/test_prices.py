"""What charging costs by the owner's prices, through the view and the options flow."""

from datetime import timedelta

from homeassistant.helpers import entity_registry as er
import pytest

from .home import Home
from .life import Life, begin

TOTAL = "charging_cost"
LAST = "last_charging_session.cost"


async def charge(life: Life) -> None:
    """Charge for two hours, and drive away."""
    await life.act(life.car.plug_in, hours=2)
    await life.act(life.car.unplug, minutes=5)


def cost(life: Life, key: str) -> float:
    return float(life.home.state("sensor", life.car, key))


def charged(life: Life) -> float:
    return float(life.home.state("sensor", life.car, "charged_energy"))


async def test_there_is_no_cost_without_a_price(home: Home) -> None:
    life = await begin(home)
    await charge(life)
    registry = er.async_get(home.hass)
    unique_id = f"{life.car.id}_{TOTAL}"
    assert registry.async_get_entity_id("sensor", "smartcar_dynamic", unique_id) is None
    (session,) = await life.ask("get_charging_sessions")
    assert session["cost"] is None


async def test_a_charge_at_home_costs_its_price(home: Home) -> None:
    life = await begin(home, price_home=0.5, price_away=9)
    await charge(life)
    assert charged(life) > 1
    assert cost(life, TOTAL) == pytest.approx(charged(life) * 0.5, abs=0.06)
    assert cost(life, LAST) == cost(life, TOTAL)
    (session,) = await life.ask("get_charging_sessions")
    assert session["cost"] == pytest.approx(cost(life, LAST), abs=0.01)


async def test_a_charge_elsewhere_costs_another_price(home: Home) -> None:
    life = await begin(home, price_home=0.5, price_away=0.8)
    await life.drive("work", hours=1)
    await charge(life)
    assert cost(life, LAST) == pytest.approx(charged(life) * 0.8, abs=0.09)


async def test_without_a_price_there_a_session_has_no_cost(home: Home) -> None:
    life = await begin(home, price_home=0.5)
    await charge(life)
    at_home = cost(life, TOTAL)
    await life.drive("work", hours=1)
    await charge(life)
    assert cost(life, TOTAL) == at_home
    assert life.home.state("sensor", life.car, LAST) == "unknown"


async def test_the_price_of_the_moment_counts(home: Home) -> None:
    home.hass.states.async_set("sensor.price", "0.2", {"unit_of_measurement": "EUR/kWh"})
    life = await begin(home, price_home_entity="sensor.price", price_home=7)
    await life.act(life.car.plug_in, hours=1)
    cheap, energy = cost(life, TOTAL), charged(life)
    assert cheap == pytest.approx(energy * 0.2, abs=0.03)
    home.hass.states.async_set("sensor.price", "400", {"unit_of_measurement": "EUR/MWh"})
    await life.go_on(hours=1)
    assert cost(life, TOTAL) - cheap == pytest.approx((charged(life) - energy) * 0.4, abs=0.06)


@pytest.mark.parametrize("state", ["unknown", "nan", None])
async def test_an_entity_without_a_price_is_no_price(home: Home, state: str | None) -> None:
    if state is not None:
        home.hass.states.async_set("sensor.price", state)
    life = await begin(home, price_home_entity="sensor.price")
    await charge(life)
    assert life.history.costs.total == 0


async def test_costs_are_in_the_currency_of_the_house(home: Home) -> None:
    await home.hass.config.async_update(currency="NOK")
    life = await begin(home, price_home=2)
    await charge(life)
    state = home.hass.states.get(home.entity_id("sensor", life.car, TOTAL))
    assert state is not None
    assert state.attributes["unit_of_measurement"] == "NOK"
    assert state.attributes["state_class"] == "total"


async def test_costs_survive_a_restart(home: Home) -> None:
    life = await begin(home, price_home=0.5)
    await charge(life)
    before = cost(life, TOTAL), cost(life, LAST)
    await home.reload(life.entry)
    assert (cost(life, TOTAL), cost(life, LAST)) == before


async def test_prices_and_capacity_are_options(home: Home) -> None:
    life = await begin(home)
    dialog = await home.open_options(life.entry)
    await dialog.submit(
        vehicles=[life.car.id],
        price_home=0.31,
        price_away_entity="sensor.price",
        usable_capacity=70,
    )
    await home.settle()
    assert life.entry.options == {
        "excluded_vehicles": [],
        "price_home": 0.31,
        "price_away_entity": "sensor.price",
        "usable_capacity": {life.car.id: 70},
    }
    dialog = await home.open_options(life.entry)
    assert dialog.suggested("price_home") == 0.31
    assert dialog.suggested("usable_capacity") == 70
    await dialog.submit(vehicles=[life.car.id])
    assert life.entry.options == {"excluded_vehicles": []}


async def test_several_cars_have_a_capacity_each(home: Home) -> None:
    van = home.sim.add_car("Van")
    life = await begin(home)
    dialog = await home.open_options(life.entry)
    fields = [field for field in map(str, dialog.result["data_schema"].schema) if "kWh" in field]
    assert len(fields) == 2
    (of_van,) = (field for field in fields if van.id[-4:] in field)
    await dialog.submit(vehicles=[life.car.id, van.id], **{of_van: 50})
    assert life.entry.options["usable_capacity"] == {van.id: 50}
    home.time.tick(timedelta(minutes=1))
