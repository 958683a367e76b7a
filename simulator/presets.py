"""Preset cars, webhooks and accounts; every ID is predictable, every VIN a fake."""

from dataclasses import dataclass

from . import signals
from .car import Car, Model
from .cloud import Application, Cloud, Connection, Kind, fixed_id
from .commands import COMMANDS
from .geo import Place, Route
from .tokens import Grant, TokenPair

_APPLICATION, _OWNER, _CAR, _SECRET, _TOKEN = 0xA0, 0x0E, 0xCA, 0x5E, 0x70

BASIC_SIGNALS = frozenset(
    {
        "charge-detailedchargingstatus",
        "charge-ischarging",
        "charge-ischargingcableconnected",
        "location-preciselocation",
        "tractionbattery-range",
        "tractionbattery-stateofcharge",
        "vehicleidentification-vin",
    }
)
MANY_SIGNALS = frozenset(
    {
        "charge-amperage",
        "charge-amperagemax",
        "charge-chargelimits",
        "charge-chargerate",
        "charge-detailedchargingstatus",
        "charge-energyadded",
        "charge-ischarging",
        "charge-ischargingcableconnected",
        "charge-ischargingportflapopen",
        "charge-timetocomplete",
        "charge-voltage",
        "charge-wattage",
        "climate-externaltemperature",
        "climate-internaltemperature",
        "closure-doors",
        "closure-enginecover",
        "closure-fronttrunk",
        "closure-islocked",
        "closure-reartrunk",
        "closure-windows",
        "connectivitysoftware-currentfirmwareversion",
        "connectivitystatus-isasleep",
        "connectivitystatus-isonline",
        "location-isathome",
        "location-preciselocation",
        "lowvoltagebattery-status",
        "odometer-traveleddistance",
        "tractionbattery-nominalcapacity",
        "tractionbattery-range",
        "tractionbattery-stateofcharge",
        "vehicleidentification-nickname",
        "vehicleidentification-vin",
        "wheel-tires",
    }
)
INCAPABLE_SIGNALS = (
    "closure-sunroof",
    "connectivitystatus-isdigitalkeypaired",
    "internalcombustionengine-fuellevel",
    "lowvoltagebattery-stateofcharge",
)
DEFAULT_TRIGGERS = (
    "charge-detailedchargingstatus",
    "charge-ischarging",
    "charge-ischargingcableconnected",
    "closure-islocked",
    "connectivitystatus-isasleep",
    "location-preciselocation",
    "odometer-traveleddistance",
    "tractionbattery-stateofcharge",
)
DEFAULT_DATA = (*sorted(MANY_SIGNALS), *INCAPABLE_SIGNALS)

# What Smartcar's free plan lets a webhook carry, and of what an old grant fills the store.
FREE_PLAN_SIGNALS = (
    "closure-islocked",
    "connectivitystatus-isasleep",
    "connectivitystatus-isonline",
    "odometer-traveleddistance",
    "tractionbattery-stateofcharge",
    "vehicleidentification-nickname",
    "vehicleidentification-vin",
    "vehicleuseraccount-permissions",
    "vehicleuseraccount-role",
)
FREE_PLAN_PERMISSIONS = frozenset(
    {
        "control_charge",
        "read_battery",
        "read_charge",
        "read_location",
        "read_odometer",
        "read_security",
        "read_vehicle_info",
        "read_vin",
    }
)

HATCHBACK = Model(
    make="RENAULT",
    model="Zoe",
    year=2022,
    capacity=52,
    consumption=16.5,
    charger=7.4,
    capable=BASIC_SIGNALS,
)
CROSSOVER = Model(
    make="HYUNDAI",
    model="IONIQ 5",
    year=2025,
    capacity=77.4,
    consumption=18,
    charger=11,
    phases=3,
    capable=MANY_SIGNALS | {"charge-chargetimers"},
    commands=frozenset(COMMANDS),
    incapable=frozenset(
        code
        for code, signal in signals.CATALOGUE.items()
        if signal.group in {"Closure", "ConnectivityStatus"} and code not in MANY_SIGNALS
    ),
)
VAN = Model(
    make="VOLKSWAGEN",
    model="ID. Buzz",
    year=2025,
    capacity=86,
    consumption=22,
    charger=11,
    phases=2,
    capable=frozenset(
        {
            "charge-chargelimits",
            "charge-chargerate",
            "charge-detailedchargingstatus",
            "charge-ischarging",
            "charge-ischargingcableconnected",
            "charge-ischargingcablelatched",
            "charge-timetocomplete",
            "charge-wattage",
            "closure-doors",
            "closure-enginecover",
            "closure-fronttrunk",
            "closure-islocked",
            "closure-reartrunk",
            "closure-windows",
            "location-preciselocation",
            "odometer-traveleddistance",
            "tractionbattery-range",
            "tractionbattery-stateofcharge",
            "vehicleidentification-vin",
        }
    ),
    incapable=frozenset(
        {
            "closure-sunroof",
            "connectivitystatus-isasleep",
            "connectivitystatus-isonline",
            "vehicleidentification-nickname",
            "vehicleuseraccount-permissions",
            "vehicleuseraccount-role",
        }
    ),
    commands=frozenset(
        {
            "charge-set-limit",
            "charge-start",
            "charge-stop",
            "security-lock",
            "security-unlock",
        }
    ),
)

