"""Blueprints: each runs in Home Assistant, with each of its triggers and actions."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
import re
import shutil
from typing import Any, override
from urllib.parse import quote

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT as CALENDARS
from homeassistant.components.notify import NotifyEntity, NotifyEntityFeature
from homeassistant.components.notify.const import DATA_COMPONENT as NOTIFIERS
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest

from .automations import device_of
from .commanded import ALL
from .home import Home
from .life import Life, begin

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "blueprints" / "automation" / "smartcar_dynamic"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
WITH_COMMANDS = {"cheap_charging", "solar_surplus"}
PRICE = "sensor.price"
SURPLUS = "sensor.surplus"


class Phone(NotifyEntity):
    """Something to notify."""

    _attr_name = "Phone"
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self) -> None:
        """Initialize without a message."""
        self.messages: list[tuple[str | None, str]] = []

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        self.messages.append((title, message))


class Appointments(CalendarEntity):
    """A calendar with what there is tomorrow."""

    _attr_name = "Appointments"

    def __init__(self) -> None:
        """Initialize without an event."""
        self.events: list[CalendarEvent] = []

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return [it for it in self.events if it.end > start_date and it.start < end_date]

    def add(self, summary: str, *, days: int = 1, description: str = "") -> None:
        start = dt_util.now() + timedelta(days=days)
        self.events.append(
            CalendarEvent(start, start + timedelta(hours=1), summary, description=description)
        )


@dataclass
class Owner:
    """The owner of a car, who has a phone, a calendar and blueprints."""

    life: Life
    phone: Phone = field(default_factory=Phone)
    calendar: Appointments = field(default_factory=Appointments)

    @property
    def hass(self) -> HomeAssistant:
        return self.life.home.hass

    async def use(self, blueprint: str, **inputs: object) -> None:
        """Add an automation from a blueprint for the car; its messages go to the phone."""
        inputs = {"car": device_of(self.life), **inputs}
        if blueprint not in WITH_COMMANDS:
            inputs = {"recipients": ["notify.phone"], **inputs}
        used = {"path": f"smartcar_dynamic/{blueprint}.yaml", "input": inputs}
        config = {AUTOMATION: [{"use_blueprint": used}]}
        assert await async_setup_component(self.hass, AUTOMATION, config)
        await self.life.home.settle()
        (state,) = self.hass.states.async_all(AUTOMATION)
        # Home Assistant makes an automation that it cannot read unavailable.
        assert state.state == STATE_ON

    def entity(self, platform: str, key: str) -> str:
        """Return an entity of the car."""
        return self.life.home.entity_id(platform, self.life.car, key)

    @property
    def battery(self) -> str:
        return self.entity("sensor", "tractionbattery-stateofcharge")

    @property
    def switch(self) -> str:
        return self.entity("switch", "charge-ischarging")

    async def set(self, entity_id: str, value: float) -> None:
        """Let a sensor that is not the car's have a value."""
        self.hass.states.async_set(entity_id, str(value))
        await self.life.home.settle()

    async def until(self, clock: str) -> None:
        """Let time pass until a time of the day."""
        now = dt_util.now()
        time = dt_util.parse_time(clock)
        assert time is not None
        then = datetime.combine(now.date(), time, now.tzinfo)
        if then <= now:
            then += timedelta(days=1)
        await self.life.go_on(seconds=(then - now).total_seconds() + 1, step=30)


