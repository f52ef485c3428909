"""What does a German message ask for? Intents, picks, how many, who, and in which language it is."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.agent.language import Catalogue, CatalogueEntry, Intent, Preference, understand

NOW = datetime(2026, 3, 4, 10, 0)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Ich möchte morgen um 18 Uhr einen Yogakurs buchen", Intent.BOOK),
        ("Ich hätte gern einen Termin zum Haareschneiden", Intent.BOOK),
        ("Bitte reserviert mir einen Platz im Pilates am Montag", Intent.BOOK),
        ("Meld mich bitte für Yoga an", Intent.BOOK),
        ("Trag mich für morgen ein", Intent.BOOK),
        ("Tisch für vier Personen heute um 20 Uhr", Intent.BOOK),
        ("Können wir morgen um 9 vorbeikommen?", Intent.BOOK),
        ("Ich muss meinen Termin absagen", Intent.CANCEL),
        ("Bitte storniert meine Buchung am Freitag", Intent.CANCEL),
        ("Bitte sagt meinen Termin ab", Intent.CANCEL),
        ("Ich kann morgen leider nicht kommen", Intent.CANCEL),
        ("Mir ist etwas dazwischengekommen", Intent.CANCEL),
        ("Ich kann leider doch nicht kommen", Intent.CANCEL),
        ("Wir können am Freitag doch nicht", Intent.CANCEL),
        ("Ich kann den Termin morgen leider nicht wahrnehmen", Intent.CANCEL),
        ("Ich schaffe es leider doch nicht", Intent.CANCEL),
        ("Ich brauche den Termin nicht mehr", Intent.CANCEL),
        ("Können wir den Termin auf Donnerstag verschieben?", Intent.RESCHEDULE),
        ("Ich würde gern umbuchen", Intent.RESCHEDULE),
        ("Kann ich an einem anderen Tag kommen?", Intent.RESCHEDULE),
        ("Ich muss meinen Termin ändern", Intent.RESCHEDULE),
        ("Wann ist mein nächster Termin?", Intent.MY_BOOKINGS),
        ("Was habe ich gebucht?", Intent.MY_BOOKINGS),
        ("Zeig mir meine Buchungen", Intent.MY_BOOKINGS),
        ("Bin ich angemeldet?", Intent.MY_BOOKINGS),
        ("Ich brauche eine Quittung", Intent.MY_BOOKINGS),
        ("Welche Buchungen habe ich?", Intent.MY_BOOKINGS),
        ("Ich will nicht mehr kommen", Intent.CANCEL),
        ("Setz mich bitte auf die Warteliste", Intent.WAITLIST),
        ("Sagt mir Bescheid, wenn ein Platz frei wird", Intent.WAITLIST),
        ("Was kostet eine Massage?", Intent.PRICE),
        ("Wie teuer ist das?", Intent.PRICE),
        ("Wer unterrichtet morgen?", Intent.STAFF_INFO),
        ("Welche Trainer habt ihr?", Intent.STAFF_INFO),
        ("Ist Anna morgen da?", Intent.STAFF_INFO),
        ("Wo seid ihr?", Intent.BUSINESS_INFO),
        ("Wie ist eure Adresse?", Intent.BUSINESS_INFO),
        ("Wann habt ihr geöffnet?", Intent.BUSINESS_INFO),
        ("Wie sind eure Öffnungszeiten?", Intent.BUSINESS_INFO),
        ("Kann ich mit Karte zahlen?", Intent.BUSINESS_INFO),
        ("Wie lange dauert die Massage?", Intent.BUSINESS_INFO),
        ("Ich möchte mit einem Menschen sprechen", Intent.TALK_TO_HUMAN),
        ("Kann mich jemand anrufen?", Intent.TALK_TO_HUMAN),
        ("Mitarbeiter bitte", Intent.TALK_TO_HUMAN),
        ("Was habt ihr morgen frei?", Intent.FIND),
        ("Gibt es noch Plätze am Samstag?", Intent.FIND),
        ("Welche Kurse gibt es am Montag?", Intent.FIND),
        ("Ja", Intent.AFFIRM),
        ("ja bitte", Intent.AFFIRM),
        ("Passt!", Intent.AFFIRM),
        ("gerne", Intent.AFFIRM),
        ("stimmt so", Intent.AFFIRM),
        ("in Ordnung", Intent.AFFIRM),
        ("Nein danke", Intent.DENY),
        ("Nee, lieber nicht", Intent.DENY),
        ("das passt mir nicht", Intent.DENY),
        ("auf keinen Fall", Intent.DENY),
        ("Hallo", Intent.GREET),
        ("Guten Morgen", Intent.GREET),
        ("Moin", Intent.GREET),
        ("Vielen Dank!", Intent.THANKS),
        ("Tschüss", Intent.BYE),
        ("schönen Tag noch", Intent.BYE),
        ("Hilfe", Intent.HELP),
        ("Was kannst du?", Intent.HELP),
        ("Dienstag um 9", Intent.OTHER),
    ],
)
def test_the_german_intent(text: str, intent: Intent) -> None:
    assert understand(text, NOW, language="de").intent is intent


@pytest.mark.parametrize(
    "text",
    [
        "Ich will nicht stornieren",
        "Welche Stornobedingungen habt ihr?",
        "Bitte keine Absage",
        "Bis wann kann ich stornieren?",
        "Was kostet es, wenn ich absage?",
        "Kann ich kostenlos stornieren?",
        "Was passiert, wenn ich absagen muss?",
        "Ich kann am Freitag",
        "Kann ich nicht auch um 10 kommen?",
    ],
)
def test_what_sounds_like_a_german_cancellation_is_none(text: str) -> None:
    assert Intent.CANCEL not in understand(text, NOW, language="de").intents


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Wir sind zu dritt", 3),
        ("zu zweit morgen um 19 Uhr", 2),
        ("wir sind drei", 3),
        ("Tisch für vier", 4),
        ("für fünf Personen", 5),
        ("für zwei Erwachsene und drei Kinder", 5),
        ("für mich und meine Frau", 2),
        ("meine Freundin und ich", 2),
        ("nur für mich", 1),
        ("für 3 Uhr", None),
        ("für zwei Stunden", None),
        ("für den 3. Mai", None),
    ],
)
def test_how_many_come_in_german(text: str, size: int | None) -> None:
    assert understand(text, NOW, language="de").party_size == size


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("die zweite", 2),
        ("die zweite bitte", 2),
        ("ich nehme den dritten", 3),
        ("den letzten", -1),
        ("Nummer 2", 2),
        ("Option drei", 3),
        ("2", 2),
        ("der erste Termin passt", 1),
        ("am zweiten Mai", None),
        ("der zweite Stock", None),
    ],
)
def test_a_german_pick(text: str, choice: int | None) -> None:
    assert understand(text, NOW, language="de").choice == choice


@pytest.mark.parametrize(
    ("text", "preference"),
    [
        ("das spätere", Preference.LATER),
        ("lieber später", Preference.LATER),
        ("der frühere Termin", Preference.EARLIER),
        ("so früh wie möglich", Preference.EARLIER),
        ("das günstigere", Preference.CHEAPER),
        ("die andere", Preference.OTHER),
        ("egal", Preference.ANY),
        ("morgen früh", None),
    ],
)
def test_a_german_preference(text: str, preference: Preference | None) -> None:
    assert understand(text, NOW, language="de").preference is preference


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("nein, am Tag danach", 1),
        ("nein, einen Tag später", 1),
        ("nein, am nächsten Tag", 1),
        ("lieber einen Tag früher", -1),
        ("die Woche danach", 7),
        ("übermorgen", None),
    ],
)
def test_a_german_day_counted_from_the_one_talked_about(text: str, days: int | None) -> None:
    understood = understand(text, NOW, language="de")
    assert understood.shift_days == days


def test_a_german_name_and_a_service_of_the_catalogue_are_found() -> None:
    catalogue = Catalogue(
        services=(CatalogueEntry("s1", "Rückenmassage"), CatalogueEntry("s2", "Hatha Yoga")),
        staff=(CatalogueEntry("p1", "Anna Müller"),),
    )
    understood = understand(
        "Rückenmassage bei Anna am Freitag um 10", NOW, language="de", catalogue=catalogue
    )
    assert (understood.service, understood.staff) == ("s1", "p1")
    assert understand("Termin bei Anna am Freitag", NOW, language="de").staff == "Anna"
    assert understand("Termin am Freitag mit Hund", NOW, language="de").staff is None


@pytest.mark.parametrize(
    "text",
    [
        "Hallo",
        "ja gerne",
        "Danke",
        "morgen um sieben",
        "am Freitag",
        "Nein",
        "Wann habt ihr offen?",
        "die zweite bitte",
    ],
)
def test_german_is_recognised_in_short_messages(text: str) -> None:
    assert understand(text, NOW).language == "de"
