"""Which French words speak of time? Data only: comma-separated words and phrases by tag."""

from __future__ import annotations

from services.agent.language.lexer import Lexing
from services.agent.language.values import Part, Unit

LEXING = Lexing(
    mixed="dem1|2m1|2main|a2m1|apr[eè]s2m1",
    ordinal=r"(?:er|ère|re|e|è|ème|eme|ième|ieme|nde?)(?!\w)",
    units="[ap]m?|min|mins|mn|m|h|hr|hrs|j|d|s|k|sem|ans?",
    currency="euros?|eur|francs?|chf|dollars?|cad|centimes?|cts?|balles|percent",
    clock=r"(?<![\w:.,])\d{1,2}\s?(?:hrs?|h)[0-5]\d(?:\s?(?:mins?|mn|m)(?:\s?\d{1,2}\s?s)?)?(?:(?![\w:])|"
    r"(?=[ap]m\b|mp\b))|(?<![\w:.,])\d{1,2}\s?(?:hrs|hr|h)(?![\w:])",
    elisions=frozenset({"l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu"}),
    opaque=r"(?<!\d)0[1-9](?:[\s.-]?\d{2}){4}(?!\d)|(?<![\w.])\d{3}-\d{2}-\d{4}(?!\d)|"
    r"(?<![\d/])\d{1,2}/\d{1,2},\d+|\S+\.(?:xlsx?|pdf|docx?|png|jpe?g|zip|csv|txt)(?!\w)|"
    r"(?<!\w)7\s?j?/\s?7(?![\w/])|(?<!\w)24\s?h?/\s?24(?![\w/])|\(\d{3}\)\s?\d{3}-\d{4}|"
    r"(?<!\d)\d{2}(?:[\s.-]\d{2}){3,}(?!\d)|"
    r"(?<!\w)(?:rue|avenue|av\.|place|boulevard|bd)\sdu\s(?:\d{1,2}|1er)\s[^\W\d_]+(?:\s\d{4})?(?!\w)",
)

CARDINALS: dict[int, str] = {
    0: "zéro", 1: "un, une", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept", 8: "huit",
    9: "neuf", 10: "dix", 11: "onze", 12: "douze", 13: "treize", 14: "quatorze", 15: "quinze", 16: "seize",
    17: "dix-sept, dix sept", 18: "dix-huit, dix huit", 19: "dix-neuf, dix neuf", 20: "vingt", 30: "trente",
    40: "quarante", 50: "cinquante", 60: "soixante", 70: "soixante-dix",
    80: "quatre-vingts, quatre-vingt, quatre vingt, quatre vingts", 90: "quatre-vingt-dix, quatre vingt dix", 100: "cent",
}  # fmt: skip

ORDINALS: dict[int, str] = {
    1: "premier, première, premiers, premières", 2: "deuxième, second, seconde", 3: "troisième",
    4: "quatrième", 5: "cinquième", 6: "sixième", 7: "septième", 8: "huitième", 9: "neuvième", 10: "dixième",
    11: "onzième", 12: "douzième",
}  # fmt: skip

