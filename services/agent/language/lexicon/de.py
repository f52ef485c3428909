"""Which German words speak of time? Data only: comma-separated words and phrases by tag."""

from __future__ import annotations

import re

from services.agent.language.lexer import Lexing
from services.agent.language.values import Part, Unit

_MONTH = r"(?:jan|jän|jaen|feb|mär|maer|mrz|apr|mai|jun|jul|aug|sep|okt|nov|dez)"
_WEEKDAY = r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)"
_COMPOUND = re.compile(
    rf"((?:{_WEEKDAY})s?|heut|heute|morgen|übermorgen|uebermorgen)"
    r"((?:morgen|früh|frueh|vormittag|mittag|nachmittag|abend|nacht)s?)"
)
# A full stop makes an ordinal of a number behind these words: "am 3.", "Montag, 3.".
_BEFORE_DAY = ("am", "den", "dem", "der", "zum", "vom", "des", "tag", "tag,", "mittwoch", "mittwoch,", "mo",
"mo,", "di",
               "di,", "mi", "mi,", "do", "do,", "fr", "fr,", "sa", "sa,", "so", "so,")  # fmt: skip
_BEHIND = "|".join(rf"(?<={word}\s{digits}\.)" for word in _BEFORE_DAY for digits in (r"\d", r"\d\d"))


def _parts(word: str) -> tuple[str, ...]:
    """ "Samstagfrüh" is Samstag and früh."""
    found = _COMPOUND.fullmatch(word)
    return found.groups() if found else (word,)


LEXING = Lexing(
    ordinal=r"(?:(?:ter|te|ten|tes|tem)(?!\w)|\.(?=\s?"
    + _MONTH
    + r"|\s?(?:kw(?!\w)|kalenderwoche|advent|weihnachts|(?:des|diesen|dieses|nächsten|kommenden)\s)"
    r"|\s?(?:bis|und|oder|-|–)\s?(?:zum|dem|den|zur)?\s?\d{1,2}\.(?!\d))|\.(?!\s?\d)(?:" + _BEHIND + "))",
    units="[ap]m|uhr|h|min|minuten?|std|stunden?|tage?n?|wochen?|er",
    currency=r"eur|euros?|cents?|chf|franken|fr\.|usd|dollar|prozent",
    clock=r"(?<![\d:.])\d{1,2}h\d{2}(?!\w)|(?<![\d:.,])\d{1,2}\.\d{2}(?=\s?(?:uhr|h)(?!\w))"
    r"|(?:(?<=um\s)|(?<=gegen\s))\d{1,2}\.\d{2}(?![\d.]*\d)",
    split=_parts,
    dotted_dates=True,
    opaque=r"(?<!\d)(?!\d{1,2}[/-]\d{1,2}[/-]\d{2,4})0(?:[\s/-]*\d){8,12}(?!\d)|(?<!\w)(?:[^\W\d_]+(?:stra(?:ß|ss)e|str\.|gasse|allee|platz|weg|ring|ufer|damm)|postfach)\s"
    r"\d{1,4}\s?[a-h]?(?!\w)(?!\s?uhr|[.:]\d)|(?<!\w)(?:stra(?:ß|ss)e|platz)\sdes\s\d{1,2}\.\s[^\W\d_]+(?:\s\d{1,4})?(?!\w)",
)

_ONES = ("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_TENS = {
    20: "zwanzig", 30: "dreißig, dreissig", 40: "vierzig", 50: "fünfzig, fuenfzig", 60: "sechzig", 70: "siebzig",
    80: "achtzig", 90: "neunzig",
}  # fmt: skip


def _and_tens(ones: int, tens: str) -> str:
    """ "einundzwanzig" for 1 and 20, in every spelling of the tens."""
    spellings = [f"{_ONES[ones]}und{name.strip()}" for name in tens.split(",")]
    return ", ".join(spellings + [name.replace("ü", "ue") for name in spellings if "ü" in name])


def _inflected(stems: str) -> str:
    """The forms an ordinal takes: "dritte, dritter, dritten, drittes, drittem"."""
    return ", ".join(
        stem.strip() + ending for stem in stems.split(",") for ending in ("e", "er", "en", "es", "em")
    )


