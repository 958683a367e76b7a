"""Names that more than one module needs."""

from typing import Final

DOMAIN: Final = "smartcar_dynamic"

# Config entry data and options.
CONF_API: Final = "api"
CONF_CALLS_PER_MONTH: Final = "calls_per_month"
CONF_EXCLUDED: Final = "excluded_vehicles"
CONF_MANAGEMENT_TOKEN: Final = "management_token"  # noqa: S105 - the name of it
CONF_PRICE_AWAY: Final = "price_away"
CONF_PRICE_AWAY_ENTITY: Final = "price_away_entity"
CONF_PRICE_HOME: Final = "price_home"
CONF_PRICE_HOME_ENTITY: Final = "price_home_entity"
CONF_READ_ON_NEWS: Final = "read_on_news"
CONF_RESERVE: Final = "reserve"
CONF_SMARTCAR_WEBHOOK_ID: Final = "smartcar_webhook_id"
CONF_USABLE_CAPACITY: Final = "usable_capacity"

API_V2: Final = "v2"
API_V3: Final = "v3"

# Keys of entities that no signal stands behind.
ACCOUNT_PROBLEM: Final = "account_problem"
CALLBACK_VERIFIED: Final = "callback_verified"
CALLS_LEFT: Final = "calls_left"
CALLS_USED: Final = "calls_used"
LAST_DELIVERY: Final = "last_delivery"
LAST_REPORTED: Final = "last_reported"
READ_SIGNALS: Final = "read_signals"

DEFAULT_TITLE: Final = "Smartcar"
"""The title of an entry that knows no vehicle yet."""

DASHBOARD_URL: Final = "https://dashboard.smartcar.com"
