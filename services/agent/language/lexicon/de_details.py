"""What else do German customers say: picks, comparisons, how many, common things?"""

from __future__ import annotations

from services.agent.language.lexicon.tables import ChoiceWords, PartyWords

LITERAL_HOURS = True  # people count to 24: "um 7" is 07:00 first

QUESTION = (
    r"^\W*(?:(?:hi|hallo|hey|ok|okay|und|also|bitte|guten (?:tag|morgen|abend))\W+)*(?:habt|haben sie|hast|gibt|"
    r"gibts|ist|sind|was|welche\w*|wann|"
    r"wie|wo|wer|zeig\w*|such\w*|finde)\b|\b(?:habt ihr|haben sie|gibt es|gibts|welche (?:kurse|zeiten|termine))\b"
)

EVENING = r"\b(?:abendessen|essen gehen|abend|abends|heute abend|tisch|restaurant|konzert|party|feier|drinks|dinner)\b"

SHIFTS = (
    (r"\b(?:den|am) (?:tag )?(?:danach|darauf)\b|\b(?:am|den) (?:tag darauf|tag danach|nächsten tag|folgetag|"
    r"darauffolgenden tag)\b|"
     r"\beinen tag später\b|\bam tag darauf\b|\btags darauf\b", 1),
    (r"\b(?:den|am) tag (?:davor|zuvor|vorher)\b|\beinen tag (?:früher|vorher|eher)\b|\bam vortag\b|\btags zuvor\b", -1),
    (r"\bdie woche (?:danach|darauf)\b|\beine woche (?:später|danach)\b|\bin der woche (?:danach|darauf)\b", 7),
    (r"\bdie woche (?:davor|zuvor|vorher)\b|\beine woche (?:früher|vorher|eher)\b|\bin der woche davor\b", -7),
)  # fmt: skip

_ENDINGS = ("e", "er", "en", "es")
_ORDINALS = {"erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "acht": 8, "neunt": 9,
             "zehnt": 10, "letzt": -1, "oberst": 1, "unterst": -1}  # fmt: skip

CHOICES = ChoiceWords(
    ordinals={stem + ending: n for stem, n in _ORDINALS.items() for ending in _ENDINGS}
    | {f"{n}.": n for n in range(1, 10)}
    | {f"{n}te": n for n in range(1, 10)}
    | {f"{n}ten": n for n in range(1, 10)}
    | {f"{n}ter": n for n in range(1, 10)},
    cardinals={
        "eins": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    },
    pointed=(
        r"\b(?:(?:nehm|nehme|nehmen|nimm|lieber|möchte|gern|gerne|will|wähle|buche) (?:bitte |dann )?(?:die|das|den) |"
        r"(?:der|die|das|den|dem|zum|zur) (?=[\w.]+ (?:option|termin|möglichkeit|variante|vorschlag|uhrzeit|zeit|"
        r"kurs|stunde|"
        r"angebot|platz|davon|von (?:denen|diesen|den))\b(?! (?:im|in der|des|am|war))))(ORDINAL)(?!\w)(?! (?:mai|"
        r"juni|juli|um)\b)"
    ),
    numbered=(
        r"\b(?:option|nummer|nr\.?|variante|vorschlag|möglichkeit)\s*#?\s*(\d{1,2}|CARDINAL)\b(?!\s*(?:personen|uhr|"
        r":))|#(\d{1,2})\b"
    ),
    before=(
        r"ich (?:nehme|nehm|möchte|will|hätte gern|hätte gerne|wähle|würde|buche)|wir (?:nehmen|möchten)|nehme|nimm|"
        r"buche|ok|okay|ja|"
        r"bitte|gern|gerne|dann|lieber|also|der|die|das|den|dem|zum|zur"
    ),
    after=r"bitte|danke|passt|gern|gerne|wäre gut|ist gut|ist ok|nehmen|buchen|dann|davon|option|termin|möglichkeit|klingt gut",
)  # fmt: skip

