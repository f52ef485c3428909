"""Which Italian words speak of time? Data only: comma-separated words and phrases by tag."""

from __future__ import annotations

from services.agent.language.lexer import Lexing
from services.agent.language.values import Part, Unit

_NO_STREET = r"(?:alle|all|ore|il|dalle|di|domani|oggi|stasera|lunedi|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|per)"

LEXING = Lexing(
    ordinal=r"\s?[°ºª]",
    units="[ap]m|ore|h|min|minuti|giorni|settimane|gg|mesi|anni",
    currency="eur|euros?|centesimi|chf|franchi|usd|dollari|per\\scento|percento",
    clock=r"(?<![\d:.])\d{1,2}h\d{2}(?!\w)|(?<![\w:.])h\s?\d{1,2}(?:[:.,]\d{2})?(?!\w)"
    r"|(?:(?<=\bore\s)|(?<=\ble\s)|(?<=\balle\s)|(?<=\bdalle\s)|"
    r"(?<=\bdelle\s))\d{1,2}[.,]\d{2}(?![\d.]*\d)(?!\s?(?:€|eur))",
    elisions=frozenset(
        ["l", "d", "un", "dell", "all", "nell", "dall", "sull", "quest", "quell", "mezz", "dev", "c", "com"]
    ),
    dotted_dates=True,
    opaque=r"(?<!\w)(?:via|viale|corso|piazza|piazzale|vicolo|largo)(?:\s(?!"
    + _NO_STREET
    + r"(?!\w))[^\W\d_]{2,}\.?){1,4}"
    r",?\s(?:n\.?\s?)?\d{1,4}(?![\w:])(?![.,]\d)|"
    r"(?<!\w)(?:via|viale|corso|piazza|largo)\s\d{1,2}\s[^\W\d_]+(?:,?\s\d{1,4})?(?![\w:])(?![.,]\d)",
)

