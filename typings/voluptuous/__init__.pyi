# Home Assistant serves voluptuous through probatio, whose types it uses.
from probatio import *
