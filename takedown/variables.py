"""Settings over which the environment is laid."""

from __future__ import annotations

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from takedown.settings import Settings


class VariedSettings(Settings, BaseSettings):
    """`TAKEDOWN_SECTION__KEY` wins over the same key of the files; a list is given as JSON."""

    model_config = SettingsConfigDict(env_prefix="TAKEDOWN_", env_nested_delimiter="__", extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings  # the files' merged contents come as init values: the environment wins