@pytest.fixture
async def components(hass: HomeAssistant) -> None:
    """Set up what has views of its own, which is possible only before the first request."""
    for component in ("calendar", "notify", "persistent_notification"):
        assert await async_setup_component(hass, component, {})


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a configuration folder with the blueprints."""
    folder = tmp_path_factory.mktemp("configuration")
    shutil.copytree(FOLDER, folder / "blueprints" / "automation" / "smartcar_dynamic")
    return str(folder)


@pytest.fixture
async def owner(
    hass: HomeAssistant,
    components: None,  # noqa: ARG001 - a fixture of a fixture has no other way to be asked for
    home: Home,
    configuration: str,
) -> AsyncGenerator[Owner]:
    """Return the owner of a car that stands at home and takes commands."""
    hass.config.config_dir = configuration
    await hass.config.async_set_time_zone("Europe/Berlin")
    home.sim.set_permissions(home.car(), ALL)
    owner = Owner(await begin(home))
    # The cars' first reports are older than any order.
    await owner.life.go_on(minutes=1)
    await hass.data[NOTIFIERS].async_add_entities([owner.phone])
    await hass.data[CALENDARS].async_add_entities([owner.calendar])
    await home.settle()
    yield owner
    if hass.services.has_service(AUTOMATION, "turn_off"):
        await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True)


# The files


@pytest.mark.parametrize("name", NAMES)
def test_a_blueprint_says_where_it_is_from(name: str) -> None:
    metadata = load_yaml_dict(str(FOLDER / f"{name}.yaml"))["blueprint"]
    assert metadata["source_url"].endswith(f"/blueprints/automation/smartcar_dynamic/{name}.yaml")
    assert metadata["name"].startswith("Smartcar: ")


@pytest.mark.parametrize("name", NAMES)
def test_a_blueprint_says_what_it_costs(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()
    costs = "costs one request of your Smartcar plan" in " ".join(text.split())
    assert costs is (name in WITH_COMMANDS)
    commands = re.search(r"switch\.|lock\.|read_signals|set_charge_schedule", text)
    assert (commands is not None) is costs
    assert costs or "It uses none of your Smartcar plan's requests." in text


def test_the_page_has_an_import_button_for_each_blueprint() -> None:
    page = (ROOT / "docs" / "blueprints.md").read_text()
    for name in NAMES:
        metadata = load_yaml_dict(str(FOLDER / f"{name}.yaml"))["blueprint"]
        assert f"blueprint_url={quote(metadata['source_url'], safe='')}" in page
        assert metadata["name"].removeprefix("Smartcar: ") in page
    assert page.count("blueprint_url=") == len(NAMES) == 10


# Remind me to plug in


async def test_a_reminder_comes_after_arrival_with_a_low_battery(owner: Owner) -> None:
    await owner.use("plug_in_reminder", battery=owner.battery, level=70)
    await owner.life.drive("work", hours=2)
    assert owner.phone.messages == []
    await owner.life.drive("home", hours=2)
    ((title, message),) = owner.phone.messages
    assert title == "Plug in Hyundai IONIQ 5"
    assert re.fullmatch(r"The battery is at \d\d%\.", message.replace(" %", "%"))


async def test_a_reminder_comes_in_the_evening(owner: Owner) -> None:
    await owner.use("plug_in_reminder", battery=owner.battery, level=70, time="21:00:00")
    await owner.until("21:00:00")
    assert len(owner.phone.messages) == 1


async def test_no_reminder_comes_for_a_full_or_plugged_in_car(owner: Owner) -> None:
    await owner.use("plug_in_reminder", battery=owner.battery, level=50, time="21:00:00")
    await owner.until("21:00:00")
    assert owner.phone.messages == []


async def test_no_reminder_comes_for_a_car_that_is_plugged_in(owner: Owner) -> None:
    await owner.use("plug_in_reminder", battery=owner.battery, level=95, time="21:00:00")
    await owner.life.act(owner.life.car.plug_in, minutes=10)
    await owner.until("21:00:00")
    assert owner.phone.messages == []


# Charging has finished or was interrupted


async def test_a_finished_charge_is_reported_with_its_energy(owner: Owner) -> None:
    await owner.use("charging_ended")
    await owner.life.act(owner.life.car.plug_in, hours=4)
    ((title, message),) = owner.phone.messages
    assert title == "Hyundai IONIQ 5 has finished charging"
    assert re.fullmatch(r"Battery at 80%, 13\.\d kWh charged, 1:\d\d h, Home\.", message)


async def test_an_interrupted_charge_is_reported(owner: Owner) -> None:
    await owner.use("charging_ended")
    await owner.life.act(owner.life.car.plug_in, minutes=30)
    await owner.life.act(owner.life.car.stop_charging, minutes=10)
    ((title, message),) = owner.phone.messages
    assert title == "Hyundai IONIQ 5 has stopped charging early"
    assert message.startswith("Battery at ")


async def test_only_the_chosen_outcomes_are_reported(owner: Owner) -> None:
    await owner.use("charging_ended", outcomes=["interrupted"])
    await owner.life.act(owner.life.car.plug_in, hours=4)
    assert owner.phone.messages == []


# Plugged in but not charging


async def test_a_car_that_does_not_charge_is_reported(owner: Owner) -> None:
    await owner.use("not_charging", delay={"minutes": 20})
    await owner.life.act(owner.life.car.plug_in, minutes=30)
    await owner.life.act(owner.life.car.stop_charging, minutes=40)
    ((title, _),) = owner.phone.messages
    assert title == "Hyundai IONIQ 5 is not charging"


async def test_a_car_that_does_not_charge_at_home_is_reported(owner: Owner) -> None:
    await owner.use("not_charging", only_home=True)
    await owner.life.act(owner.life.car.plug_in, minutes=30)
    await owner.life.act(owner.life.car.stop_charging, minutes=40)
    assert len(owner.phone.messages) == 1


async def test_a_car_elsewhere_is_not_reported_if_only_home_matters(owner: Owner) -> None:
    await owner.use("not_charging", only_home=True)
    await owner.life.drive("work", hours=1)
    await owner.life.act(owner.life.car.plug_in, minutes=30)
    await owner.life.act(owner.life.car.stop_charging, minutes=40)
    assert owner.phone.messages == []


# The car has arrived or left


async def test_leaving_and_arriving_are_reported(owner: Owner) -> None:
    await owner.use("arrived_or_left")
    await owner.life.drive("work", hours=1)
    await owner.life.drive("home", hours=1)
    assert [message for _, message in owner.phone.messages] == ["Left Home.", "Arrived at Home."]


async def test_only_arriving_is_reported_if_that_is_chosen(owner: Owner) -> None:
    await owner.use("arrived_or_left", events=["arrived"])
    await owner.life.drive("work", hours=1)
    await owner.life.drive("home", hours=1)
    assert [message for _, message in owner.phone.messages] == ["Arrived at Home."]


# Left unlocked or open


async def test_a_car_left_unlocked_after_a_trip_is_reported(owner: Owner) -> None:
    lock = owner.entity("binary_sensor", "closure-islocked")
    await owner.use("left_open", openings=[lock])
    await owner.life.drive("work", minutes=20)
    await owner.life.act(owner.life.car.unlock, hours=1)
    titles = {title for title, _ in owner.phone.messages}
    assert titles == {"Hyundai IONIQ 5 is open or unlocked"}


async def test_a_door_that_is_opened_away_from_home_is_reported(owner: Owner) -> None:
    door = owner.entity("binary_sensor", "closure-doors.front_left.is_open")
    await owner.use("left_open", openings=[door])
    await owner.life.drive("work", hours=2)
    assert owner.phone.messages == []
    car = owner.life.car
    await owner.life.act(lambda: car.set_opening("front_left_door", is_open=True), hours=1)
    ((_, message),) = owner.phone.messages
    assert message == "Hyundai IONIQ 5 Front left door."


async def test_a_car_at_home_may_be_open(owner: Owner) -> None:
    lock = owner.entity("binary_sensor", "closure-islocked")
    await owner.use("left_open", openings=[lock])
    await owner.life.act(owner.life.car.unlock, hours=1)
    assert owner.phone.messages == []


# Not enough range for tomorrow


async def evening(owner: Owner, **inputs: object) -> list[str]:
    """Look at tomorrow's events; return the messages."""
    await owner.use(
        "range_for_tomorrow",
        range_sensor=owner.entity("sensor", "tractionbattery-range"),
        calendar="calendar.appointments",
        **inputs,
    )
    await owner.until("20:00:00")
    return [message for _, message in owner.phone.messages]