CARDINALS: dict[int, str] = {
    0: "null", 1: "eins", 2: "zwei, zwo", 3: "drei", 4: "vier", 5: "fünf, fuenf", 6: "sechs", 7: "sieben", 8: "acht",
    9: "neun", 10: "zehn", 11: "elf", 12: "zwölf, zwoelf", 13: "dreizehn", 14: "vierzehn", 15: "fünfzehn, fuenfzehn",
    16: "sechzehn", 17: "siebzehn", 18: "achtzehn", 19: "neunzehn", 100: "hundert, einhundert",
} | _TENS | {tens + n: _and_tens(n, name) for tens, name in _TENS.items() for n in range(1, 10)}  # fmt: skip

_ORDINAL_STEMS: dict[int, str] = {
    1: "erst", 2: "zweit", 3: "dritt", 4: "viert", 5: "fünft, fuenft", 6: "sechst", 7: "siebt, siebent", 8: "acht",
    9: "neunt", 10: "zehnt", 11: "elft", 12: "zwölft, zwoelft", 13: "dreizehnt", 14: "vierzehnt",
    15: "fünfzehnt, fuenfzehnt", 16: "sechzehnt", 17: "siebzehnt, siebzehent", 18: "achtzehnt", 19: "neunzehnt",
    20: "zwanzigst", 30: "dreißigst, dreissigst", 31: "einunddreißigst, einunddreissigst",
} | {20 + n: ", ".join(f"{w}st" for w in _and_tens(n, "zwanzig").split(", ")) for n in range(1, 10)}  # fmt: skip

ORDINALS: dict[int, str] = {n: _inflected(stems) for n, stems in _ORDINAL_STEMS.items()}

