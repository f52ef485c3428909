"""Where may a file sent over Twilio be fetched from, and who gets the credentials?"""

from __future__ import annotations

from uuid import UUID

import pytest

from services.gateway.channels import Channel, MediaLink, load
from services.gateway.domain.account import ChannelAccount
from shared.settings import Settings

TENANT = UUID("11111111-1111-4111-8111-111111111111")
OURS = ChannelAccount(TENANT, "twilio_sms", "+15550001111", "AC1", secrets={"auth_token": ("token",)})
API = "https://api.twilio.com"
EMULATOR = "http://127.0.0.1:8092"


def adapter(api_url: str = API) -> Channel:
    return load("twilio_sms", Settings.model_validate({"twilio_api_url": api_url}))


@pytest.mark.parametrize(
    "url",
    [
        "https://mms.twiliocdn.com/AC1/abc?Expires=1&Signature=x",
        "https://media.twiliocdn.com/AC1/abc",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/abc",
    ],
)
def test_files_are_fetched_from_twilios_storage_without_our_credentials(url: str) -> None:
    assert adapter().trusts(url)
    link = adapter().locate(f"{url}#audio/ogg", OURS)
    assert link == MediaLink(url, "audio/ogg", {})


def test_only_the_api_gets_our_credentials() -> None:
    link = adapter().locate(f"{API}/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1#image/png", OURS)
    assert isinstance(link, MediaLink)
    assert link.headers["Authorization"].startswith("Basic ")
    beside = adapter(EMULATOR).locate("http://127.0.0.1:9999/ME1", OURS)
    assert isinstance(beside, MediaLink)
    assert beside.headers == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://s3-external-1.amazonaws.com/another-bucket/abc",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com.evil/abc",
        "http://mms.twiliocdn.com/AC1/abc",
        "https://mms.twiliocdn.com:8443/AC1/abc",
        "https://x@mms.twiliocdn.com/AC1/abc",
        "https://api.twilio.com:8443/abc",
        "http://127.0.0.1:9999/abc",
        "http://169.254.169.254/latest",
    ],
)
def test_a_download_leads_nowhere_else(url: str) -> None:
    assert not adapter().trusts(url)
