"""Secrets in files of their own: ``NAME_FILE`` names the file, as container platforms hand them in.

A source of values for pydantic-settings, between the environment and `.env`.
"""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from bot.errors import ConfigurationError

SUFFIX = "_FILE"
NO_HOME = "begins with the home of a user that is not there; write the whole path"


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the secrets whose ``NAME_FILE`` is set."""

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        secrets: tuple[str, ...],
        *places: PydanticBaseSettingsSource,
    ) -> None:
        super().__init__(settings_cls)
        self._secrets = secrets
        self._values: dict[str, str | None] = {}
        for place in reversed(places):
            if isinstance(place, EnvSettingsSource):
                self._values.update(place.env_vars)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 -- the base class names it
        """The content of the field's file, without the line end; None where there is no file."""
        name = field_name.upper()
        path = self._values.get(f"{field_name}{SUFFIX.lower()}")
        if name not in self._secrets or not path:
            return None, field_name, False
        if self._values.get(field_name):
            raise ConfigurationError(f"{name} and {name}{SUFFIX} are both set; keep one of them")
        return _content(f"{name}{SUFFIX}", Path(path)), field_name, False

    def __call__(self) -> dict[str, Any]:
        """What the files give, by field."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


def _content(name: str, path: Path) -> str:
    try:
        content = path.expanduser().read_text(encoding="utf-8").strip()
    except RuntimeError:
        raise ConfigurationError(f"{name}: {path} {NO_HOME}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: {path} is not UTF-8 text; write it anew") from None
    except OSError as error:
        raise ConfigurationError(
            f"{name}: {path} cannot be read ({error.strerror}); mend the path or the permissions"
        ) from error
    if not content:
        raise ConfigurationError(f"{name}: {path} is empty; put the value into it")
    return content
