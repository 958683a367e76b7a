"""Entities appear with their first reading, cost nothing when off, and come back."""

from collections import Counter
import logging

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.runtime import EntryReceiver

from .cars import Car, Writes
from .conftest import SetUp
from .home import Home
from .smartcar.payloads import NOW, TUTORIAL, VEHICLE_ID, Json, signal, state
from .webhook_client import WebhookClient

CHARGE = "tractionbattery-stateofcharge"
UNLISTED = "foo-bar"


def enable(hass: HomeAssistant, platform: str, *keys: str) -> None:
    """Have an owner who has switched these entities on."""
    for key in keys:
        er.async_get(hass).async_get_or_create(platform, "smartcar_dynamic", f"{VEHICLE_ID}_{key}")


def numbered(n: int, *signals: Json) -> Json:
    meta = {"version": "4.0", "deliveredAt": NOW + n * 1000, "mode": "LIVE"}
    return state(*signals, eventId=f"event {n}", meta=meta)


def name(car: Car, key: str) -> str:
    """Return an entity's name as people see it."""
    return str(car.state(key).attributes["friendly_name"])


@pytest.mark.usefixtures("entry")
async def test_an_entity_appears_with_its_first_reading(smartcar: WebhookClient, car: Car) -> None:
    await smartcar.deliver(numbered(1, signal(CHARGE, {"value": 50})))
    assert car.value(CHARGE) == "50"
    odometer = "odometer-traveleddistance"
    assert car.entity_id(odometer) is None
    await smartcar.deliver(numbered(2, signal(odometer, {"value": 1000, "unit": "km"})))
    assert car.value(odometer) == "1000"


