"""What else do Italian customers say: picks, comparisons, how many, common things?"""

from __future__ import annotations

from services.agent.language.lexicon.tables import ChoiceWords, PartyWords

AFTERNOON_UNTIL = 2  # people count to 24: "alle 7" is 07:00 first, but nobody comes at one in the night

QUESTION = (
    r"^\W*(?:(?:ciao|salve|buongiorno|buonasera|ehi|ok|e|allora|scusi|scusa)\W+)*(?:avete|hai|c'e|ci sono|qual[ei]?|"
    r"che|cosa|quando|a che ora|"
    r"come|dove|chi|mostra\w*|cerc\w*|trov\w*|quant[oi])\b|\b(?:avete|ci sono|c'e)\b"
)

EVENING = r"\b(?:cena|cenare|sera|stasera|serata|tavolo|ristorante|concerto|festa|aperitivo|spettacolo)\b"

SHIFTS = (
    (
        r"\b(?:il |del |al )?giorno (?:dopo|seguente|successivo)\b(?! domani)|\bun giorno (?:dopo|piu tardi)\b|"
        r"\bl'indomani\b",
        1,
    ),
    (r"\b(?:il |del |al )?giorno (?:prima|precedente)\b|\bun giorno prima\b", -1),
    (
        r"\b(?:la |della |alla )?settimana (?:dopo|seguente|successiva)\b|\buna settimana (?:dopo|piu tardi)\b",
        7,
    ),
    (r"\b(?:la |della |alla )?settimana (?:prima|precedente)\b|\buna settimana prima\b", -7),
)

_ORDINALS = {"prim": 1, "second": 2, "terz": 3, "quart": 4, "quint": 5, "sest": 6, "settim": 7, "ottav": 8, "non": 9,
             "decim": 10, "ultim": -1}  # fmt: skip

CHOICES = ChoiceWords(
    ordinals={stem + ending: n for stem, n in _ORDINALS.items() for ending in ("o", "a") if stem != "non" or ending == "o"}
    | {f"{n}{mark}": n for n in range(1, 10) for mark in ("°", "º", "ª", "o", "a")},
    cardinals={
        "uno": 1, "una": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9,
        "dieci": 10,
    },
    pointed=(
        r"\b(?:(?:prendo|prendi|preferisco|voglio|vorrei|meglio|scelgo|prenoto|facciamo|va bene) (?:il |la |l'|quell[oa] )|"
        r"(?:il |la |l')(?=\w+ (?:opzione|orario|appuntamento|lezione|scelta|posto|proposta|data|corso|di (?:questi|"
        r"quelli|queste|quelle))\b"
        r"(?! (?:di|del|in)\b)))(ORDINAL)(?!\w)(?! (?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|"
        r"settembre|ottobre|novembre|"
        r"dicembre|del mese))"
    ),
    numbered=(
        r"\b(?:opzione|numero|nr\.?|scelta|proposta)\s*#?\s*(\d{1,2}|CARDINAL)\b(?!\s*(?:persone|ore|:))|#(\d{1,2})\b"
    ),
    before=(
        r"prendo|prenderei|prendiamo|preferisco|preferirei|voglio|vorrei|scelgo|facciamo|prenota|prenoto|ok|si|va "
        r"bene|direi|allora|per favore|"
        r"il|la|l|lo"
    ),
    after=r"grazie|per favore|va bene|perfetto|allora|opzione|orario|lezione|appuntamento|direi|mi va bene",
)  # fmt: skip