_SANSSOUCI_TO_BRANDENBURG_GATE = (
    Place(52.4042, 13.0385),
    Place(52.3989, 13.0657),
    Place(52.4134, 13.0903),
    Place(52.4213, 13.1794),
    Place(52.4459, 13.1946),
    Place(52.4961, 13.2637),
    Place(52.5072, 13.2846),
    Place(52.5127, 13.3212),
    Place(52.5145, 13.3501),
    Place(52.5163, 13.3777),
)
_TEGEL_TO_TEMPELHOF = (
    Place(52.5776, 13.2596),
    Place(52.5611, 13.3106),
    Place(52.5397, 13.3421),
    Place(52.5251, 13.3693),
    Place(52.5075, 13.3713),
    Place(52.4930, 13.3860),
    Place(52.4836, 13.3878),
)


@dataclass(frozen=True, slots=True)
class Commute:
    """A route from home to work."""

    points: tuple[Place, ...]

    @property
    def places(self) -> dict[str, Place]:
        """Its ends by name."""
        return {"home": self.points[0], "work": self.points[-1]}

    @property
    def routes(self) -> dict[tuple[str, str], Route]:
        """The routes there and back."""
        there = Route(self.points)
        return {("home", "work"): there, ("work", "home"): there.back}


WEST = Commute(_SANSSOUCI_TO_BRANDENBURG_GATE)
NORTH = Commute(_TEGEL_TO_TEMPELHOF)


def build_car(cloud: Cloud, name: str, model: Model, commute: Commute = WEST) -> Car:
    """Build the next car, at home, 62 % charged."""
    number = len(cloud.connections) + 1
    identifier = cloud.new_id(_CAR)
    return Car(
        id=identifier,
        vin=f"SIM{int(identifier[-12:]):014d}",
        name=name,
        model=model,
        capable=model.capable,
        incapable=model.incapable,
        commands=model.commands,
        places=commute.places,
        routes=commute.routes,
        position=commute.points[0],
        place="home",
        now=cloud.clock.now,
        recorded_at=cloud.clock.wall,
        energy=0.62 * model.capacity,
        odometer=24_000 + 1_111.1 * number,
    )


def build_application(cloud: Cloud, name: str) -> Application:
    """Build the next application with its credentials."""
    identifier = cloud.new_id(_APPLICATION)
    number = int(identifier[-12:])
    application = Application(
        id=identifier,
        name=name,
        client_secret=fixed_id(_SECRET, 10 * number + 1),
        m2m_id=f"client_01SIMULATED{number:08d}",
        m2m_secret=fixed_id(_SECRET, 10 * number + 2),
        management_token=fixed_id(_SECRET, 10 * number + 3),
        signing_key=fixed_id(_SECRET, 10 * number + 3),
    )
    cloud.applications[application.id] = application
    return application


def default_accounts(cloud: Cloud) -> None:
    """Add two accounts with a car each: one for a dynamic webhook, one on the current platform."""
    for kind, name, model, commute in (
        (Kind.DYNAMIC, "Hatchback", HATCHBACK, WEST),
        (Kind.CURRENT, "Crossover", CROSSOVER, NORTH),
    ):
        application = build_application(cloud, f"Home Assistant ({kind})")
        owner_id = cloud.new_id(_OWNER)
        car = build_car(cloud, name, model, commute)
        connection = cloud.connect(application, owner_id, car)
        issue_fixed_tokens(cloud, application, connection)


def free_plan_account(cloud: Cloud) -> None:
    """Add the account of an owner on Smartcar's free plan with the one car that it allows."""
    application = build_application(cloud, "Home Assistant (free)")
    car = build_car(cloud, "Van", VAN)
    cloud.connect(application, cloud.new_id(_OWNER), car, FREE_PLAN_PERMISSIONS)


def issue_fixed_tokens(cloud: Cloud, application: Application, connection: Connection) -> None:
    """Issue the first tokens of an owner, with predictable values."""
    number = 10 * int(application.id[-12:])
    pair = TokenPair(fixed_id(_TOKEN, number + 1), fixed_id(_TOKEN, number + 2))
    application.tokens = cloud.tokens.issue(Grant(application.id, connection.owner_id), pair)
