"""Positions on Earth and the routes between them."""

from dataclasses import dataclass
from itertools import pairwise
from math import asin, atan2, cos, degrees, radians, sin, sqrt

_EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """A position in degrees."""

    latitude: float
    longitude: float

    def distance_to(self, other: Place) -> float:
        """Return the distance over ground in km."""
        south, north = radians(self.latitude), radians(other.latitude)
        east = radians(other.longitude - self.longitude)
        chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
        return 2 * _EARTH_RADIUS_KM * asin(sqrt(chord))

    def heading_to(self, other: Place) -> int:
        """Return the compass course in degrees, 0 is north."""
        south, north = radians(self.latitude), radians(other.latitude)
        east = radians(other.longitude - self.longitude)
        course = atan2(
            sin(east) * cos(north),
            cos(south) * sin(north) - sin(south) * cos(north) * cos(east),
        )
        return round(degrees(course)) % 360


@dataclass(frozen=True, slots=True)
class Route:
    """A route along waypoints."""

    points: tuple[Place, ...]

    @property
    def length(self) -> float:
        """The length in km."""
        return sum(start.distance_to(end) for start, end in pairwise(self.points))

    @property
    def back(self) -> Route:
        """The same route in the other direction."""
        return Route(self.points[::-1])

    def at(self, travelled: float) -> tuple[Place, int]:
        """Return position and heading (degrees) after so many km."""
        heading = 0
        for start, end in pairwise(self.points):
            leg = start.distance_to(end)
            heading = start.heading_to(end)
            if travelled < leg:
                part = travelled / leg
                return (
                    Place(
                        start.latitude + part * (end.latitude - start.latitude),
                        start.longitude + part * (end.longitude - start.longitude),
                    ),
                    heading,
                )
            travelled -= leg
        return self.points[-1], heading
