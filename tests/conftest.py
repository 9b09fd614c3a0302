"""Settings of all tests."""

from hypothesis import HealthCheck, settings

# A busy machine makes generation slow without anything being wrong.
settings.register_profile("coterie", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("coterie")