async def test_an_event_with_a_long_distance_is_warned_of(owner: Owner) -> None:
    owner.calendar.add("Work")
    owner.calendar.add("The sea", description="There and back 420 km")
    assert await evening(owner) == ["The sea needs 420 km; the range is 267 km."]


async def test_an_event_within_the_range_is_no_matter(owner: Owner) -> None:
    owner.calendar.add("Work", description="40 km")
    owner.calendar.add("The day after", days=2, description="900 km")
    assert await evening(owner) == []


async def test_an_event_without_a_distance_needs_the_usual_range(owner: Owner) -> None:
    owner.calendar.add("Grandma")
    assert await evening(owner, needed=300) == ["Grandma needs 300 km; the range is 267 km."]


async def test_only_events_with_the_word_count(owner: Owner) -> None:
    owner.calendar.add("Flight", description="900 km")
    owner.calendar.add("By car to Grandma", description="10 km")
    assert await evening(owner, search="By Car") == []


# Summary of the day


async def test_the_summary_tells_of_trips_and_charges(owner: Owner) -> None:
    await owner.use("evening_summary", battery=owner.battery)
    await owner.life.drive("work", hours=1)
    await owner.life.drive("home", hours=1)
    await owner.life.act(owner.life.car.plug_in, hours=3)
    await owner.until("21:00:00")
    message = owner.phone.messages[0][1]
    assert re.fullmatch(r"2 trips, \d+ km\. \d+\.\d kWh charged\. Battery at 80 ?%\.", message)