PREFERENCES: dict[str, tuple[str, ...]] = {
    "later": (
        r"\b(?:der|die|das|den|dem|einen|eine|etwas|was|lieber|bisschen|zum|zur) (?:spätere[rnsm]?|späteste[rnsm]?|"
        r"später)\b|"
        r"\b(?:gehts|geht es|ginge es|gibt es|geht|habt ihr|haben sie)\b[\w\s]{0,25}\bspäter(?:es|en)?\b|"
        r"^\W*später(?: bitte)?\W*$",
    ),
    "earlier": (
        r"\b(?:der|die|das|den|dem|einen|eine|etwas|was|lieber|bisschen|zum|zur) (?:frühere[rnsm]?|früheste[rnsm]?|"
        r"früher|eher)\b|"
        r"\b(?:gehts|geht es|ginge es|gibt es|geht|habt ihr|haben sie)\b[\w\s]{0,25}\bfrüher(?:es|en)?\b|"
        r"^\W*früher(?: bitte)?\W*$|"
        r"\bso (?:bald|schnell|früh) wie möglich\b|\bmöglichst (?:bald|früh|schnell)\b|\b(?:nächste|erste) freie\b|"
        r"\bschnellstmöglich\b",
    ),
    "cheaper": (
        r"\b(?:der|die|das|den|was|etwas|am) (?:billigere?[rnsm]?|günstigere?[rnsm]?|billigsten?|günstigsten?)\b",
    ),
    "other": (r"\b(?:der|die|das|den) andere[rn]?\b(?! (?:tag|woche))|\b(?:was|etwas) anderes\b",),
    "any": (
        r"\begal\b|\b(?:beides|beide) (?:geht|passt|ok|gut)\b|\b(?:irgendein\w*|irgendwann)\b|\bspielt keine rolle\b|"
        r"\b(?:such|suchen|wähl|wählen|entscheid\w*) (?:du|sie|ihr)\b|\bkeine präferenz\b|\bist mir (?:gleich|"
        r"wurscht|recht)\b",
    ),
}

PARTY = PartyWords(
    heads="personen person leute leuten mann erwachsene erwachsenen erwachsener kinder kindern kind gäste gästen gast "
    "freunde freunden freundinnen plätze plätzen platz tickets ticket karten kollegen kolleginnen frauen männer mädels "
    "jungs teilnehmer teilnehmern menschen köpfe jugendliche babys senioren",
    head_phrases="von uns",
    groups="gruppe von, gruppe mit, gruppe aus",
    companions="freund freundin frau mann partner partnerin mutter mama vater papa schwester bruder sohn tochter chef chefin "
    "kollege kollegin cousin cousine tante onkel verlobter verlobte kind kumpel bekannte mitbewohner mitbewohnerin",
    owners="mein meine meinen meiner meinem ein eine einen einer einem unser unsere unserem unserer",
    self_words="ich mich mir",
    and_self="und ich, und mich, und mir, & ich",
    self_and="ich und, mich und, mir und, ich mit, ich plus",
    alone="nur ich, nur für mich, für mich allein, für mich alleine, ich allein, ich alleine, alleine, ich bin allein",
    pair="wir beide, uns beide, uns zwei, ein paar sind wir, wir zwei, für uns beide",
    before="uns, für, fuer, tisch für, buche, reserviere",
    between="nur ca etwa circa die",
    we_are="wir sind, wir wären, wir werden, sind wir, wir kommen zu, sind insgesamt, kommen mit",
    sized={
        "zu zweit": 2, "zu dritt": 3, "zu viert": 4, "zu fünft": 5, "zu sechst": 6, "zu siebt": 7, "zu acht": 8,
        "zu neunt": 9, "zu zehnt": 10, "zu zwölft": 12, "zu zweien": 2,
    },
)  # fmt: skip

NAMED = (
    r"\b(?:[Bb]ei|[Mm]it|[Vv]on|[Zz]u)\s+((?:(?:Frau|Herrn?|Dr|Doktor)\.?\s)?(?!Montag|Dienstag|Mittwoch|Donnerstag|"
    r"Freitag|Samstag|"
    r"Sonntag|Sonnabend|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Ihnen|"
    r"Ihrem|Euch|Kunden|EC|"
    r"Karte|Kindern?|Personen|Freund\w*|Hund\w*|Bargeld)[A-ZÄÖÜ][a-zäöüß'’-]+(?:\s[A-ZÄÖÜ][a-zäöüß'’-]+)?)(?=[\s.,!?]|$)|"
    r"\b((?:Dr|Frau|Herrn?)\.?\s[A-ZÄÖÜ][\wäöüß'’-]+)"
)