_ONES = ("", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove")
_TENS = {
    20: "venti", 30: "trenta", 40: "quaranta", 50: "cinquanta", 60: "sessanta", 70: "settanta", 80: "ottanta",
    90: "novanta",
}  # fmt: skip


def _and_ones(tens: str, ones: int) -> str:
    """ "ventuno", "ventitré", "trentotto": the tens lose their last letter before a vowel."""
    stem = tens[:-1] if ones in (1, 8) else tens
    words = [f"{stem}{_ONES[ones]}"]
    if ones == 1:
        words.append(f"{stem}un")
    if ones == 3:
        words += [f"{stem}tré", f"{stem}trè"]
    return ", ".join(words)


def _inflected(stems: str) -> str:
    """The forms an ordinal takes: "terzo, terza, terzi, terze"."""
    return ", ".join(stem.strip() + ending for stem in stems.split(",") for ending in ("o", "a", "i", "e"))


CARDINALS: dict[int, str] = {
    0: "zero", 1: "uno", 2: "due", 3: "tre, tré, trè", 4: "quattro", 5: "cinque", 6: "sei", 7: "sette", 8: "otto",
    9: "nove", 10: "dieci", 11: "undici", 12: "dodici", 13: "tredici", 14: "quattordici", 15: "quindici",
    16: "sedici",
    17: "diciassette", 18: "diciotto", 19: "diciannove", 100: "cento",
} | _TENS | {tens + n: _and_ones(name, n) for tens, name in _TENS.items() for n in range(1, 10)}  # fmt: skip

ORDINALS: dict[int, str] = {1: "primo, prima, primi, prime"} | {
    n: _inflected(stem)
    for n, stem in {
        2: "second", 3: "terz", 4: "quart", 5: "quint", 6: "sest", 7: "settim", 8: "ottav", 9: "non", 10: "decim",
        11: "undicesim", 12: "dodicesim", 13: "tredicesim", 14: "quattordicesim", 15: "quindicesim", 16: "sedicesim",
        17: "diciassettesim", 18: "diciottesim", 19: "diciannovesim", 20: "ventesim", 21: "ventunesim",
        30: "trentesim",
    }.items()
}  # fmt: skip
ORDINALS[9] = "nono, nona, noni"

MEANINGS: dict[str, dict[str, int]] = {
    "weekday": {
        "lunedì, lunedi, lunedí, lun": 0,
        "martedì, martedi, martedí, mart": 1,
        "mercoledì, mercoledi, mercoledí, mer, merc": 2,
        "giovedì, giovedi, giovedí, gio, giov": 3,
        "venerdì, venerdi, venerdí, ven": 4,
        "sabato, sabati, sab": 5,
        "domenica, domeniche, dom": 6,
    },
    "weekday_mar": {"mar": 1},  # Tuesday, or March beside a day of month
    "month_mar": {"mar": 3},
    "month": {
        "gennaio, gen, genn": 1, "febbraio, feb, febbr": 2, "marzo": 3, "aprile, apr": 4, "maggio, mag, magg": 5,
        "giugno, giu": 6, "luglio, lug": 7, "agosto, ago": 8, "settembre, set, sett": 9, "ottobre, ott": 10,
        "novembre, nov": 11, "dicembre, dic": 12,
    },
    "month_name": {
        "gennaio": 1, "febbraio": 2, "marzo": 3, "aprile": 4, "maggio": 5, "giugno": 6, "luglio": 7, "agosto": 8,
        "settembre": 9, "ottobre": 10, "novembre": 11, "dicembre": 12,
    },
    "reldays": {
        "oggi, in giornata, quest'oggi, oggigiorno": 0,
        "domani, doman": 1,
        "dopodomani, dopo domani, il giorno dopo domani, domani l'altro, dopo - domani": 2,
        "ieri": -1,
        "l'altro ieri, avantieri, altro ieri, altroieri": -2,
    },
    "season": {
        "primavera": 0, "estate": 1, "autunno": 2, "inverno": 3,
    },
    "today_part": {  # a word for today and a part of it
        "stamattina, stamani, stamane, stamattinata": Part.MORNING, "stasera": Part.EVENING, "stanotte": Part.NIGHT,
    },
    "unit": {
        "secondo, secondi, sec": Unit.SECOND,
        "minuto, minuti, min, minutini, minutino": Unit.MINUTE,
        "ora, ore, oretta, h": Unit.HOUR,
        "giorno, giorni, gg": Unit.DAY,
        "settimana, settimane": Unit.WEEK,
        "mese, mesi": Unit.MONTH,
        "anno, anni": Unit.YEAR,
    },
    "mer": {"am, a.m.": 0, "pm, p.m.": 1},
    "partword": {
        "mattina, mattino, mattinata, mattine, in mattinata, antimeridiane": Part.MORNING,
        "pomeriggio, pomeriggi, dopo pranzo, dopopranzo, primo pomeriggio, nel primo pomeriggio, pom, pome": Part.AFTERNOON,
        "sera, serata, sere, dopo cena, dopocena": Part.EVENING,
        "notte, nottata, notti": Part.NIGHT,
        "pranzo, ora di pranzo, pausa pranzo, all'ora di pranzo, a pranzo, in pausa pranzo": Part.LUNCH,
        "dopo il lavoro, dopo lavoro, dopo l'ufficio": Part.AFTER_WORK,
        "dopo la scuola, dopo scuola": Part.AFTER_SCHOOL,
        "primo mattino, prima mattina, prima mattinata, mattino presto, mattina presto, presto la mattina, "
        "di buon mattino, buon'ora, di buon'ora": Part.EARLY_MORNING,
        "tarda mattinata, tarda mattina": Part.LATE_MORNING,
        "tarda serata, tarda sera, sera tardi, notte fonda": Part.LATE_NIGHT,
    },
    "noon": {"mezzogiorno, mezzodì": 12, "mezzanotte, mezza notte": 24},
    "holiday": {  # month * 100 + day; only those with a fixed date
        "natale, giorno di natale, il giorno di natale": 1225,
        "vigilia di natale, vigilia, la vigilia, la vigilia di natale, antivigilia bis": 1224,
        "antivigilia": 1223,
        "santo stefano, s. stefano": 1226,
        "san silvestro, vigilia di capodanno, ultimo dell'anno, l'ultimo dell'anno, ultimo giorno dell'anno, notte "
        "di capodanno": 1231,
        "capodanno, primo dell'anno": 101,
        "epifania, befana, l'epifania, la befana": 106, "candelora": 202,
        "san valentino, festa degli innamorati": 214, "festa della donna, festa delle donne": 308,
        "festa del papà, festa del papa, san giuseppe, festa dei papà": 319,
        "liberazione, festa della liberazione, anniversario della liberazione, giorno della liberazione": 425,
        "festa del lavoro, festa dei lavoratori": 501,
        "festa della repubblica, repubblica": 602, "san giovanni": 624, "santi pietro e paolo": 629,
        "ferragosto, assunzione, assunta": 815,
        "ognissanti, tutti i santi, festa dei santi, festa di ognissanti": 1101,
        "giorno dei morti, commemorazione dei defunti, festa dei morti, i morti": 1102,
        "san martino": 1111, "giornata della memoria, giorno della memoria": 127, "giorno del ricordo": 210,
        "san patrizio": 317, "pesce d'aprile": 401, "giornata della terra": 422, "notte di san lorenzo, "
        "san lorenzo": 810,
        "festa dei nonni": 1002, "giorno dei defunti, festa dei defunti, i defunti": 1102,
        "festa delle forze armate, giornata dell'unità nazionale": 1104, "festa di san giuseppe": 319,
        "giornata internazionale della donna": 308, "anniversario della repubblica": 602, "sant'ambrogio": 1207,
        "santa lucia": 1213,
        "immacolata, immacolata concezione, l'immacolata, festa dell'immacolata": 1208, "halloween": 1031,
    },
    "easter": {  # days after Easter Sunday
        "pasqua, domenica di pasqua": 0, "pasquetta, lunedì di pasqua, lunedì dell'angelo": 1, "sabato santo": -1,
        "venerdì santo": -2, "giovedì santo": -3, "domenica delle palme, palme": -7, "giovedì grasso": -52,
        "martedì grasso, carnevale": -47, "mercoledì delle ceneri, ceneri, le ceneri": -46, "ascensione": 39,
        "pentecoste": 49, "corpus domini": 60,
    },
    "advent": {"prima domenica di avvento, prima domenica d'avvento": 0},
    "nth_sunday": {"festa della mamma": 502},  # month * 100 + which Sunday
    "half": {"mezz', mezza, mezzo": 30}, "quarter": {"quarto, un quarto, quarti": 15},
    "span_words": {"un paio, un paio di, paio di, un paio d'": 2, "decina di, una decina di": 10,
        "quindicina di, una quindicina di": 15, "ventina di, una ventina di": 20, "trentina di, una trentina di": 30,
         "qualche, alcuni, alcune, pochi, poche": 3},
}  # fmt: skip

PLAIN: dict[str, str] = {
    "unfit": "non va bene, non mi va bene, non ci va bene, non va, non posso, non possiamo, non riesco, "
    "non mi è possibile, non è possibile, è impossibile, impossibile, non ce la faccio, non funziona, "
    "non mi è comodo, non mi viene bene, non mi torna, sono occupato, sono occupata, sono impegnato, "
    "sono impegnata, non sono libero, non sono libera, non sono disponibile, non ci sono",
    "cant_do": "non posso, non possiamo, non riesco, non mi è possibile, non mi va bene, non sono libero, "
    "non sono libera, non sono disponibile, sono occupato, sono occupata, sono impegnato, "
    "sono impegnata, non voglio",
    "abbr": "gen, genn, feb, febbr, mar, apr, mag, magg, giu, lug, ago, set, sett, ott, nov, dic, lun, mart, mer, "
    "merc, gio, giov, ven, sab, dom, min, sec, gg, pom, tel, n, nr, h",
    "hour_word": "ore, ora, h",
    "hours_the": "le",
    "and_min": "e",
    "less": "meno",
    "sharp": "in punto, spaccate",
    "sett_u": "sett, sett.",
    "next_post": "prossimo, prossima, prossimi, prossime, venturo, ventura, seguente, successivo, successiva",
    "coming_post": "che viene, che verrà, che arriva, entrante",
    "last_post": "scorso, scorsa, scorsi, scorse, passato, passata",
    "one_hour": "una",
    "a_only": "a",
    "title": "signor, signora, signorina, sig, dott, dottor, dottoressa, chiama, chiamo, famiglia",
    "it_to": "alle ore, all'ora, a, al, alla, alle, all', allo, ai",
    "le": "le, l'",
    "il": "il, l', dell', al, dal, del, sul, all', nel, per il, entro il, dopo il, prima del, fino al, sino al, "
    "non oltre il, non prima del, a partire dal, a cominciare dal, intorno al, verso il, entro e non oltre il",
    "delle": "delle, dell'",
    "dal": "dal, dall', a partire dal",
    "dalle": "dalle, dall', dalla, dalle ore",
    "next_week": "settimana prossima, prossima settimana, settimana entrante, settimana che viene, "
    "settimana ventura, settimana seguente, settimana successiva, prox settimana",
    "next_month": "mese prossimo, prossimo mese, mese entrante, mese che viene, mese venturo, mese successivo, "
    "mese seguente",
    "next_year": "anno prossimo, prossimo anno, anno venturo, anno che viene, anno successivo, anno seguente",
    "moved_to": "a, al, alle, all', alla, per il, per le",
    "now_word": "ora",
    "che": "che",
    "manca": "manca, mancano",
    "year_end": "fine anno, fine d'anno, fine dell'anno",
    "workweek": "settimana lavorativa",
    "masked": "buon giorno, buona sera, buona notte, buona serata, buona giornata, buon pomeriggio, buon mattino, "
    "prima volta, la prima volta, prossima volta, la prossima volta, questa volta, "
    "ultima volta, l'ultima volta, una volta, due volte, prima o poi, a dopo, a presto, a più tardi, per ora, "
    "che ora, che ore, che ore sono, il più presto possibile, al più presto, prima possibile, troppo tardi, "
    "troppo presto, tra l'altro, fra l'altro, da solo, da sola, per prima cosa, di solito, non ancora, "
    "un attimo, tutto il giorno, di giorno in giorno, giorno per giorno, a volte, per favore, "
    "prima classe, seconda classe, sei sicuro, sei sicura, un secondo, ogni tanto, terza età, a domicilio",
    "plural_u": "minuti, ore, giorni, settimane, mesi, anni",
    "minute_u": "minuto, minuti, min",
    "day_u": "giorno, giorni, dì",
    "hour_u": "ora, ore, h",
    "week_u": "settimana, settimane",
    "month_u": "mese",
    "year_u": "anno",
    "weekend_u": "weekend, week - end, fine settimana, finesettimana, week end, fine - settimana, wend, we",
    "h_letter": "h",
    "nights_u": "notti",
    "night_u": "notte, notti",
    "now": "adesso, subito, in questo momento, proprio ora, immediatamente, adesso adesso",
    "later": "dopo, più tardi",
    "fromnow": "da adesso, da ora, d'ora in poi",
    "ago": "fa, addietro, or sono",
    "past": "passate le",
    "and": "e, ed, &, ma, però",
    "or": "o, oppure, od",
    "on": "di, nel giorno di, in data, nella giornata di",
    "in": "in, nel, nella, nell', nello, durante, nei, nelle, dentro, tra, fra, di qui a, da qui a",
    "within": "entro, nel giro di, nell'arco di, entro i prossimi, entro le prossime",
    "at": "alle, all', alle ore, verso, verso le, circa, circa alle, intorno, intorno alle, attorno alle, per le, "
    "dalle parti delle, sulle, le ore, alle circa, alle ore circa, verso l', intorno all', indicativamente alle, "
    "esattamente alle, più o meno alle, per l', @, per le ore, verso le ore, alle più o meno",
    "the": "il, lo, la, i, gli, le, l', quel, quella, quello",
    "of": "di, del, dello, della, dell', dei, degli, delle, d'",
    "a": "un, uno, una, un'",
    "for": "per",
    "from": "da, dal, dalla, dalle, dall', dallo, dai, dalle ore, da circa le",
    "between": "tra, fra",
    "range_to": "fino a, fino al, fino alle, fino all', fino alla, sino a, sino al, sino alle, -, –, —, ~, "
    "fino alle ore, e fino a, e fino alle",
    "dash": "-, –, —",
    "comma": "COMMA",
    "stop": "., !, ?, ;",
    "slash": "/",
    "plus": "+",
    "next": "prossimo, prossima, prossimi, prossime, prox, seguente, seguenti, successivo, successiva, venturo, "
    "ventura",
    "coming": "che viene, che verrà, che arriva, in arrivo, entrante",
    "this": "questo, questa, questi, queste, quest', corrente, in corso",
    "last": "scorso, scorsa, scorsi, scorse, passato, passata, ultimo, ultima, ultimi, ultime, precedente, "
    "l'ultimo, l'ultima, gli ultimi, le ultime",
    "any": "ogni, ciascun, ciascuna, qualsiasi, qualunque, tutti i, tutte le",
    "after": "dopo, dopo le, dopo le ore, dopo l', successivamente alle, oltre le, più tardi di, più tardi delle, "
    "dopo il, dopo la, passate le",
    "before": "prima, prima di, prima del, prima delle, prima dell', prima della, prima delle ore, entro, entro le, "
    "entro l', entro il, entro le ore, non oltre, non oltre le, non oltre il, non più tardi delle, "
    "non più tardi di, al più tardi alle, al massimo alle, al massimo entro le, non dopo le, non dopo, fino a, "
    "fino alle, fino all', fino al, sino alle, massimo alle, massimo le",
    "starting": "a partire, a partire da, a partire dal, a partire dalle, a partire dall', a partire dalla, "
    "a partire dalle ore, a cominciare da, a cominciare dal, non prima, non prima di, non prima del, non prima "
    "delle, non prima dell', non prima della, da dopo le, da dopo, "
    "al più presto alle, al più presto",
    "upto": "fino all', fino alle, sino alla, sino all', entro l', entro e non oltre l', non oltre l', entro, "
    "entro il, entro la, entro e non oltre, entro e non oltre il, fino a, fino al, fino alla, sino a, "
    "sino al, non oltre, non oltre il, al più tardi, al massimo",
    "street": "via, viale, corso, piazza, vicolo, largo, piazzale, strada",
    "act": "prenotare, prenota, prenoto, pagare, ordinare, comprare",
    "end_of": "fine, la fine di, la fine del, la fine della, la fine dell', fine della, fine del, fine dell', alla "
    "fine di, alla fine del, alla fine della, fine di, a fine, verso fine, "
    "verso la fine di, verso la fine del, verso la fine della, per la fine del, per la fine della, alla fine dell'",
    "start_of": "inizio, l'inizio di, all'inizio di, all'inizio del, all'inizio della, a inizio, ad inizio, "
    "i primi di, "
    "ai primi di, inizio di",
    "checkout": "check out, check - out, partenza",
    "onward": "in poi, in avanti, o più tardi, o dopo, e oltre, in su, in là",
    "backward": "o prima, al più tardi, e non oltre, al massimo",
    "early": "primo, presto, inizio",
    "late": "tardo, tarda, tardi",
    "mid": "metà, metà di, a metà, verso metà, la metà di",
    "rest": "resto, resto del, resto della, resto di",
    "please": "per favore, per piacere, grazie, pf",
    "no_word": "no",
    "not": "non, tranne, tranne il, tranne la, tranne di, eccetto, eccetto il, salvo, fuorché, a parte, "
    "qualsiasi giorno tranne, qualunque giorno tranne, tutto tranne, invece del, invece dell', "
    "invece della, invece delle, al posto del, al posto della, "
    "al posto delle, tranne, eccetto, invece di, al posto di, anziché, escluso",
    "instead": "invece",
    "correct": "no, anzi, meglio, piuttosto, invece, scusa, scusi, cioè, volevo dire, intendevo, mi correggo, "
    "correzione, aspetta, preferirei, preferisco, non posso, non va bene, non mi va bene, non riesco, "
    "non mi è possibile, ripensandoci, facciamo, non ce la faccio, pardon",
    "cant": "non posso di, non ci sono di",
    "move": "spostate, spostatemi, spostami, cambiate, cambiatemi, rimandate, rinviate, anticipate, posticipate, "
    "modificate, "
    "spostare, sposta, spostiamo, sposto, spostarlo, spostarla, spostarmi, spostato, spostata, cambiare, "
    "cambia, cambiamo, cambiarlo, rimandare, rinviare, posticipare, anticipare, riprogrammare, modificare, "
    "posticipo, "
    "anticipo, rimandiamo",
    "good": "buon, buona, buone, bella, buono",
    "day_noun": "data, giorno, giornata",
    "pronoun": "io, noi, lui, lei, loro, tu, voi",
    "people": "sorelle, cugini, cugine, ragazzi, ragazze, bimbi, persone, persona, adulti, adulto, bambini, "
    "bambino, bambina, bambine, ospiti, ospite, amici, amiche, "
    "amico, amica, posti, posto, biglietti, biglietto, coperti, coperto, ragazzi, ragazze, uomini, donne, colleghi, "
    "colleghe, volte, volta, euro, centesimi, franchi, dollari, percento, km, kg, metri, metro, chilometri, stelle, "
    "punti, pezzi, partecipanti, membri, coppie, famiglie, cani, cane, gatti, borse, macchine, camere, stanze, "
    "letti, "
    "tavoli, appuntamenti, prenotazioni, lezioni, sedute, sessioni, corsi, opzioni, cose, fratelli, figli, figlie, "
    "gradi, altri, altre, x, etti, grammi, bottiglie, porzioni, stelle, mq, cm, per cento, anni fa",
    "label": "camera, stanza, numero, nr, n, n., num, ordine, volo, interno, civico, piano, scala, appartamento, "
    "cap, capitolo, pagina, versione, opzione, taglia, codice, pin, tel, telefono, cellulare, cell, fax, binario, "
    "linea, autobus, bus, tram, fattura, ricevuta, pratica, riferimento, rif, #, iphone, galaxy, windows, sala, "
    "aula, tavolo, livello, articolo, art, misura, chiama, chiamami, euro, corso, step",
    "one_noun": "opzione, scelta, posto, orario, appuntamento, lezione, corso, volta, fila, cosa, seduta, nome, "
    "piano, "
    "classe, visita, turno, disponibile, tempo, persona",
    "year_mark": "anno, nel, del, dello",
    "tonight": "stasera tardi",
    "ish": "circa, e qualcosa",
}
