"""Which German phrases show what a customer wants? Regular expressions on folded lower-cased text, by intent.

The order is the order of strength: a message that asks to cancel and says thanks is a cancellation.
"""

from __future__ import annotations

_BOOKING = (
    r"(?:buchung(?:en)?|reservierung(?:en)?|termine?s?|terminen|kurs(?:e|es)?|stunde|einheit|platz|plätze|tisch|"
    r"behandlung|sitzung|training|klasse|anmeldung)"
)
_PERSON = (
    r"(?:menschen?|mitarbeiter(?:in)?|person|jemand(?:em|en)?|berater(?:in)?|kundenservice|kundendienst|personal|"
    r"rezeption|empfang|chef(?:in)?|inhaber(?:in)?|betreiber|support|team|echten? person)"
)
_STAFF = (
    r"(?:lehrer(?:in)?(?:nen)?|trainer(?:in)?(?:nen)?|kursleiter(?:in)?|coach|friseur(?:in)?|frisör(?:in)?|barber|"
    r"therapeut(?:in)?(?:en)?|masseur(?:in)?|arzt|ärztin|zahnarzt|kosmetikerin|stylist(?:in)?|mitarbeiter(?:in)?(?:nen)?|"
    r"personal|team)"
)
_MOVE = (
    r"(?:verschieb\w*|verschoben|verleg\w*|umbuch\w*|umgebucht|vorverleg\w*|vorzieh\w*|umleg\w*|"
    r"(?:ab)?ändern|ändert|änderung(?:en)?|geändert|tausch\w*|wechseln)"
)

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        rf"\b(?:mit|an|zu) (?:einem |einer |einen |dem |der |den |ihrem |eurem )?(?:echten |richtigen |wirklichen "
        rf")?{_PERSON}\b"
        r".*\b(?:sprech\w*|red\w*|chatt?\w*|schreib\w*|verbind\w*|weiterleit\w*|verbunden)\b",
        rf"\b(?:sprech\w*|red\w*|verbind\w*|weiterleit\w*) .*\b(?:mit|an) (?:\w+ )?(?:echten |richtigen )?{_PERSON}\b",
        rf"\b(?:echte[rnm]?|richtige[rnm]?|wirkliche[rnm]?) {_PERSON}\b",
        r"^\W*(?:(?:ein|eine|einen|den|die|der) )?(?:mensch|mitarbeiter|mitarbeiterin|kundenservice|"
        r"kundendienst)\W*(?:bitte)?\W*$",
        r"\b(?:kann|könnte|könnt|soll) (?:mich |mir )?(?:bitte )?jemand (?:mich |mir |bitte )*(?:anrufen|"
        r"zurückrufen|helfen|kontaktieren)\b",
        r"\b(?:ruft|rufen sie|ruf) mich (?:bitte )?(?:an|zurück)\b|\b(?:bitte um )?rückruf\b",
    ),
    "waitlist": (
        r"\bwarteliste\b|\bwarte-liste\b|\bnachrücken\b|\bnachrücker\w*\b",
        r"\b(?:sag|sagt|sagen sie|gib|gebt|geben sie|melde|meldet|melden sie|schreib|schreibt|benachrichtig\w*|"
        r"informier\w*)\b"
        r".*\b(?:wenn|falls|sobald)\b.*\b(?:frei|absag\w*|abspring\w*|ausfäll\w*|storniert|platz)\b",
        r"\b(?:wenn|falls|sobald)\b.*\b(?:was|etwas|ein platz|jemand|einer|noch was|ein termin)\b.*\b(?:frei wird|freiwird|"
        r"absagt|abspringt|ausfällt|storniert)\b",
    ),
    "reschedule": (
        rf"\b{_MOVE}\b",
        r"\b(?:ander(?:en|er|es)|neuen?|späteren?|früheren?) (?:termin|tag|uhrzeit|zeit|kurs)\b.*\b(?:statt|"
        r"stattdessen|nehmen|haben|brauch\w*)\b",
        r"\b(?:kann|könnte|könnten|können|darf) (?:ich|wir) (?:auch |bitte |lieber )?(?:später|früher|an einem anderen tag|"
        r"ein andermal) kommen\b",
    ),
    "cancel": (
        r"(?<!nicht )(?<!keine )\b(?:stornier\w*|storno|abgesagt|absag(?:e|en|st|t)?\b(?! ?gebühr)|abbestell\w*|"
        r"abmeld\w*|abgemeldet|"
        r"austragen|kündig\w*|gekündigt|canceln?|gecancelt)\b(?! ?(?:bedingung|frist|gebühr|kosten|richtlinie))",
        r"\b(?:kann|können|werde|werden)\b(?: [\w']+){0,7}? nicht (?:mehr )?(?:kommen|teilnehmen|dabei sein|da sein|"
        r"erscheinen|"
        r"mitmachen|schaffen|wahrnehmen|einhalten)\b",
        r"\b(?:schaff(?:e|en|s|'s|e's)?|pack(?:e|en)?)\b(?: (?:es|ich|wir|das|leider|doch|heute|morgen|am|"
        r"\w+tag)){0,5} nicht\b",
        r"\b(?:ich|wir|kann|können)\b(?: \w+){0,5} doch nicht(?: mehr)?\W*$",
        r"\b(?:sag|sage|sagt|sagen)\b[\w\s]{0,40}\bab\b|\bmeld(?:e|en|et)?\b[\w\s]{0,30}\bab\b",
        r"\b(?:kann|können|schaff\w*|werde|werden) (?:ich |wir )?(?:es |leider |doch |heute |morgen |am \w+ )*nicht "
        r"(?:kommen|teilnehmen|dabei sein|erscheinen|mitmachen|schaffen)\b",
        r"\b(?:schaffe|schaffen) (?:ich |wir )?(?:es )?(?:leider |doch )?nicht\b|\bbin (?:leider )?verhindert\b|"
        r"\bmir ist (?:leider )?(?:etwas|was) dazwischen ?gekommen\b|\bes ist (?:mir |uns )?(?:leider )?(?:etwas|"
        r"was) dazwischen ?gekommen\b",
        rf"\b(?:brauch\w*|möchte|will|wollen|benötig\w*)\b[\w\s]{{0,25}}\b(?:nicht mehr|keinen|keine|doch "
        rf"nicht)\b[\w\s]{{0,15}}\b{_BOOKING}?\b(?=.*{_BOOKING})",
        rf"\b{_BOOKING}\b.*\b(?:nicht mehr|doch nicht)\b|\b(?:lösch\w*|streich\w*|entfern\w*) (?:bitte )?(?:\w+ "
        rf")?{_BOOKING}\b",
        r"\b(?:will|möchte|werde|kann) (?:\w+ )?(?:nicht mehr|doch nicht) (?:kommen|teilnehmen|mitmachen)\b",
        r"\bvergiss (?:es|das)\b|\b(?:abbrechen|abbruch)\b|^\W*stopp?\W*$|\blass(?:en)? (?:wir )?(?:es|das) "
        r"(?:lieber |doch )?(?:sein|bleiben)\b",
    ),
    "price": (
        r"\b(?:wie ?viel|was) (?:kostet|kosten|zahlt|zahle|zahlen|macht das|würde)\b|\bkoste[tn]\b|\bkosten(?:los|"
        r"frei|punkt)?\b",
        r"\b(?:preis(?:e|en|liste)?|tarife?|gebühr(?:en)?|honorar|eintritt|beitrag)\b",
        r"\b(?:teuer|günstig|billig|rabatte?|ermäßig\w*|angebot(?:e)? im moment|gutschein\w*)\b",
        r"\bwie teuer\b|\bumsonst\b|\bgratis\b",
    ),
    "my_bookings": (
        rf"\b(?:wann|wo|welche[nrs]?|was|wie viele|um wie ?viel uhr)\b[\w\s]{{0,25}}\b(?:mein(?:e|en|er|em|es)?|"
        rf"unser(?:e|en)?)\b[\w\s]{{0,20}}\b{_BOOKING}\b",
        rf"\b(?:zeig\w*|list\w*|seh\w*|prüf\w*|bestätig\w*|überprüf\w*|anzeigen|"
        rf"schau\w*)\b[\w\s]{{0,25}}\bmeine?[nrms]?\b[\w\s]{{0,20}}\b{_BOOKING}\b",
        rf"\bmeine?[nr]? (?:\w+ )?{_BOOKING}\b[\w\s]{{0,15}}\b(?:anzeigen|sehen|ansehen|zeigen|einsehen|bestätigt|"
        rf"prüfen)\b",
        r"\b(?:was|welche\w*|wann|wofür) (?:habe|hab) ich\b[\w\s]{0,25}\b(?:gebucht|reserviert|termine?|kurse?|vor)?\b",
        r"\b(?:habe|hab) ich (?:\w+ ){0,4}(?:gebucht|reserviert|einen termin|eine buchung|termine)\b",
        r"\bich (?:habe|hatte) (?:schon |bereits |doch )?(?:\w+ ){0,6}(?:gebucht|reserviert)\b|\bbin ich "
        r"(?:angemeldet|eingetragen|gebucht|dabei)\b",
        rf"\b(?:ist|sind|steht) mein[e]? (?:\w+ )?{_BOOKING}\b|^\W*meine? (?:nächste[rn]? )?{_BOOKING}\W*$",
        rf"\b(?:welche|was für|wie viele) (?:\w+ )?{_BOOKING} (?:habe|hab|haben) (?:ich|wir)\b",
        r"\b(?:quittung|rechnung|beleg)\b",
    ),
    "staff_info": (
        r"\bwer\b[\w\s]{0,15}\b(?:unterricht\w*|leitet|gibt|macht|arbeitet|schneidet|massiert|behandelt|ist da|"
        r"hat (?:dienst|zeit)|trainiert|hält)\b",
        rf"\b(?:welche[rn]?|was für|über) (?:\w+ )?{_STAFF}\b|\bwer (?:ist|sind) (?:der |die |eure |ihre )?{_STAFF}\b",
        rf"\b(?:eure|euer|ihre|ihr|euren|ihren) (?:beste[nr]? |neue[nr]? )?{_STAFF}\b",
        r"\b(?:arbeitet|unterrichtet|ist) (?!es |das |die |der |noch |ein |da |hier |heute |morgen |dort )[a-z]+ "
        r"(?:heute|morgen|am \w+|noch|auch)?\s?(?:da|im haus|arbeiten|im dienst|verfügbar)?\b(?=.*\b(?:da|dienst|"
        r"verfügbar|arbeitet|unterrichtet)\b)",
        rf"\b(?:liste|zeig\w*)\b[\w\s]{{0,12}}\b{_STAFF}\b",
    ),
    "business_info": (
        r"\b(?:bis wann|wie lange vorher|wie kurzfristig)\b.*\b(?:stornier\w*|absag\w*|abmeld\w*)\b",
        r"\böffnungszeit\w*\b|\bgeschäftszeit\w*\b|\bsprechzeit\w*\b|\bsprechstunde\b",
        r"\b(?:wann|wie lange|bis wann|ab wann|um wie ?viel uhr)\b[\w\s]{0,25}\b(?:offen|geöffnet|auf|zu|"
        r"geschlossen|schließt|öffnet|macht ihr)\b",
        r"\b(?:habt ihr|haben sie|seid ihr|ist)\b[\w\s]{0,25}\b(?:offen|geöffnet|geschlossen)\b|\b(?:habt ihr|haben "
        r"sie) [\w\s]{0,20}\b(?:auf|zu)\W*$",
        r"\bwo (?:seid|sind|ist|liegt|befindet|finde|findet)\b(?! mein)|\b(?:adresse|anschrift|standort|anfahrt|"
        r"wegbeschreibung|lage)\b",
        r"\bwie (?:komme|kommt|kommen|finde) (?:ich|man|wir)\b|\b(?:telefonnummer|e-?mail(?:adresse)?|webseite|"
        r"website|homepage)\b",
        r"\b(?:park\w*|parkplatz|parkplätze|w-?lan|wifi|dusche[n]?|umkleide\w*|schließfäche?r?|handtuch|handtücher|"
        r"matten?|rollstuhl\w*|"
        r"barrierefrei\w*|aufzug|fahrstuhl)\b",
        r"\b(?:nehmt ihr|nehmen sie|akzeptiert ihr|akzeptieren sie|kann (?:ich|man) (?:mit|bar|per))\b",
        r"\b(?:storno|stornierungs|absage)(?:bedingung\w*|frist|gebühr\w*|regel\w*|kosten)\b|\brückerstattung\b|"
        r"\berstattung\b|"
        r"\bwas (?:soll|muss|brauche) ich (?:mit|an)?\w*\b|\bmitbringen\b|\banziehen\b|\bhunde?\b",
        r"\bwie lange (?:dauert|geht|ist)\b|\bwie voll\b|\bwartezeit\b",
    ),
    "book": (
        r"(?<!um)\bbuche?n?\b(?!ung)|\b(?:reservier(?:e|en|t)?|anmeld(?:e|en|et)?|einschreib\w*|eintragen|vormerken|"
        r"einbuchen|einplanen)\b",
        r"\b(?:meld|melde|meldet|melden|trag|trage|tragt|tragen)\b[\w\s]{0,40}\b(?:an|ein)\b",
        rf"\b(?:mach\w*|hätte|hätten|möchte|möchten|will|wollen|brauch\w*|vereinbar\w*|ausmachen|nehm\w*|nimm|"
        rf"bekomm\w*|haben|"
        rf"gib|gebt|bräuchte|benötig\w*|sicher\w*)\b[\w\s,]{{0,30}}\b(?:einen?|eine?|den|die|das|einer|nen|ne|zwei|"
        rf"drei|\d+)? ?(?:\w+ )?{_BOOKING}\b",
        r"\b(?:ich|wir) (?:nehme|nehmen|komme|kommen) (?:gerne? |dann )?(?:den|die|das|zum|zur|um|am)\b|\bich bin "
        r"dabei\b|\bmerk mich vor\b",
        r"\b(?:kann|könnte|können|könnten|darf|dürfen|dürfte) (?:ich|wir) (?:\w+ ){0,5}(?:kommen|vorbeikommen|"
        r"mitmachen|teilnehmen|dazu)\b",
    ),
    "find": (
        r"\b(?:habt ihr|haben sie|hast du|gibt es|gibts|gibt's|gäbe es|wäre|bietet ihr|bieten sie)\b",
        r"\bist (?:noch|da|am|um|morgen|heute|\w+) ?[\w\s]{0,25}\b(?:frei|was|etwas|möglich|verfügbar|platz)\b",
        r"\b(?:welche[rsn]?|was für)\b[\w\s]{0,20}\b(?:kurse?|termine?|zeiten|uhrzeiten|plätze|stunden|behandlungen|"
        r"leistungen|angebote)\b",
        r"\b(?:zeig\w*|such\w*|finde\w*|schau\w*|list\w*|sag\w*)\b[\w\s]{0,25}\b(?:kurse?|termine?|zeiten|plan|"
        r"kursplan|stundenplan|freie|was|plätze|etwas)\b",
        r"\b(?:kursplan|stundenplan|verfügbarkeit(?:en)?|verfügbar|frei(?:e|en|er|es)?)\b",
        r"\b(?:wann|um wie ?viel uhr)\b(?: ist| sind| beginnt| findet| kann| hat| habt| gibt| wäre| geht)\b",
        r"\bwas (?:läuft|geht|ist los|gibt)\b|\bwie (?:wäre|wär|sieht|steht|ist) (?:es|'s)?\b",
    ),
}