MEANINGS: dict[str, dict[str, int]] = {
    "weekday": {
        "lundi, lundis, lun": 0, "mardi, mardis": 1, "mercredi, mercredis, mercredit": 2, "jeudi, jeudis": 3,
        "vendredi, vendredis, ven, vendr": 4, "samedi, samedis": 5, "dimanche, dimanches, dim": 6,
    },
    "weekday_shy": {"mar": 1, "mer, merc": 2, "jeu": 3, "sam": 5},
    "month": {
        "janvier, janv, jan": 1, "février, févr, fevr, fév, fev": 2, "mars": 3, "avril, avr": 4, "mai": 5,
        "juin": 6, "juillet, juil, jui, juill": 7, "août, aout, aou": 8, "septembre, sept, sep": 9,
        "octobre, oct": 10, "novembre, nov": 11, "décembre, déc, dec": 12,
    },
    "reldays": {
        "aujourd'hui, aujourdhui, aujourd hui, auj, ajd, ojd, ce jour, dans la journée, "
        "dans le courant de la journée, en cours de journée": 0,
        "demain, dem1, 2m1, a2m1, 2main, dmain": 1, "après-demain, après demain": 2, "hier": -1,
        "avant-hier, avant hier": -2,
    },
    "next_day": {"lendemain, jour suivant, jour d'après, jour après": 1, "surlendemain": 2},
    "unit": {
        "seconde, secondes, sec": Unit.SECOND, "minute, minutes, min, mins, mn": Unit.MINUTE,
        "heure, heures, hr, hrs": Unit.HOUR, "jour, jours, journée, journées, j": Unit.DAY,
        "semaine, semaines, sem": Unit.WEEK, "mois": Unit.MONTH, "an, ans, année, années": Unit.YEAR,
    },
    "long_length": {
        "quinzaine, quinzaine de jours": 14, "huitaine, huitaine de jours, huit jours": 7,
        "quinze jours": 14, "dizaine de jours": 10,
    },
    "mer": {"am, a.m., a.m": 0, "pm, p.m., p.m, mp": 1},
    "partword": {
        "matin, matins, matinée, matinées, mat, avant-midi, avant le déjeuner, avant déjeuner": Part.MORNING,
        "après-midi, après midi, aprèm, aprem, après-m, ap-midi, apm, après le déjeuner, "
        "après déjeuner": Part.AFTERNOON,
        "soir, soirs, soirée, soirées": Part.EVENING, "nuit, nuits": Part.NIGHT, "tôt": Part.EARLY_MORNING,
        "déjeuner, heure du déjeuner, l'heure du déjeuner, pause déjeuner, pause de midi, "
        "heure de midi, l'heure du midi, pause-déjeuner, ce midi": Part.LUNCH,
        "après le travail, après le boulot, après le taf, après mon travail, sortie du travail": Part.AFTER_WORK,
        "après l'école, sortie de l'école, après les cours": Part.AFTER_SCHOOL,
    },
    "hours_word": {  # hour * 100 + hour
        "tôt le matin, très tôt le matin, le matin tôt, matin tôt, le matin très tôt, "
        "matin très tôt, de bon matin, de bonne heure, première heure, à la première heure, "
        "petit matin, début de matinée, début de la matinée, début matinée": 709,
        "milieu de matinée, milieu de la matinée, milieu matinée": 911,
        "fin de matinée, fin de la matinée, fin matinée": 1012,
        "début d'après-midi, début de l'après-midi, début après-midi, début d'aprem": 1214,
        "milieu d'après-midi, milieu de l'après-midi, milieu après-midi": 1417,
        "fin d'après-midi, fin de l'après-midi, fin après-midi, fin d'aprem": 1719,
        "début de soirée, début de la soirée, début soirée": 1821,
        "fin de soirée, fin de la soirée, fin soirée, tard le soir, tard dans la soirée, "
        "le soir tard": 2124,
        "début de journée, début de la journée": 610, "milieu de journée, milieu de la journée": 1116,
        "fin de journée, fin de la journée": 1721, "entre midi et deux, entre midi et 2": 1214,
    },
    "noon": {"midi": 12, "minuit": 24},
    "holiday": {  # month * 100 + day
        "noël, noel, jour de noël": 1225, "réveillon de noël, veille de noël": 1224,
        "nouvel an, jour de l'an, premier de l'an": 101,
        "saint-sylvestre, saint sylvestre, st sylvestre, réveillon du nouvel an, "
        "veille du nouvel an, réveillon du jour de l'an, réveillon": 1231,
        "saint-valentin, saint valentin, st valentin, st-valentin": 214, "chandeleur": 202, "épiphanie": 106,
        "fête du travail": 501, "fête de la victoire": 508, "fête de la musique": 621, "fête nationale": 714,
        "assomption, 15 août férié": 815, "halloween": 1031, "toussaint": 1101,
        "armistice, jour de l'armistice": 1111, "saint-nicolas, saint nicolas": 1206,
        "journée de la femme, journée internationale des femmes": 308, "poisson d'avril": 401,
        "saint-patrick, saint patrick": 317,
    },
    "easter": {  # days after Easter Sunday, plus 100
        "pâques, paques, dimanche de pâques": 100, "lundi de pâques": 101, "vendredi saint": 98,
        "ascension, jeudi de l'ascension": 139, "pentecôte, dimanche de pentecôte": 149,
        "lundi de pentecôte": 150, "mardi gras": 53, "mercredi des cendres": 54,
        "dimanche des rameaux, rameaux": 93,
    },
    "weekday_feast": {  # month * 100 + weekday * 10 + nth (0 = last)
        "fête des mères": 560, "fête des pères": 663, "fête des grands-mères": 361, "thanksgiving": 1134,
    },
    "half": {"demi, demie, demis, demies": 30}, "half_past": {"demi, demie": 30},
    "quarter": {"quart, le quart, un quart": 15}, "three_quarters": {
        "trois quarts, trois quart, 3 quarts, 3/4": 45,
    },
    "span_words": {"quelques": 3, "plusieurs": 3, "une paire de, une couple de, une couple d'": 2},
}  # fmt: skip

