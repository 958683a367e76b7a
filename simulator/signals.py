"""The signals of the current platform: names, required permissions, and a car's values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .car import Car, Opening
from .history import HOME

type Body = dict[str, Any]

_GROUPS: Mapping[str, tuple[str, str]] = {
    "Charge": (
        "read_charge",
        """
        Amperage AmperageMax AmperageRequested ChargeLimits ChargePortStatusColor ChargeRate
        ChargeRecords ChargeTimers ChargerPhases ChargingConnectorType DetailedChargingStatus
        EnergyAdded FastChargerType IsCharging IsChargingCableConnected IsChargingCableLatched
        IsChargingPortFlapOpen IsFastChargerPresent TimeToComplete Voltage Wattage
        """,
    ),
    "Climate": ("read_thermometer", "ExternalTemperature InternalTemperature"),
    "Closure": (
        "read_security",
        "Doors EngineCover FrontTrunk IsLocked RearTrunk Sunroof Tailgate Windows",
    ),
    "ConnectivitySoftware": ("read_extended_vehicle_info", "CurrentFirmwareVersion"),
    "ConnectivityStatus": ("read_extended_vehicle_info", "IsAsleep IsDigitalKeyPaired IsOnline"),
    "Diagnostics": (
        "read_diagnostics",
        """
        ABS ActiveSafety Airbag BrakeFluid DriverAssistance DTCCount DTCList Emissions
        EVBatteryConditioning EVCharging EVDriveUnit EVHVBattery Lighting MIL OilLife
        OilPressure OilTemperature Telematics TirePressure TirePressureMonitoring Transmission
        WasherFluid WaterInFuel
        """,
    ),
    "HVAC": (
        "read_climate",
        """
        CabinTargetTemperature IsCabinHVACActive IsFrontDefrosterActive IsRearDefrosterActive
        IsSteeringHeaterActive
        """,
    ),
    "InternalCombustionEngine": ("read_fuel", "AmountRemaining FuelLevel OilLife Range"),
    "Location": ("read_location", "IsAtHome PreciseLocation"),
    "LowVoltageBattery": ("read_battery", "StateOfCharge Status"),
    "Motion": ("read_speedometer", "CurrentSpeed"),
    "Odometer": ("read_odometer", "TraveledDistance"),
    "Service": ("read_service_history", "IsInService Records"),
    "Surveillance": ("read_security", "Brand IsEnabled"),
    "TractionBattery": (
        "read_battery",
        "IsHeaterActive MaxRangeChargeCounter NominalCapacity Range StateOfCharge",
    ),
    "Transmission": ("read_extended_vehicle_info", "DriveMode GearState"),
    "VehicleIdentification": ("read_vehicle_info", "ExteriorColor Nickname Packages Trim VIN"),
    "VehicleUserAccount": ("read_user_profile", "Permissions Role"),
    "Wheel": ("read_tires", "Style Tires"),
}
_OWN_PERMISSION = {
    "vehicleidentification-vin": "read_vin",
    "internalcombustionengine-oillife": "read_engine_oil",
}


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal's names and the permission that reading it requires."""

    code: str
    name: str
    group: str
    permission: str

    @property
    def reference(self) -> dict[str, str]:
        """The signal's code, name and group, as payloads carry them."""
        return {"code": self.code, "name": self.name, "group": self.group}


def _signal(group: str, name: str, permission: str) -> Signal:
    code = f"{group}-{name}".lower()
    return Signal(code, name, group, _OWN_PERMISSION.get(code, permission))


CATALOGUE: Mapping[str, Signal] = {
    signal.code: signal
    for group, (permission, names) in _GROUPS.items()
    for signal in (_signal(group, name, permission) for name in names.split())
}

STATIC = frozenset(
    {
        "tractionbattery-nominalcapacity",
        "vehicleidentification-exteriorcolor",
        "vehicleidentification-nickname",
        "vehicleidentification-vin",
    }
)
WHILE_CHARGING = frozenset({"charge-chargerate", "charge-timetocomplete", "charge-wattage"})

_CORNERS = {
    "front_left": (0, 0),
    "front_right": (0, 1),
    "back_left": (1, 0),
    "back_right": (1, 1),
}


def _value(value: object, unit: str | None = None) -> Body:
    return {"value": value} if unit is None else {"value": value, "unit": unit}


def _trunk(opening: Opening) -> Body:
    return {"isOpen": opening.is_open, "isLocked": opening.is_locked}


def _grid(cells: Mapping[str, Body]) -> Body:
    return {
        "values": [
            {"row": row, "column": column, **cells[position]}
            for position, (row, column) in _CORNERS.items()
        ],
        "rowCount": 2,
        "columnCount": 2,
    }


def _doors(car: Car) -> Body:
    return _grid(
        {
            position: {"isOpen": door.is_open, "isLocked": door.is_locked}
            for position, door in car.doors.items()
        }
    )


def _windows(car: Car) -> Body:
    return _grid({position: {"isOpen": window.is_open} for position, window in car.windows.items()})


