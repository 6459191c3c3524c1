"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["figures", "servers"]

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")
