"""`publiccode.yml` is what the catalogues of public software read: whole, strict, and of this version."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from deploy.materials import OWN, version

ROOT = Path(__file__).resolve().parents[2]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Description(Strict):
    localisedName: str | None = None
    shortDescription: Annotated[str, Field(min_length=1, max_length=150)]
    longDescription: Annotated[str, Field(min_length=150, max_length=10_000)]
    features: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1)]
    documentation: HttpUrl | None = None


class Legal(Strict):
    license: str
    mainCopyrightOwner: str | None = None
    repoOwner: str | None = None


class Contact(Strict):
    name: str
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    phone: str | None = None
    affiliation: str | None = None


class Maintenance(Strict):
    type: Literal["internal", "community"]  # "contract" and "none" want other fields
    contacts: Annotated[list[Contact], Field(min_length=1)]


class Localisation(Strict):
    localisationReady: bool
    availableLanguages: Annotated[list[Language], Field(min_length=1)]


class PublicCode(Strict):
    """The fields of the standard, version 0.4, that we use; the obligatory ones without a default."""

    publiccodeYmlVersion: Literal["0.4"]
    name: str
    url: HttpUrl
    softwareVersion: str
    releaseDate: date | None = None
    platforms: Annotated[list[Literal["web", "windows", "mac", "linux", "ios", "android"]], Field(min_length=1)]
    categories: Annotated[list[Annotated[str, Field(pattern=r"^[a-z-]+$")]], Field(min_length=1)]
    developmentStatus: Literal["concept", "development", "beta", "stable", "obsolete"]
    softwareType: Literal[
        "standalone/mobile",
        "standalone/iot",
        "standalone/desktop",
        "standalone/web",
        "standalone/backend",
        "standalone/other",
        "addon",
        "library",
        "configurationFiles",
    ]
    description: Annotated[dict[Language, Description], Field(min_length=1)]
    legal: Legal
    maintenance: Maintenance
    localisation: Localisation


def _told() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))


def test_it_is_as_the_standard_says() -> None:
    told = PublicCode.model_validate(_told())

    assert {"nl", "en"} <= told.description.keys()
    assert all("\n" not in one.shortDescription for one in told.description.values())


@pytest.mark.parametrize("wrong", [{"licence": "EUPL-1.2"}, {"platforms": ["cloud"]}, {"softwareType": "backend"}])
def test_what_the_standard_does_not_know_is_found(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PublicCode.model_validate(_told() | wrong)


def test_version_and_licence_are_those_of_the_product() -> None:
    told = PublicCode.model_validate(_told())
    chart = yaml.safe_load((ROOT / "deploy/helm/waakvlam/Chart.yaml").read_text("utf-8"))

    assert told.softwareVersion == version() == chart["version"] == chart["appVersion"]
    assert told.legal.license == OWN
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.findall(r"^ARG VERSION=(.+)$", dockerfile, re.MULTILINE) == [version()]