MEANINGS: dict[str, dict[str, int]] = {
    "weekday": {
        "montag, montags, mo": 0,
        "dienstag, dienstags, di": 1,
        "mittwoch, mittwochs, mi": 2,
        "donnerstag, donnerstags, donerstag, do": 3,
        "freitag, freitags, fr": 4,
        "samstag, samstags, sonnabend, sonnabends, sa": 5,
        "sonntag, sonntags": 6,
    },
    "season": {
        "frühling, frühjahr": 0, "sommer": 1, "herbst": 2, "winter": 3,
    },
    "weekday_so": {"so": 6},  # also the word "so": a weekday only with a full stop or a date beside it
    "month": {
        "januar, jänner, jaenner, jan, jän": 1, "februar, feber, feb": 2, "märz, maerz, mär, mrz": 3, "april, apr": 4,
        "mai": 5, "juni, juno, jun": 6, "juli, julei, jul": 7, "august, aug": 8, "september, sept, sep": 9,
        "oktober, okt": 10, "november, nov": 11, "dezember, dez": 12,
    },
    "month_name": {
        "januar, jänner, jaenner": 1, "februar, feber": 2, "märz, maerz": 3, "april": 4, "mai": 5, "juni": 6,
        "juli": 7,
        "august": 8, "september": 9, "oktober": 10, "november": 11, "dezember": 12,
    },
    "reldays": {
        "heute, heut, am heutigen tag, am heutigen tage": 0,
        "morgen, am morgigen tag": 1,
        "übermorgen, uebermorgen": 2,
        "überübermorgen": 3,
        "gestern": -1,
        "vorgestern": -2,
    },
    "unit": {
        "sekunde, sekunden, sek": Unit.SECOND,
        "minute, minuten, min, mins": Unit.MINUTE,
        "stunde, stunden, std, stdn, h": Unit.HOUR,
        "tag, tage, tagen, tages, tg": Unit.DAY,
        "woche, wochen": Unit.WEEK,
        "monat, monate, monaten, monats": Unit.MONTH,
        "jahr, jahre, jahren, jahres": Unit.YEAR,
    },
    "num_half": {  # "zweieinhalb Stunden": the whole part of a number and a half
        "anderthalb, eineinhalb, einundeinhalb": 1, "zweieinhalb, zweiundeinhalb": 2, "dreieinhalb, "
        "dreiundeinhalb": 3,
        "viereinhalb": 4, "fünfeinhalb": 5, "sechseinhalb": 6,
    },
    "minutes_word": {
        "viertelstunde, viertel stunde": 15, "halbstunde": 30, "dreiviertelstunde, dreiviertel stunde": 45,
    },
    "mer": {"a.m.": 0, "pm, p.m.": 1},
    "partword": {
        "morgens, vormittag, vormittags, am vormittag, frühmorgens, in der früh, in der frühe, "
        "zum frühstück": Part.MORNING,
        "nachmittag, nachmittags, nach dem mittagessen, nach dem essen": Part.AFTERNOON,
        "abend, abends, abnd": Part.EVENING,
        "nacht, nachts": Part.NIGHT,
        "mittag, mittags, mittagszeit, mittagspause, über mittag": Part.LUNCH,
        "nach der arbeit, nach feierabend, feierabend": Part.AFTER_WORK,
        "nach der schule": Part.AFTER_SCHOOL,
        "früh am morgen, am frühen morgen, gleich morgens, gleich in der früh": Part.EARLY_MORNING,
        "spätabends, spätabend, spät abends, spät am abend, spätnachts": Part.LATE_NIGHT,
        "spätnachmittag, spätnachmittags": Part.AFTERNOON,
        "vor dem mittagessen, vor mittag, später vormittag, späten vormittag": Part.LATE_MORNING,
    },
    "noon": {"mitternacht, mitternachts": 24, "high noon": 12},
    "midday": {"mittag": 12},  # a clock time only beside a word that bounds: "ab Mittag"
    "holiday": {  # month * 100 + day; only those with a fixed date
        "weihnachten, erster weihnachtstag, erster weihnachtsfeiertag, ersten weihnachtstag, "
        "ersten weihnachtsfeiertag, "
        "1. weihnachtstag, 1. weihnachtsfeiertag, weihnachtstag, christtag": 1225,
        "2. weihnachtstag, 2. weihnachtsfeiertag, zweiter weihnachtstag, zweiter weihnachtsfeiertag, zweiten "
        "weihnachtstag, zweiten weihnachtsfeiertag, "
        "stephanstag, stefanitag, stephanitag": 1226,
        "heiligabend, heilig abend, heiligen abend, heiliger abend, weihnachtsabend": 1224,
        "silvester, sylvester, silvesterabend, silvesternacht, altjahrstag, altjahresabend": 1231,
        "neujahr, neujahrstag": 101,
        "tag der arbeit, maifeiertag, erster mai feiertag": 501,
        "tag der deutschen einheit, nationalfeiertag deutschland": 1003,
        "nikolaus, nikolaustag, sankt nikolaus": 1206, "barbaratag": 1204, "krampustag": 1205,
        "allerheiligen": 1101, "allerseelen": 1102, "reformationstag": 1031, "halloween": 1031,
        "valentinstag, valentinstags": 214, "heilige drei könige, heiligen drei könige, dreikönigstag, "
        "dreikönige": 106,
        "mariä himmelfahrt, maria himmelfahrt": 815, "mariä empfängnis, maria empfängnis": 1208,
        "mariä lichtmess, lichtmess": 202, "martinstag, sankt martin, st martin, martini": 1111,
        "josefstag, josefitag": 319, "johannistag": 624, "frauentag, weltfrauentag, internationaler frauentag": 308,
        "bundesfeiertag": 801, "walpurgisnacht": 430, "weltkindertag": 920, "kindertag": 601,
        "karnevalsbeginn": 1111,
        "frühlingsanfang": 320, "sommeranfang": 621, "herbstanfang": 923, "winteranfang": 1221,
        "holocaust-gedenktag": 127, "tag der befreiung": 508, "tag der erde": 422, "peter und paul": 629,
        "augsburger friedensfest, friedensfest": 808, "mariä geburt": 908, "österreichischer nationalfeiertag": 1026,
        "schweizer nationalfeiertag": 801, "weltspartag": 1031, "mauerfall": 1109, "dreikönigsfest": 106,
        "sankt nikolaus tag": 1206, "neujahrsmorgen": 101, "heiligdreikönig, heiligdreikönigstag": 106,
    },
    "easter": {  # days after Easter Sunday
        "ostern, ostersonntag": 0, "ostermontag": 1, "karsamstag, ostersamstag": -1, "karfreitag": -2,
        "gründonnerstag": -3, "palmsonntag": -7, "weißer sonntag": 7, "christi himmelfahrt, himmelfahrt, "
        "himmelfahrtstag, vatertag, auffahrt": 39, "pfingsten, pfingstsonntag": 49, "pfingstmontag": 50,
        "fronleichnam": 60, "weiberfastnacht, altweiberfastnacht, altweiber, schmutziger donnerstag": -52,
        "fastnachtssonntag, "
        "karnevalssonntag, faschingssonntag, tulpensonntag": -49, "rosenmontag, faschingsmontag, "
        "fastnachtsmontag, karnevalsmontag": -48, "faschingsdienstag, "
        "fastnachtsdienstag, faschingdienstag, veilchendienstag, fastnacht": -47, "aschermittwoch": -46,
        "dreifaltigkeitssonntag, trinitatis": 56,
    },
    "advent": {  # days after the first Sunday of Advent
        "erster advent, ersten advent, 1. advent": 0, "zweiter advent, zweiten advent, 2. advent": 7,
        "dritter advent, dritten advent, 3. advent": 14, "vierter advent, vierten advent, 4. advent": 21,
        "totensonntag, ewigkeitssonntag": -7, "buß- und bettag, buß und bettag, bußtag": -11, "volkstrauertag": -14,
    },
    "nth_sunday": {"muttertag": 502, "erntedank, erntedankfest": 1001},  # month * 100 + which Sunday
    "half": {"halbe, halben, halber, halbes": 30}, "quarter": {"viertel": 15},
    "span_words": {"ein paar, paar, einige, einigen": 3},
}  # fmt: skip