async def test_the_summary_tells_of_a_quiet_day(owner: Owner) -> None:
    await owner.use("evening_summary", battery=owner.battery)
    await owner.until("21:00:00")
    ((title, message),) = owner.phone.messages
    assert title == "Hyundai IONIQ 5 today"
    assert message.replace(" %", "%") == "Not driven. Not charged. Battery at 62%."


# Charge from solar surplus


async def test_charging_follows_the_surplus(owner: Owner) -> None:
    life = owner.life
    await owner.set(SURPLUS, 0)
    await owner.use("solar_surplus", charging=owner.switch, surplus=SURPLUS)
    await life.act(life.car.plug_in, minutes=10)
    await life.act(life.car.stop_charging, minutes=10)
    await owner.set(SURPLUS, 3000)
    await life.go_on(minutes=5)
    assert not life.car.charging
    await life.go_on(minutes=15)
    assert life.car.charging
    await owner.set(SURPLUS, -4000)
    await life.go_on(minutes=25)
    assert not life.car.charging


async def test_a_car_that_is_plugged_in_uses_the_surplus_at_once(owner: Owner) -> None:
    life = owner.life
    await owner.set(SURPLUS, 3000)
    await owner.use("solar_surplus", charging=owner.switch, surplus=SURPLUS)
    await life.act(life.car.plug_in)
    await life.act(life.car.stop_charging, minutes=10)
    assert life.car.charging


async def test_a_car_that_is_not_plugged_in_gets_no_command(owner: Owner) -> None:
    await owner.set(SURPLUS, 0)
    await owner.use("solar_surplus", charging=owner.switch, surplus=SURPLUS)
    before = owner.life.home.billed
    await owner.set(SURPLUS, 3000)
    await owner.life.go_on(minutes=30)
    assert owner.life.home.billed == before


# Charge when it is cheap