COMMON = (
    "der die das den dem des ein eine einen einem einer und oder aber ich du er sie es wir ihr mich mir uns euch "
    "ihnen ihn mein meine meinen "
    "dein ist sind bin war wäre habe hab hat haben hätte hast kann könnte können will möchte würde werden wird mit "
    "für auf von vom "
    "zu zum zur bei nach um am im in an ab bis nicht kein keine ja nein nee doch bitte danke hallo guten tag wann "
    "wo wie wer was welche "
    "warum noch schon auch nur sehr gern gerne lieber besser morgen heute übermorgen gestern abend uhr termin "
    "buchen buchung "
    "reservieren stornieren absagen verschieben frei platz kurs gibt es geht passt nächste nächsten woche montag "
    "dienstag mittwoch "
    "donnerstag freitag samstag sonntag halb viertel stunde später früher alles klar gut super "
    "stimmt egal dank vielen hilfe klappt nehme hätte wäre tisch zweite dritte personen vielleicht wirklich dauert"
)

THINGS: dict[str, str] = {
    "yoga": "yogakurs, yogastunde, yoga kurs, yogaklasse",
    "pilates": "pilateskurs, pilates kurs, pilatesstunde",
    "meditation": "achtsamkeit, achtsamkeitskurs",
    "spinning": "spinningkurs, indoor cycling",
    "boxing": "boxen, boxtraining, kickboxen",
    "personal training": "personaltraining, privattraining",
    "gym": "fitnessstudio, fitness",
    "swimming": "schwimmen, schwimmkurs, schwimmunterricht",
    "tennis": "tennisplatz, tennisstunde",
    "padel": "padelplatz",
    "dance": "tanzkurs, tanzen, tanzstunde",
    "haircut": "haarschnitt, haare schneiden, haareschneiden, friseurtermin, friseur, frisörtermin, schneiden",
    "hair colour": "färben, haare färben, strähnen, haarfarbe, strähnchen",
    "blow dry": "föhnen",
    "beard trim": "bart, bart trimmen, rasur, bartpflege",
    "manicure": "maniküre, nägel, nageltermin, gelnägel",
    "pedicure": "pediküre, fußpflege",
    "facial": "gesichtsbehandlung, kosmetik",
    "waxing": "enthaarung",
    "massage": "rückenmassage, fußmassage, sportmassage, massagetermin, thaimassage",
    "dentist": "zahnarzt, zahnarzttermin, zahnreinigung, zahnärztin",
    "doctor": "arzt, ärztin, arzttermin, hausarzt",
    "physiotherapy": "physiotherapie, krankengymnastik, physio",
    "therapy": "therapie, beratung",
    "eye test": "sehtest, optiker, augenarzt",
    "vet": "tierarzt, tierärztin",
    "oil change": "ölwechsel",
    "car service": "inspektion, reifenwechsel, werkstatttermin",
    "table": "tisch, tischreservierung, abendessen, mittagessen",
    "room": "hotelzimmer, doppelzimmer, einzelzimmer, zimmer",
    "meeting room": "besprechungsraum, konferenzraum, meetingraum",
    "lesson": "unterricht, gitarrenunterricht, klavierunterricht, fahrstunde, sprachkurs",
    "workshop": "töpferkurs, kochkurs",
    "tour": "führung, stadtführung",
    "event": "konzert, veranstaltung",
}

STOP_WORDS = (
    "der die das den dem des ein eine einen einem einer und oder aber mit für fuer von vom zum zur bei nach wann wo "
    "wie wer was "
    "welche kann könnte möchte will habe hätte gern gerne bitte danke hallo heute morgen übermorgen abend mittag nacht "
    "nachmittag vormittag woche wochenende monat jahr montag dienstag mittwoch donnerstag freitag samstag sonntag "
    "termin kurs stunde stunden zeit platz tag tage eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf halb "
    "viertel minute minuten später früher vor zwischen frei buchen stornieren absagen verschieben ändern nächste "
    "nächsten letzte "
    "erste zweite dritte gut super alles klar hier auch nur sehr vielleicht sicher nein okay person personen leute "
    "meine meinen mein deine ihre unser haben machen nehmen geben gibt geht brauche lieber besser noch schon nicht tisch"
)