PLAIN: dict[str, str] = {
    "unfit": "geht nicht, geht es nicht, geht leider nicht, geht es leider nicht, geht doch nicht, "
    "geht gar nicht, geht bei mir nicht, geht es bei mir nicht, geht bei mir leider nicht, "
    "passt nicht, passt es nicht, passt mir nicht, passt es mir nicht, passt leider nicht, "
    "passt es leider nicht, passt mir leider nicht, klappt nicht, klappt es nicht, "
    "klappt leider nicht, klappt es leider nicht, klappt bei mir nicht, kann ich nicht, "
    "kann ich leider nicht, kann ich doch nicht, kann ich gar nicht, ist schlecht, "
    "ist bei mir schlecht, ist leider schlecht, ist nicht möglich, ist mir nicht möglich, "
    "ist unmöglich, schaffe ich nicht, schaffe ich es nicht, schaffe ich leider nicht, "
    "habe ich keine zeit, hab ich keine zeit, bin ich nicht da, bin ich verhindert, "
    "funktioniert nicht",
    "cant_do": "kann nicht am, kann leider nicht am",
    "abbr": "jan, jän, feb, mär, mrz, apr, jun, jul, aug, sep, sept, okt, nov, dez, mo, di, mi, do, fr, sa, std, "
    "min, sek, tg, ca, str, nr, tel, kw",
    "half_to": "halb",
    "title": "herr, herrn, frau, fräulein, dr, doktor, heiße, heisse, heißt, familie",
    "min_before": "vor",
    "min_after": "nach",
    "since": "seit",
    "three_quarter": "dreiviertel",
    "morning_w": "morgen",
    "early_w": "früh, frueh, in aller früh, in aller frühe",
    "onto": "auf",
    "zum": "zum, zur",
    "after_next": "übernächste, übernächsten, übernächster, übernächstes, übernächstem, uebernaechste, "
    "uebernaechsten",
    "workweek": "arbeitswoche, werktage, werktagen, arbeitstage",
    "week_no": "kw, kalenderwoche",
    "year_end": "jahresende",
    "month_end": "monatsende",
    "masked": "guten morgen, guten tag, gute nacht, schönen tag, eines tages, so früh wie möglich, möglichst früh, "
    "zu früh, zu spät, bis dann, bis bald, bis später, bis gleich, schönen feierabend, schönes wochenende, "
    "tag der offenen tür, den ganzen tag, noch nie, beim nächsten mal, nächstes mal, das nächste mal, letztes mal, "
    "erste hilfe, erstes mal, zum ersten mal, diesmal, wie spät, öffnungszeiten am tag, moin moin, um die ecke, "
    "rund um, vor allem, vor ort, nach hause, nach wie vor, an sich, auf jeden fall",
    "plural_u": "minuten, min, stunden, std, tage, tagen, wochen, monate, monaten, jahre, jahren",
    "minute_u": "minute, minuten, min",
    "day_u": "tag, tage, tagen, tages",
    "hour_u": "stunde, stunden, std",
    "week_u": "woche, wochen",
    "month_u": "monat, monats, monate",
    "year_u": "jahr, jahres, jahre",
    "weekend_u": "wochenende, wochenendes, wochenenden, we",
    "h_letter": "h",
    "nights_u": "nächte, nächten, übernachtungen",
    "night_u": "nacht, nächte, nächten",
    "now": "jetzt, sofort, jetzt gleich, jetzt sofort, in diesem moment",
    "later": "später",
    "oclock": "uhr",
    "ish": "rum, herum",
    "past": "nach",
    "to": "vor",
    "on": "am, an, an dem, an einem",
    "in": "in, im, während, in dem",
    "within": "binnen, innerhalb, innerhalb von, im laufe von",
    "at": "um, gegen, so um, so gegen, circa, zirka, ca, etwa, in etwa, ungefähr, genau, punkt, pünktlich um, "
    "exakt um, um etwa, um ca, um circa, um ungefähr, um genau, um punkt, so ca, rund, kurz nach, kurz vor",
    "the": "der, die, das, den, dem, des, zum, zur",
    "of": "von, des, der, vom",
    "a": "ein, eine, einen, einer, einem, eines, ne, nen",
    "for": "für, fuer",
    "from": "von, vom, von dem, zwischen dem",
    "between": "zwischen",
    "and": "und, &, aber, sowie, jedoch",
    "or": "oder, bzw",
    "range_to": "bis, bis zum, bis zur, bis um, bis ca, bis etwa, bis gegen, bis ungefähr, -, –, —, ~, "
    "bis einschließlich",
    "dash": "-, –, —",
    "comma": "COMMA",
    "stop": "., !, ?, ;",
    "slash": "/",
    "plus": "+",
    "next": "nächste, nächsten, nächster, nächstes, nächstem, naechste, naechsten, naechster, naechstes, folgende, "
    "folgenden, folgender, folgendes, darauffolgende, darauffolgenden",
    "coming": "kommende, kommenden, kommender, kommendes, kommendem",
    "this": "diese, diesen, dieser, dieses, diesem, diesjährige, aktuelle, aktuellen, laufende, laufenden",
    "last": "letzte, letzten, letzter, letztes, letztem, vergangene, vergangenen, vergangener, vergangenes, vorige, "
    "vorigen, voriger, voriges",
    "any": "jede, jeden, jeder, jedes, jedem, alle, allen, irgendein, irgendeinen",
    "after": "nach, später als, erst nach, ab nach, nach dem",
    "before": "vor, bis, früher als, spätestens, spätestens um, spätestens bis, bis spätestens, bis spätestens um, "
    "nicht nach, nicht später als, allerspätestens, bis um, bis maximal, noch vor, vor dem, bis gegen",
    "starting": "ab, nicht vor, nicht vor dem, frühestens, frühestens um, ab frühestens, frühestens ab, erst ab, "
    "beginnend, beginnend am, "
    "beginnend ab, ab etwa, ab ca, ab circa, ab dem, ab ungefähr, ab spätestens, gültig ab",
    "upto": "bis, bis zum, bis zur, spätestens, spätestens am, bis spätestens, bis spätestens am, bis einschließlich",
    "street": "straße, strasse, str",
    "act": "buche, buchen, reservieren, bezahlen, bestellen, kaufen",
    "end_of": "ende, ende des, ende der, zum ende, am ende der, am ende des, gegen ende, gegen ende der, "
    "gegen ende des",
    "start_of": "anfang, anfang des, anfang der, beginn, zu beginn der, zu beginn des, am anfang der, am anfang des",
    "checkout": "abreise, abreisen, auschecken",
    "onward": "oder später, aufwärts, oder danach, und später, frühestens",
    "backward": "oder früher, oder davor, und früher, spätestens",
    "early": "frühen, früher, frühes, zeitigen, zeitiger",
    "late": "späten, später, spätes, spät am",
    "mid": "mitte, mitte des, mitte der",
    "rest": "rest, rest der, rest des, restliche, restlichen, verbleibende",
    "please": "bitte, danke",
    "not": "nicht, alles außer, alles ausser, jeder tag außer, jeden tag außer, nur nicht, bloß nicht, "
    "ausgenommen, abgesehen von, außer, ausser, kein, keinen, keinesfalls, auf keinen fall, statt, anstatt",
    "instead": "stattdessen",
    "correct": "nein, nee, ne, nö, doch lieber, lieber, besser, sondern, ich meine, ich meinte, "
    "ich meinte natürlich, "
    "korrektur, stattdessen, geht nicht, geht leider nicht, geht doch nicht, passt nicht, passt mir nicht, "
    "passt leider nicht, passt mir leider nicht, klappt nicht, klappt leider nicht, ist schlecht, ist voll, sorry, "
    "moment, vielleicht besser, eher, geht bei mir nicht, kann ich nicht, kann ich leider nicht, "
    "kann ich doch nicht, schaffe ich nicht",
    "cant": "kann nicht am, kann leider nicht am",
    "move": "ändert, tauscht, umgebucht, verlegen sie, verschieben, verschiebe, verschiebt, verlegen, verlege, "
    "umbuchen, umlegen, ändern, aendern, änder, "
    "vorziehen, tauschen, wechseln, vorverlegen, verschoben, verlegt",
    "good": "guten, gute, guter, schönen, schoenen, schöne, schönes",
    "day_noun": "datum, termin, tag",
    "pronoun": "ich, wir, er, sie, es, ihr, du",
    "people": "freundinnen, freundin, freund, kolleginnen, mädchen, jungen, menschen, pers, liter, kilo, pfund, "
    "gramm, portionen, personen, person, leute, leuten, erwachsene, erwachsenen, kinder, kindern, kind, gäste, "
    "gästen, gast, "
    "freunde, freunden, plätze, plätzen, tickets, ticket, karten, mal, euro, cent, franken, prozent, km, kg, meter, "
    "kilometer, sterne, sternen, punkte, stück, mann, frauen, männer, mädels, jungs, kollegen, teilnehmer, "
    "teilnehmern, mitglieder, paare, familien, hunde, hunden, hund, katzen, taschen, autos, zimmer, betten, tische, "
    "termine, buchungen, einheiten, sitzungen, kurse, stunden lang, jährige, jährigen, jahre alt, grad, zoll, "
    "weitere, weiteren, x, flaschen, portionen",
    "label": "zimmer, raum, nummer, nr, hausnummer, bestellnummer, bestellung, kundennummer, rechnung, "
    "rechnungsnummer, "
    "auftragsnummer, auftrag, buchungsnummer, buchung, referenz, tel, telefon, telefonnummer, handy, handynummer, "
    "mobil, fax, flug, linie, bus, tram, gleis, etage, stock, stockwerk, wohnung, postleitzahl, plz, kapitel, seite, "
    "version, option, größe, code, pin, hausnr, #, iphone, galaxy, windows, halle, saal, tisch, platz, kabine, "
    "unter, "
    "kurs, level, stufe, chf, eur",
    "one_noun": "option, termin, platz, mal, kurs, stunde, uhrzeit, möglichkeit, variante, vorschlag, wahl, schritt, "
    "name, gang, stock, klasse, bezirk, etage, runde, reihe, versuch, besuch, halbzeit",
    "year_mark": "jahr, im jahr, im jahre, des jahres, jahres",
    "tonight": "heute spätabend",
    "fromnow": "ab jetzt, ab sofort, von jetzt an",
    "ago": "her",
}