async def by_price(owner: Owner, price: float, **inputs: object) -> None:
    await owner.set(PRICE, price)
    await owner.use(
        "cheap_charging",
        charging=owner.switch,
        battery=owner.battery,
        price=PRICE,
        limit=0.2,
        **inputs,
    )


async def test_charging_waits_for_the_price(owner: Owner) -> None:
    life = owner.life
    await by_price(owner, 0.4)
    await life.act(life.car.plug_in, minutes=15)
    assert not life.car.charging
    await owner.set(PRICE, 0.2)
    await life.go_on(minutes=5)
    assert life.car.charging
    await owner.set(PRICE, 0.3)
    await life.go_on(minutes=5)
    assert not life.car.charging


async def test_a_car_that_starts_late_by_itself_is_stopped(owner: Owner) -> None:
    life = owner.life
    await by_price(owner, 0.4)
    await life.act(life.car.plug_in)
    await life.act(life.car.stop_charging, minutes=10)
    await life.act(life.car.start_charging, minutes=15)
    assert not life.car.charging


async def test_a_start_by_the_owner_goes_on(owner: Owner) -> None:
    life = owner.life
    await by_price(owner, 0.4)
    await life.act(life.car.plug_in, minutes=10)
    await life.go_on(hours=1)
    await life.act(life.car.start_charging, minutes=15)
    assert life.car.charging


async def test_a_low_battery_charges_at_any_price_up_to_the_least(owner: Owner) -> None:
    life = owner.life
    await by_price(owner, 0.4, least=70)
    await life.act(life.car.plug_in, minutes=10)
    assert life.car.charging
    await life.go_on(hours=2)
    assert not life.car.charging
    assert 70 <= life.car.state_of_charge < 73


async def test_a_car_without_its_cable_gets_no_command_by_price(owner: Owner) -> None:
    await by_price(owner, 0.4)
    before = owner.life.home.billed
    await owner.set(PRICE, 0.1)
    await owner.life.go_on(minutes=10)
    assert owner.life.home.billed == before


# The car is silent


async def test_a_silent_car_whose_connection_works_sleeps(owner: Owner) -> None:
    last_reported = owner.entity("sensor", "last_reported")
    await owner.use("silent", last_reported=last_reported, hours=12)
    await owner.life.home.pass_hours(11)
    assert owner.phone.messages == []
    await owner.life.home.pass_hours(2)
    ((title, message),) = owner.phone.messages
    assert title == "Hyundai IONIQ 5 has been silent for 12 hours"
    assert "sleeps" in message or "deliver" in message


async def test_a_silent_car_comes_with_the_reason(owner: Owner) -> None:
    last_reported = owner.entity("sensor", "last_reported")
    await owner.use("silent", last_reported=last_reported, hours=12)
    owner.life.home.sim.set_enabled(owner.life.webhook, enabled=False)
    before = owner.life.home.billed
    await owner.life.home.pass_hours(13)
    ((_, message),) = owner.phone.messages
    assert "disabled" in message or "off" in message
    assert owner.life.home.billed == before


# Every blueprint that tells something


async def test_without_a_recipient_the_message_is_a_notification(owner: Owner) -> None:
    await owner.use("charging_ended", recipients=[])
    await owner.life.act(owner.life.car.plug_in, hours=4)
    answer = await owner.life.home.ask({"type": "persistent_notification/get"})
    (notification,) = answer["result"]
    assert notification["title"] == "Hyundai IONIQ 5 has finished charging"


async def test_more_actions_know_the_message(owner: Owner) -> None:
    actions = [{"event": "told", "event_data": {"text": "{{ title }}: {{ message }}"}}]
    told: list[Any] = []
    owner.hass.bus.async_listen("told", lambda event: told.append(event.data["text"]))
    await owner.use("arrived_or_left", more_actions=actions)
    await owner.life.drive("work", hours=1)
    assert told == ["Hyundai IONIQ 5: Left Home."]