def _tires(car: Car) -> Body:
    # Smartcar names the unit "bar", but the values are in kPa.
    grid = _grid({position: {"tirePressure": kpa} for position, kpa in car.tires.items()})
    return {**grid, "unit": "bar"}


def _location(car: Car) -> Body:
    return {
        "latitude": round(car.position.latitude, 6),
        "longitude": round(car.position.longitude, 6),
        "heading": car.heading,
        "locationType": "CURRENT" if car.driving else "LAST_PARKED",
    }


def _limits(car: Car) -> Body:
    return {
        "values": [{"type": "GLOBAL", "limit": car.charge_limit, "condition": None}],
        "activeLimit": car.charge_limit,
        "unit": "percent",
    }


def _capacity(car: Car) -> Body:
    return {
        "capacity": car.model.capacity,
        "source": "SMARTCAR",
        "availableCapacities": [{"capacity": car.model.capacity, "description": None}],
        "unit": "kWh",
    }


def _range(car: Car) -> Body:
    return {"value": round(car.range), "type": "DEFAULT", "additionalValues": [], "unit": "km"}


_BODIES: Mapping[str, Callable[[Car], Body]] = {
    "charge-amperage": lambda car: _value(round(car.amperage), "ampere"),
    "charge-amperagemax": lambda car: _value(
        round(1000 * car.model.charger / (car.model.volts * car.model.phases)), "ampere"
    ),
    "charge-chargelimits": _limits,
    "charge-chargerate": lambda car: _value(
        round(car.charge_rate if car.charging else car.charge_rate_before), "km/h"
    ),
    "charge-chargetimers": lambda car: {"values": [it.timer for it in car.charge_schedules]},
    "charge-chargerphases": lambda car: _value(car.model.phases, "count"),
    "charge-chargingconnectortype": lambda _: _value("IEC_TYPE_2"),
    "charge-detailedchargingstatus": lambda car: _value(car.status.value),
    "charge-energyadded": lambda car: _value(round(car.energy_added, 1), "kWh"),
    "charge-ischarging": lambda car: _value(car.charging),
    "charge-ischargingcableconnected": lambda car: _value(car.plugged_in),
    "charge-ischargingcablelatched": lambda car: _value(car.plugged_in),
    "charge-ischargingportflapopen": lambda car: _value(car.charge_port_open),
    "charge-isfastchargerpresent": lambda car: _value(
        car.charging_point is not None and car.charging_point.is_fast
    ),
    "charge-timetocomplete": lambda car: _value(round(car.time_to_complete)),
    "charge-voltage": lambda car: _value(round(car.voltage), "volts"),
    "charge-wattage": lambda car: _value(round(1000 * car.power), "watts"),
    "climate-externaltemperature": lambda car: _value(round(car.outside, 1), "celsius"),
    "climate-internaltemperature": lambda car: _value(round(car.inside, 1), "celsius"),
    "closure-doors": _doors,
    "closure-enginecover": lambda _: {"isOpen": False},
    "closure-fronttrunk": lambda car: _trunk(car.front_trunk),
    "closure-islocked": lambda car: _value(car.locked),
    "closure-reartrunk": lambda car: _trunk(car.rear_trunk),
    "closure-windows": _windows,
    "connectivitysoftware-currentfirmwareversion": lambda car: _value(car.firmware),
    "connectivitystatus-isasleep": lambda car: _value(car.asleep),
    "connectivitystatus-isonline": lambda car: _value(car.online and not car.asleep),
    "diagnostics-tirepressure": lambda _: {"status": "OK", "description": None},
    "location-isathome": lambda car: _value(car.place == HOME),
    "location-preciselocation": _location,
    "lowvoltagebattery-stateofcharge": lambda _: _value(94, "percent"),
    "lowvoltagebattery-status": lambda _: _value("GOOD"),
    "motion-currentspeed": lambda car: _value(round(car.speed), "km/h"),
    "odometer-traveleddistance": lambda car: _value(round(car.odometer, 1), "km"),
    "tractionbattery-nominalcapacity": _capacity,
    "tractionbattery-range": _range,
    "tractionbattery-stateofcharge": lambda car: _value(round(car.state_of_charge), "percent"),
    "transmission-gearstate": lambda car: _value("DRIVE" if car.driving else "PARK"),
    "vehicleidentification-nickname": lambda car: _value(car.name),
    "vehicleidentification-vin": lambda car: _value(car.vin),
    "wheel-tires": _tires,
}

SUPPORTED = frozenset(_BODIES)


def body(car: Car, code: str) -> Body:
    """Return the current body of a signal that the car is capable of."""
    return _BODIES[code](car)


def null_body(car: Car, code: str) -> Body:
    """Return the body of a signal without a value: null, beside its unit."""
    known = body(car, code) if code in SUPPORTED else _value(None)
    return {key: value if key == "unit" else None for key, value in known.items()}


def bodies(car: Car) -> dict[str, Body]:
    """Return the current bodies of all signals that the car is capable of."""
    return {code: body(car, code) for code in sorted(car.capable & SUPPORTED)}