PREFERENCES: dict[str, tuple[str, ...]] = {
    "later": (
        r"\b(?:quell[oa]|il|la|un|una|qualcosa|un po'?|poco|orario|appuntamento|lezione) (?:di )?piu tardi\b|"
        r"\b(?:si puo|e possibile|avete|c'e)\b[\w\s']{0,20}\bpiu tardi\b|"
        r"^\W*piu tardi(?: per favore| grazie)?\W*$|\bl'ultimo orario\b",
    ),
    "earlier": (
        r"\b(?:quell[oa]|il|la|un|una|qualcosa|un po'?|poco|orario|appuntamento|lezione) (?:di )?(?:prima|piu "
        r"presto)\b(?! (?:volta|lezione|classe|d))|"
        r"\b(?:si puo|e possibile|avete|c'e)\b[\w\s']{0,20}\b(?:prima|piu presto)\W*$|^\W*(?:prima|piu presto)(?: "
        r"per favore| grazie)?\W*$|"
        r"\b(?:il )?prima possibile\b|\bpiu presto possibile\b|\bal piu presto\b|\bprimo (?:posto )?(?:disponibile|"
        r"libero)\b",
    ),
    "cheaper": (
        r"\b(?:il|la|quell[oa]|qualcosa) (?:di )?(?:piu economic[oa]|meno car[oa]|che costa meno)\b|\bpiu economic[oa]\b",
    ),
    "other": (r"\b(?:l'altr[oa]|quell'altr[oa])\b(?! (?:ieri|giorno|settimana))",),
    "any": (
        r"\b(?:e|fa) (?:lo stesso|uguale|indifferente)\b|\buno qualsiasi\b|\b(?:qualsiasi|qualunque)(?: \w+)?(?: va "
        r"bene)?\b|\bnon importa\b|"
        r"\b(?:scegli|scelga|scegliete|decidi|decida|decidete|fai|faccia|fate) (?:tu|lei|voi)\b|\bnessuna "
        r"preferenza\b|\bvanno bene entramb[ie]\b|"
        r"\bindifferente\b|\bnon ho preferenze\b|\bmi va bene tutto\b",
    ),
}

PARTY = PartyWords(
    heads="persone persona adulti adulto adulte bambini bambino bambina bambine ospiti ospite amici amiche amico amica posti "
    "posto biglietti biglietto coperti coperto ragazzi ragazze colleghi colleghe uomini donne partecipanti invitati teste "
    "commensali neonati anziani",
    head_phrases="di noi",
    groups="gruppo di, gruppo da, tavolo da, comitiva di",
    companions="amico amica moglie marito compagno compagna fidanzato fidanzata ragazzo ragazza mamma madre papà padre sorella "
    "fratello figlio figlia capo collega cugino cugina zia zio coinquilino",
    owners="mio mia un una un' nostro nostra",
    self_words="io me",
    and_self="e io, e me, ed io, & io",
    self_and="io e, io ed, me e, io con, io più",
    alone="solo io, solo per me, soltanto io, sono solo, sono sola, da solo, da sola, solo me, per me solo, per me sola",
    pair="noi due, tutti e due, tutte e due, entrambi, io e te",
    before="per, tavolo per, segnaci in, prenotaci in, mettici in, saremmo in, verremmo in, verremo in, veniamo in",
    between="le i circa solo noi",
    we_are="siamo in, saremo in, siamo, saremo, veniamo in, in totale siamo, verremo in, in tutto siamo",
    sized={
        "in coppia": 2,
        "in due": 2,
        "in tre": 3,
        "in quattro": 4,
        "in cinque": 5,
        "in sei": 6,
        "in sette": 7,
        "in otto": 8,
        "in dieci": 10,
    },
)

NAMED = (
    r"\b(?:[Cc]on|[Dd]a|[Dd]i)\s+(?:il |la )?((?:(?:[Dd]ott(?:oressa|or|\.ssa|\.)?|[Ss]ig(?:nora|nor|\.ra|"
    r"\.)?)\s)?(?!Luned|Marted|Mercoled|Gioved|Venerd|Sabato|Domenica|"
    r"Gennaio|Febbraio|Marzo|Aprile|Maggio|Giugno|Luglio|Agosto|Settembre|Ottobre|Novembre|Dicembre|Pasqua|Natale|"
    r"Voi|Lei|Roma|Milano|Yoga|"
    r"Pilates)[A-ZÀÈÉÌÒÙ][a-zàèéìòù'’-]+(?:\s[A-ZÀÈÉÌÒÙ][a-zàèéìòù'’-]+)?)(?=[\s.,!?]|$)|"
    r"\b((?:Dott(?:\.|oressa|or)?|Sig(?:\.ra|\.|nora|nor)?)\s[A-ZÀÈÉÌÒÙ][\w'’-]+)"
)