async def test_deliveries_while_an_entity_is_added_are_not_lost(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver = EntryReceiver(hass, entry)
    for n in range(3):
        await receiver.async_on_delivery(numbered(n, signal(CHARGE, {"value": 50 + n})))
    await hass.async_block_till_done()
    assert car.value(CHARGE) == "52"
    await smartcar.deliver(numbered(3, signal(CHARGE, {"value": 53})))
    assert car.value(CHARGE) == "53"
    assert "does not generate unique IDs" not in caplog.text


@pytest.mark.usefixtures("entry")
async def test_an_owner_who_wants_to_see_each_delivery_does(
    hass: HomeAssistant,
    smartcar: WebhookClient,
    car: Car,
    writes: Writes,
    freezer: FrozenDateTimeFactory,
) -> None:
    enable(hass, "sensor", "last_delivery")
    await smartcar.deliver(numbered(1, signal(CHARGE, {"value": 50}, meta={})))
    before = car.value("last_delivery")
    writes.clear()
    freezer.tick(5)
    await smartcar.deliver(numbered(2, signal(CHARGE, {"value": 50}, meta={})))
    assert car.value("last_delivery") > before
    assert writes.changed == [car.entity_id("last_delivery")]
    assert writes.unchanged == []


@pytest.mark.usefixtures("entry")
async def test_unique_ids_are_vehicle_id_and_key(
    hass: HomeAssistant, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(TUTORIAL)
    device = car.device
    assert device is not None
    ours = er.async_entries_for_device(er.async_get(hass), device.id)
    assert {
        f"{VEHICLE_ID}_tractionbattery-stateofcharge",
        f"{VEHICLE_ID}_tractionbattery-range",
        f"{VEHICLE_ID}_charge-ischarging",
        f"{VEHICLE_ID}_charge-detailedchargingstatus",
        f"{VEHICLE_ID}_charge-ischargingcableconnected",
        f"{VEHICLE_ID}_location-preciselocation",
        f"{VEHICLE_ID}_last_reported",
    } <= {entity.unique_id for entity in ours}


@pytest.mark.usefixtures("entry")
async def test_an_entity_that_is_off_costs_nothing(
    hass: HomeAssistant,
    smartcar: WebhookClient,
    car: Car,
    writes: Writes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "homeassistant.components.sensor")
    voltage = "charge-voltage"
    for n in range(3):
        await smartcar.deliver(numbered(n, signal(voltage, {"value": 230 + n, "unit": "volts"})))
    entity_id = car.entity_id(voltage)
    assert entity_id is not None
    entity = er.async_get(hass).async_get(entity_id)
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert hass.states.get(entity_id) is None
    assert entity_id not in writes.changed + writes.unchanged
    # Home Assistant was offered it once.
    assert caplog.text.count("because it's disabled") == len(
        [it for it in er.async_get(hass).entities.values() if it.disabled]
    )


async def test_an_entity_that_is_enabled_has_its_value(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    voltage = "charge-voltage"
    await smartcar.deliver(numbered(1, signal(voltage, {"value": 230, "unit": "volts"})))
    er.async_get(hass).async_update_entity(str(car.entity_id(voltage)), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    assert car.value(voltage) == "230"
    await smartcar.deliver(numbered(2, signal(voltage, {"value": 231, "unit": "volts"})))
    assert car.value(voltage) == "231"


@pytest.mark.usefixtures("entry")
async def test_an_entity_with_a_new_id_goes_on(
    hass: HomeAssistant, smartcar: WebhookClient
) -> None:
    await smartcar.deliver(numbered(1, signal(CHARGE, {"value": 50})))
    car = Car(hass)
    er.async_get(hass).async_update_entity(
        str(car.entity_id(CHARGE)), new_entity_id="sensor.my_battery"
    )
    await hass.async_block_till_done()
    await smartcar.deliver(numbered(2, signal(CHARGE, {"value": 51})))
    state_of_mine = hass.states.get("sensor.my_battery")
    assert state_of_mine is not None
    assert state_of_mine.state == "51"


@pytest.mark.usefixtures("entry")
async def test_doors_have_as_many_rows_as_the_car(
    hass: HomeAssistant, smartcar: WebhookClient, car: Car
) -> None:
    places = ("front_left", "front_right", "back_left", "back_right", "row3_left", "row3_right")
    keys = [f"closure-doors.{place}.is_open" for place in places]
    enable(hass, "binary_sensor", *keys)
    doors = [
        {"row": row, "column": column, "isOpen": (row, column) == (2, 1), "isLocked": True}
        for row in range(3)
        for column in range(2)
    ]
    await smartcar.deliver(numbered(1, signal("closure-doors", {"values": doors})))
    assert [car.value(key) for key in keys] == ["off"] * 5 + ["on"]
    assert [name(car, key) for key in keys] == [
        "Jaguar I-PACE Front left door",
        "Jaguar I-PACE Front right door",
        "Jaguar I-PACE Rear left door",
        "Jaguar I-PACE Rear right door",
        "Jaguar I-PACE Door, row 3, column 1",
        "Jaguar I-PACE Door, row 3, column 2",
    ]


@pytest.mark.usefixtures("entry")
async def test_tires_have_a_name_for_each_position(smartcar: WebhookClient, car: Car) -> None:
    tires = [
        {"row": row, "column": column, "tirePressure": 240 + row + column}
        for row, column in ((0, 0), (1, 1), (1, 2))
    ]
    await smartcar.deliver(numbered(1, signal("wheel-tires", {"values": tires, "unit": "kpa"})))
    keys = [f"wheel-tires.{place}" for place in ("front_left", "back_right", "row2_column3")]
    keys[2] = next(key for key in (keys[2], "wheel-tires.back_column3") if car.entity_id(key))
    assert [name(car, key) for key in keys] == [
        "Jaguar I-PACE Front left tire pressure",
        "Jaguar I-PACE Rear right tire pressure",
        "Jaguar I-PACE Tire pressure, row 2, column 3",
    ]


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("platform", "body", "value", "unit", "device_class"),
    [
        ("sensor", {"value": 5, "unit": "km"}, "5", "km", SensorDeviceClass.DISTANCE),
        ("sensor", {"value": 5, "unit": "percent"}, "5", "%", None),
        ("sensor", {"value": "eco"}, "eco", None, None),
        ("binary_sensor", {"value": False}, "off", None, None),
        ("binary_sensor", {"value": True}, "on", None, None),
    ],
)
async def test_an_unlisted_signal_is_an_entity_named_after_it(
    hass: HomeAssistant,
    smartcar: WebhookClient,
    car: Car,
    platform: str,
    body: Json,
    value: str,
    unit: str | None,
    device_class: str | None,
) -> None:
    enable(hass, platform, UNLISTED)
    await smartcar.deliver(numbered(1, signal(UNLISTED, body, group="Foo", name="BarBaz")))
    shown = car.state(UNLISTED)
    assert shown.entity_id.startswith(platform)
    assert (shown.state, shown.attributes.get("unit_of_measurement")) == (value, unit)
    assert shown.attributes.get("device_class") == device_class
    assert shown.attributes["friendly_name"].endswith("Foo bar baz")


@pytest.mark.usefixtures("entry")
async def test_an_unlisted_signal_is_off_by_default(
    hass: HomeAssistant, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(numbered(1, signal(UNLISTED, {"value": 5, "unit": "km"})))
    entity_id = str(car.entity_id(UNLISTED))
    entity = er.async_get(hass).async_get(entity_id)
    assert entity is not None
    assert entity.disabled
    assert hass.states.get(entity_id) is None


@pytest.mark.usefixtures("entry")
async def test_a_word_that_is_no_option_is_shown_as_unknown(
    smartcar: WebhookClient, car: Car
) -> None:
    status = "charge-detailedchargingstatus"
    await smartcar.deliver(numbered(1, signal(status, {"value": "CHARGING"})))
    await smartcar.deliver(numbered(2, signal(status, {"value": "SOMETHING_NEW"})))
    assert car.value(status) == "unknown"
    await smartcar.deliver(numbered(3, signal(status, {"value": "FULLY_CHARGED"})))
    assert car.value(status) == "fully_charged"


@pytest.mark.usefixtures("entry")
async def test_no_value_is_unknown(smartcar: WebhookClient, car: Car) -> None:
    await smartcar.deliver(TUTORIAL)
    await smartcar.deliver(numbered(2, signal(CHARGE, {"value": None})))
    assert car.value(CHARGE) == "unknown"


@pytest.mark.usefixtures("entry")
async def test_a_car_without_position_keeps_its_last_one(smartcar: WebhookClient, car: Car) -> None:
    position = "location-preciselocation"
    await smartcar.deliver(TUTORIAL)
    await smartcar.deliver(numbered(2, signal(position, {"latitude": None, "longitude": None})))
    shown = car.state(position).attributes
    assert (shown["latitude"], shown["longitude"]) == (37.4292, 122.1381)


@pytest.mark.usefixtures("entry")
async def test_no_attribute_changes_with_each_delivery(smartcar: WebhookClient, car: Car) -> None:
    await smartcar.deliver(numbered(1, signal(CHARGE, {"value": 50})))
    before = car.state(CHARGE)
    later = signal(CHARGE, {"value": 50}, meta={"oemUpdatedAt": NOW + 5000})
    await smartcar.deliver(numbered(9, later))
    after = car.state(CHARGE)
    assert (after.attributes, after.last_updated) == (before.attributes, before.last_updated)
    assert not {"age", "data_age", "fetched_at"} & after.attributes.keys()


async def test_a_second_entry_adds_no_entity_twice(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entry_v3: MockConfigEntry,
    set_up: SetUp,
    car: Car,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "custom_components.smartcar_dynamic")
    await EntryReceiver(hass, entry).async_on_delivery(TUTORIAL)
    await hass.async_block_till_done()
    before = car.device
    second = await set_up(
        MockConfigEntry(
            domain="smartcar_dynamic",
            title="Second",
            version=1,
            data={**entry_v3.data, "webhook_id": "another-webhook"},
        )
    )
    for _ in range(2):
        await EntryReceiver(hass, second).async_on_delivery(TUTORIAL)
        await hass.async_block_till_done()
    registry = er.async_get(hass)
    assert er.async_entries_for_config_entry(registry, second.entry_id) == []
    assert "does not generate unique IDs" not in caplog.text
    raised = ir.async_get(hass).issues.values()
    assert [it.translation_key for it in raised if it.translation_key == "vehicle_twice"] == [
        "vehicle_twice"
    ]
    assert car.device == before


async def test_a_delivery_without_changes_writes_nothing(home: Home, writes: Writes) -> None:
    await home.delivering()
    writes.clear()
    for _ in range(3):
        await home.pass_time(minutes=5)
        await home.deliver()
    assert {entity_id for entity_id in writes.changed if "last_reported" not in entity_id} == set()


def a_hundred_doors(n: int) -> Json:
    """Return more readings than any vehicle has."""
    positions = [(row, column) for row in range(10) for column in range(10)]
    doors = [{"row": row, "column": column, "isOpen": True} for row, column in positions]
    return numbered(n, signal("closure-doors", {"values": doors}))


@pytest.mark.usefixtures("entry")
async def test_many_entities_are_added_in_slices(
    hass: HomeAssistant, smartcar: WebhookClient, car: Car
) -> None:
    steps, added = 0, Counter[int]()

    def step() -> None:
        nonlocal steps
        steps += 1
        if not done:
            hass.loop.call_soon(step)

    @callback
    def note(_event: object) -> None:
        added[steps] += 1

    done: list[bool] = []
    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, note)
    step()
    await smartcar.deliver(a_hundred_doors(1))
    done.append(True)
    assert len([key for key in car.states if "door" in key]) == 100
    assert max(added.values()) <= 60


async def test_an_entry_that_unloads_adds_no_more_entities(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver = entry.runtime_data.webhook._receiver
    await receiver.async_on_delivery(a_hundred_doors(1))
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await smartcar.deliver(a_hundred_doors(2))
    assert len([key for key in Car(hass).states if "door" in key]) == 100