# A question about cancelling, or a refusal to, is no cancellation.
UNLESS: dict[str, str] = {
    "cancel": (
        r"\b(?:hat|haben|falls|wenn)\b[\w\s]{0,25}\bjemand\b[\w\s]{0,25}\babsag\w*|\b(?:hat|haben|falls|wenn)\b[\w\s]{0,25}\bjemand\b[\w\s]{0,25}\babgesagt\b|"
        r"\b(?:nicht|ohne zu|keinesfalls) (?:stornieren|absagen|abmelden|canceln)\b|\b(?:bis wann|wie lange vorher|"
        r"wie kurzfristig)\b|"
        r"\b(?:was kostet|wie ?viel|kostet|zahle|gebühr\w*|kostenlos|erstatt\w*)\b.*\b(?:stornier\w*|absag\w*|"
        r"abmeld\w*|storno)|"
        r"\b(?:wenn|falls) (?:ich|wir|man) (?:\w+ ){0,3}(?:storniere?n?|absagen?|abmelden?)\b|"
        r"\b(?:stornier\w*|absag\w*)\b.*\b(?:kostet|kostenlos|kosten|gebühr\w*|frist)\b"
    ),
}

# Too weak alone ("ich möchte wissen …"): they count when the message also names a service or a time.
WEAK: dict[str, tuple[str, ...]] = {
    "book": (
        r"\b(?:ich|wir) (?:möchte|möchten|will|wollen|würde|würden|hätte|hätten|brauche|brauchen|bräuchte)\b(?! "
        r"(?:wissen|fragen|sprechen|reden))",
        r"\b(?:möchte|möchten|würde gerne|hätte gerne|hätte gern|würde gern) (?:ich|wir)\b",
        r"\b(?:kann|könnte|können|könnten|darf) (?:ich|wir)\b",
    ),
    "find": (r"\b(?:such\w*|finde\w*|empfehl\w*|empfiehl\w*|vorschlag\w*|zeig\w*)\b",),
}