PLAIN: dict[str, str] = {
    "unfit": "ne marche pas, marche pas, ça ne marche pas, ça marche pas, ça ne marche pas pour moi, ne va pas, "
    "ça ne va pas, ça va pas, ne me va pas, ça ne me va pas, je ne peux pas, je peux pas, "
    "je ne pourrai pas, je pourrai pas, on ne peut pas, on peut pas, nous ne pouvons pas, "
    "ne me convient pas, me convient pas, ne convient pas, ça ne me convient pas, ne m'arrange pas, "
    "m'arrange pas, ça ne m'arrange pas, ça m'arrange pas, n'est pas possible, c'est pas possible, "
    "ce n'est pas possible, pas possible, est impossible, c'est impossible, impossible, "
    "je ne suis pas libre, je suis pas libre, je ne suis pas disponible, je suis pas disponible, "
    "je ne suis pas dispo, je suis pas dispo, je suis pris, je suis prise, je suis occupé, "
    "je suis occupée",
    "cant_do": "je ne peux pas, je peux pas, je ne pourrai pas, je pourrai pas, on ne peut pas, on peut pas, "
    "nous ne pouvons pas, je ne suis pas libre, je suis pas libre, je ne suis pas disponible, "
    "je suis pas disponible, je suis pas dispo, je ne suis pas dispo, je suis pris, je suis prise, "
    "je suis occupé, je suis occupée, je ne veux pas",
    "many_parts": "matins, matinées, soirs, soirées, nuits",
    "many_days": "jours",
    "month_name": "janvier, février, avril, juin, juillet, août, septembre, octobre, novembre, décembre",
    "abbr": "janv, jan, févr, fevr, fév, fev, avr, juil, jui, juill, aou, sept, sep, oct, nov, déc, dec, "
    "lun, mar, mer, merc, jeu, ven, vendr, sam, dim, sem, min, hr, hrs, sec, st, av, bd, tél, tel, n",
    "minute_u": "minute, minutes, min, mins, mn",
    "hour_u": "heure, heures, h, hr, hrs, heure précise, heures précises, heures pile, h pile",
    "day_u": "jour, jours",
    "week_u": "semaine, semaines, sem",
    "month_u": "mois",
    "year_u": "an, ans, année, années",
    "weekend_u": "week-end, week end, weekend, wk, we, week-ends, weekends, w-e",
    "fortnight_u": "quinzaine",
    "the": "le, la, les, l', ce, cet, cette, un, une, mon, ton, notre, votre",
    "le": "le",
    "dayn": "le, au, du",
    "days_pl": "les jours du, journées du",
    "of": "de, du, des, d', de la, de l'",
    "in": "dans, en, au, durant, pendant, à, aux",
    "in_time": "dans, d'ici à",
    "within": "dans les, sous, au cours des, dans l', dans la, dans le, d'ici, en moins de, durant les, "
    "pendant les, au cours de la, dans un délai de",
    "during": "pendant, durant, pour une durée de, sur",
    "for": "pour, pr",
    "from": "de, du, depuis, dès, à partir du",
    "between": "entre",
    "between_hours": "entre les coups de",
    "and": "et, &",
    "or": "ou, ou bien, ou alors, sinon",
    "range_to": "à, a, au, jusqu'à, jusqu'au, jusqu'a, jusque, jusqu', -, –, —, ~, et jusqu'à, aux",
    "to_the": "au, jusqu'au, jusqu'aux, -, –, —",
    "dash": "-, –, —",
    "quarter_u": "trimestre, trimestres",
    "comma": "COMMA",
    "bracket": "(, )",
    "stop": "., !, ?, ;, …",
    "slash": "/",
    "colon": ":",
    "next": "prochain, prochaine, prochains, prochaines, la prochaine, le prochain, qui vient, "
    "qui viennent, à venir",
    "following": "suivant, suivante, suivants, suivantes, d'après, qui suit",
    "next_post": "celui d'après, celle d'après, celui d'apres, celle d'apres, le suivant, la suivante",
    "this": "ce, cet, cette",
    "here": "ci, -ci, - ci, courant, en cours",
    "last": "dernier, dernière, derniers, dernières, passé, passée, précédent, précédente, d'avant",
    "each": "chaque, tous les, toutes les, tout, toute",
    "at": "vers, vers les, aux alentours de, aux environs de, à environ, environ, autour de, "
    "sur les coups de, plutôt vers, pile à, rdv à, rendez-vous à",
    "at_shy": "à, plutôt à",
    "hours_art": "sur les coups des",
    "less": "moins, moins le, moins les",
    "past": "passé, passées, passés, passée, passé de, passées de",
    "sharp": "pile, précises, précise, environ, max, maximum, minimum, tapantes, tapante",
    "before": "avant, avant les, jusqu'à, jusqu'au, jusqu'a, jusque, au plus tard, au plus tard à, "
    "au plus tard vers, pas après, pas plus tard que, max, maximum, avant le, jusqu'aux, d'ici, "
    "plus tôt que",
    "after": "après, après les, à partir de, à partir du, à partir, dès, pas avant, plus tard que, "
    "au plus tôt, au plus tôt à, à compter de, passé, depuis, après le, au-delà de, plus de, "
    "à partir d', des",
    "after_day": "après, après le, plus tard que, passé",
    "starting": "à partir de, à partir du, à partir, à partir d', dès, dès le, depuis, depuis le, "
    "à compter du, à compter de, pas avant, pas avant le, au plus tôt, au plus tôt le, à dater du, "
    "à dater de",
    "upto": "jusqu'à, jusqu'au, jusqu'a, d'ici, d'ici le, d'ici à, d'ici au, au plus tard, au plus tard le, "
    "jusque, jusqu', pas plus tard que",
    "before_day": "avant, avant le, avant la, avant les, plus tôt que",
    "onward": "et après, ou après, et plus, ou plus tard, et plus tard, au plus tôt, minimum, et au-delà",
    "backward": "ou avant, et avant, au plus tard, dernier délai, maximum, max, ou plus tôt",
    "later": "plus tard, après, plus loin",
    "ago": "plus tôt, auparavant, avant",
    "ago_before": "depuis, il y a, y a, ya, voici, voilà, ça fait, cela fait",
    "end_of": "fin, fin de, fin du, fin d'",
    "start_of": "début, début de, début du, début d', tout début",
    "mid": "mi, mi-, milieu, milieu de, milieu du, milieu d'",
    "rest": "reste",
    "whole": "toute, tout, ensemble de, courant, courant de",
    "in_eight": "en",
    "now_shy": "là maintenant",
    "now": "maintenant, tout de suite, immédiatement, dès maintenant, dans l'immédiat, sur-le-champ, "
    "sur le champ",
    "please": "s'il vous plaît, s'il te plaît, svp, stp, merci",
    "no_word": "non",
    "not": "pas, ni",
    "except": "sauf, tout sauf, n'importe quand sauf, n'importe quel jour sauf, tous les jours sauf, "
    "surtout pas, excepté, hormis, à part, plutôt que, au lieu de, au lieu du, en dehors de, en dehors du",
    "but": "mais, surtout, et surtout",
    "cant": "veux pas, ne veux pas, peux pas, peut pas, pourrai pas, pourrais pas, pourra pas, ne peux pas, "
    "ne peut pas, ne pourrai pas, suis pas disponible, ne suis pas disponible, suis pas dispo, "
    "suis pas libre, ne suis pas libre, suis occupé, suis occupée, suis pris, suis prise, pouvons pas, "
    "impossible, m'arrange pas, me convient pas, ne convient pas, ne m'arrange pas, ne me va pas, "
    "me va pas, ça ne va pas, va pas être possible, indisponible, pas disponible, pas dispo",
    "correct": "non, nan, plutôt, en fait, enfin, finalement, pardon, désolé, désolée, oups, "
    "je voulais dire, je veux dire, mettez, changez pour, mieux, à la place, attendez, erreur, "
    "correction, je préfère, je préférerais, je préfèrerais, disons",
    "moved_to": "à, au, pour, vers, sur, le",
    "move": "déplacer, déplacez, décaler, décalez, décale, déplace, reporter, reportez, reporte, changer, "
    "changez, change, repousser, repoussez, repousse, avancer, avancez, avance, modifier, modifiez, "
    "modifie, passer, bouger, reprogrammer, transférer, basculer, remettre",
    "good": "bon, bonne, bons, bonnes, excellent, excellente, belle, beau, joyeux, joyeuse, super",
    "greet_tail": "journée, fête, fêtes, continuation, fin, année, dimanche",
    "people": "personne, personnes, pers, gens, adulte, adultes, enfant, enfants, invité, invités, ami, "
    "amis, amie, amies, place, places, billet, billets, ticket, tickets, couvert, couverts, fois, "
    "euros, euro, km, kg, mètres, cm, ados, bébé, bébés, fille, filles, garçon, garçons, femmes, "
    "hommes, collègues, participants, étudiants, élèves, cours, séances, séance, options, tables, "
    "chambres, lits, nuits, points, étoiles, pièces, degrés, autres, chiens, chien, chat, chats, "
    "voitures, pour cent, clients, joueurs, membres, litres, pages, exemplaires, unités, articles, "
    "bouteilles, choix, créneaux, chevaux, tours",
    "label": "numéro, numéros, num, no., n°, nº, n., tél, tel, téléphone, portable, mobile, commande, "
    "référence, réf, ref, code, code postal, dossier, facture, chambre, salle, étage, porte, bâtiment, "
    "bât, appartement, appt, apt, vol, bus, ligne, quai, voie, page, chapitre, version, option, étape, "
    "taille, modèle, iphone, windows, ssn, siret, poste, digicode, bus n°, métro, train, lot, client, "
    "fax, iban, cp, arrondissement, catégorie, niveau, saison, épisode, terminal, box, cabine, casier, "
    "créneau numéro",
    "street": "rue, avenue, av, boulevard, bd, bld, impasse, chemin, allée, allées, quai, quai de, route, "
    "square, bis, ter, faubourg, fbg, esplanade, rond-point, lotissement, résidence, place du",
    "one_noun": "option, choix, créneau, séance, cours, fois, personne, étage, leçon, solution, "
    "proposition, horaire, tour, rang, classe, étape, partie, essai, rendez-vous, rdv, arrondissement, "
    "place, moitié, plan, degré",
    "come": "viens, vient, viendra, viendrons, venons, viendrai, sera, serons, sommes, est, étions, soyons, "
    "serait, serions, venir, table, jouer, joue",
    "masked": "plus tôt, trop tôt, très tôt, si tôt, aussi tôt, trop tard, pourquoi pas, pas mal, "
    "pas de souci, pas de soucis, pas de problème, d'accord, en semaine, tout à l'heure, du jour, "
    "jour après jour, pas grave, bien sûr, au fait, à la fois, plus tard dans, un jour, l'autre jour, "
    "un de ces jours, la prochaine fois, une prochaine fois, la dernière fois, cette fois, quinze ans, "
    "du coup, tous les jours, chaque jour, la seconde, par jour, par semaine, par mois, par an, "
    "par heure, de nuit, à la seconde, sur mesure, en ligne, en face, d'un coup, à bientôt, à tout de suite, "
    "à plus tard, à plus",
    "year_mark": "de l'an, en l'an, de l'année",
}