COMMON = (
    "il lo la i gli le l un uno una di del della dei delle dell a al alla alle ai da dal dalla dalle in nel nella "
    "con su per tra fra e ed o ma "
    "che chi cosa quando dove come quanto quale perché io tu lui lei noi voi loro mi ti ci vi si me te mio mia miei "
    "tuo sono sei è siamo siete "
    "ho hai ha abbiamo avete hanno vorrei voglio posso possiamo potete può potrei c'è ci sono non sì no grazie "
    "prego ciao buongiorno "
    "buonasera salve domani oggi dopodomani stasera mattina pomeriggio sera lunedì martedì mercoledì giovedì "
    "venerdì sabato domenica "
    "settimana prossima prossimo prenotare prenotazione prenoto appuntamento lezione disdire cancellare annullare "
    "spostare posto orario "
    "libero disponibile va bene perfetto certo anche più meno mezza prima dopo meglio quello quella questo questa "
    "solo ancora già anzi se "
    "esatto operatore aiuto altra altro ultima ultimo "
    "faccio ce mettetemi avvisatemi libera attesa lista seconda terza prendo persone "
    "tavolo quanti dura vi mie miei nostro stato"
)

THINGS: dict[str, str] = {
    "yoga": "lezione di yoga, corso di yoga",
    "pilates": "lezione di pilates, corso di pilates",
    "meditation": "meditazione",
    "spinning": "lezione di spinning",
    "boxing": "boxe, pugilato, kickboxing",
    "personal training": "allenamento personale",
    "gym": "palestra",
    "swimming": "nuoto, lezione di nuoto, corso di nuoto",
    "tennis": "campo da tennis, lezione di tennis",
    "padel": "campo da padel",
    "dance": "ballo, danza, lezione di ballo",
    "haircut": "taglio, taglio di capelli, taglio capelli, tagliare i capelli, parrucchiere, parrucchiera, barbiere",
    "hair colour": "colore, tinta, meches, colpi di sole",
    "blow dry": "piega, messa in piega",
    "beard trim": "barba, rasatura",
    "manicure": "unghie, smalto",
    "facial": "pulizia del viso, trattamento viso",
    "waxing": "ceretta, depilazione",
    "massage": "massaggio, massaggio sportivo, massaggio thai, massaggio alla schiena",
    "dentist": "dentista, pulizia dei denti, igiene dentale",
    "doctor": "medico, dottore, dottoressa, visita medica",
    "physiotherapy": "fisioterapia, fisioterapista",
    "therapy": "terapia, psicologo, psicologa",
    "eye test": "oculista, ottico, controllo della vista",
    "vet": "veterinario, veterinaria",
    "grooming": "toelettatura, toeletta",
    "oil change": "cambio olio",
    "car service": "tagliando, cambio gomme, revisione",
    "table": "tavolo, cena, pranzo al ristorante",
    "room": "camera, camera doppia, camera singola, stanza",
    "meeting room": "sala riunioni",
    "lesson": "lezione di chitarra, lezione di pianoforte, guida, corso di lingua",
    "workshop": "corso di cucina, corso di ceramica, laboratorio",
    "tour": "visita guidata",
    "event": "concerto, biglietti, spettacolo",
}

STOP_WORDS = (
    "il lo la gli le un uno una di del della dei delle dell al alla alle dal dalla dalle nel nella con per tra fra "
    "che chi cosa "
    "quando dove come quanto quale sono sei siamo ho hai abbiamo avete vorrei voglio posso potete grazie ciao "
    "buongiorno domani oggi "
    "dopodomani stasera mattina pomeriggio sera notte lunedì martedì mercoledì giovedì venerdì sabato domenica "
    "settimana mese anno "
    "prossima prossimo prenotare prenotazione appuntamento lezione lezioni corso corsi posto posti orario ora ore "
    "giorno giorni "
    "libero disponibile bene perfetto certo anche prima dopo meglio quello quella questo questa due tre quattro "
    "cinque sei sette otto "
    "nove dieci mezza quarto minuto minuti persona persone disdire cancellare spostare fare avere primo secondo "
    "seconda terzo terza ultimo "
    "solo ancora tutto nuovo visita taglia salve"
)