AFFIRM = (
    r"(?:^|[.!,;]\s*|\bok(?:ay)?,? |\boh,? |\bach,? |\bna,? )(?:ja+|jap+|jep|jo|joa|jawohl|jup|klar|na klar|sicher|"
    r"sehr gern(?:e)?|gern(?:e)?|"
    r"ok|okay|okey|oki|einverstanden|genau|richtig|stimmt|korrekt|natürlich|selbstverständlich|perfekt|super|prima|"
    r"toll|passt|in ordnung|alles klar|geht klar|auf jeden fall|unbedingt|bestätig\w*|mach das|machen wir|"
    r"abgemacht|gebongt|gut|sehr gut|wunderbar|ausgezeichnet|fein|bitte(?: ja)?(?=\W*$)|definitiv|absolut|freilich|"
    r"passt so|yes)\b"
    r"(?! (?:morgen|tag|abend|nacht|nicht))",
    r"\b(?:das|es|der|die|so) (?:passt|geht|stimmt|klappt|wäre|ist)(?: für mich| mir| so| alles)? ?(?:gut|super|"
    r"perfekt|prima|ok|okay|in ordnung|"
    r"richtig|recht|toll|ideal)?\W*$|\b(?:passt|klappt|geht) (?:mir |für mich )?(?:gut|super|perfekt|prima)\b",
    r"\bbin (?:damit )?einverstanden\b|\bich bestätige\b|\bja\b(?! nicht)|👍|✅|👌",
)

