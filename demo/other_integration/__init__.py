"""A folder of custom integrations: the stand-in for another Smartcar integration."""