DENY = (
    r"(?:^|[.!,;]\s*|\boh,? |\bach,? |\bäh,? )(?:nein+|nee+|nö+|ne(?=\W|$)|nicht wirklich|lieber nicht|auf keinen "
    r"fall|keinesfalls|niemals|"
    r"falsch|nein danke|bloß nicht|doch nicht|leider nicht|no)\b",
    r"\b(?:das|es|der|die) (?:passt|stimmt|geht|ist|klappt|war)(?: mir| bei mir| so| leider| für mich)* (?:nicht|"
    r"falsch|verkehrt)\b",
    r"\b(?:will|möchte|mag) (?:ich |das |es )*(?:nicht|lieber nicht)\b|\b(?:nicht|keine?n?) (?:buchen|bestätigen|"
    r"stornieren|absagen)\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (
        r"\b(?:danke\w*|dank|vielen dank|besten dank|herzlichen dank|dankeschön|merci|thx|thanks|lieb von)\b|🙏",
    ),
    "bye": (
        r"\b(?:tschüss|tschüß|tschau|ciao|servus bis|auf wiedersehen|wiedersehen|wiederhören|bis (?:dann|bald|"
        r"später|gleich|morgen)\W*$|"
        r"bis zum nächsten mal|schönen (?:tag|abend|feierabend) noch|schönes wochenende|gute nacht|mach'?s gut|"
        r"macht'?s gut|"
        r"das (?:war'?s|wäre alles|ist alles)|bye|adieu|ade)\b",
    ),
    "greet": (
        r"^\W*(?:hallo+|hi+|hey+|halli hallo|moin(?: moin)?|servus|grüß(?:e| gott| dich| euch)?|grüezi|guten "
        r"(?:morgen|tag|abend)|"
        r"mahlzeit|tach|na\W*$|hallöchen|gruezi)\b|^\W*morgen[!.]*\W*$(?<!\bmorgen)",
        r"\bwie geht(?:'?s| es)\b|\balles (?:gut|klar) bei\b",
    ),
    "help": (
        r"^\W*(?:hilfe|menü|menu|optionen|start|info|infos|befehle)\W*$|\b(?:kannst du|können sie|könnt ihr|könnten "
        r"sie) (?:mir |uns )?(?:bitte )?"
        r"(?:\w+ )?(?:helfen|weiterhelfen)\b|\b(?:brauche|bräuchte) hilfe\b|\bhilf mir\b",
        r"\bwas (?:kannst du|könnt ihr|können sie)\b|\bwie funktioniert (?:das|es|dies)\b|\bwomit (?:kannst|können|"
        r"könnt)\b",
    ),
}
