"""What else do French customers say: picks, comparisons, how many, small words that tell the language?"""

from __future__ import annotations

from services.agent.language.lexicon.tables import ChoiceWords, PartyWords

AFTERNOON_UNTIL = 4  # hours are counted to 24 ("à 7h" is 07:00), but nobody comes at 3 in the night

QUESTION = (
    r"^\W*(?:(?:bonjour|bonsoir|salut|ok|et|alors|svp)\W+)*(?:avez|est-ce|quels?|quelles?|quand|combien|y a|"
    r"il y a|qu'est|montre\w*|liste\w*|vous avez|auriez|a quelle)\b|\b(?:avez[ -]vous|vous avez|y a[ -]t[ "
    r"-]il|est[ -]ce qu'il|auriez[ -]vous)\b|\?\s*$"
)

EVENING = r"\b(?:diner|souper|aperitif|apero|concert|spectacle|restaurant|restau|resto|bar)\b"

SHIFTS = (
    (
        r"\b(?:le |au )?lendemain\b|\b(?:le )?jour (?:d'apres|suivant)\b|\bun jour (?:plus tard|apres)\b|"
        r"\ble jour apres\b",
        1,
    ),
    (r"\ble surlendemain\b|\bdeux jours (?:plus tard|apres)\b", 2),
    (r"\bla veille\b|\b(?:le )?jour (?:d'avant|precedent)\b|\bun jour (?:plus tot|avant)\b", -1),
    (r"\b(?:la )?semaine (?:d'apres|suivante)\b|\bune semaine (?:plus tard|apres)\b", 7),
    (r"\b(?:la )?semaine (?:d'avant|precedente)\b|\bune semaine (?:plus tot|avant)\b", -7),
)

_THING = (
    r"(?:option|choix|creneau|creneaux|seance|cours|horaire|proposition|rendez[ -]?vous|rdv|date|ligne|"
    r"d'entre (?:eux|elles)|de la liste|solution|heure|place)"
)

CHOICES = ChoiceWords(
    ordinals={
        "premier": 1, "première": 1, "1er": 1, "1ère": 1, "1re": 1, "deuxième": 2, "second": 2, "seconde": 2,
        "2e": 2, "2ème": 2, "2nd": 2, "2nde": 2, "troisième": 3, "3e": 3, "3ème": 3, "quatrième": 4, "4e": 4,
        "4ème": 4, "cinquième": 5, "5e": 5, "5ème": 5, "sixième": 6, "6e": 6, "6ème": 6, "septième": 7,
        "7e": 7, "huitième": 8, "8e": 8, "neuvième": 9, "9e": 9, "dixième": 10, "10e": 10, "dernier": -1,
        "dernière": -1,
    },
    cardinals={
        "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
        "neuf": 9, "dix": 10,
    },
    pointed=rf"\b(?:le |la |l')?(ORDINAL) {_THING}\b(?! (?:de (?:l'annee|la semaine|mars)|du mois|prochain|"
        r"fois))",
    numbered=(
        r"\b(?:option|numero|no\.?|n°|choix|creneau|proposition|la|le)\s*(?:n°|numero)\s*(\d{1,2}|"
        r"CARDINAL)\b|\b(?:option|numero|choix|proposition)\s*#?\s*(\d{1,2}|CARDINAL)\b(?!\s*(?:personnes?|"
        r"h\b|heures?|:))|#(\d{1,2})\b"
    ),
    before=(
        r"je (?:prends|prendrai|veux|voudrais|choisis|prefere|vais prendre)|on (?:prend|choisit)|nous "
        r"prenons|plutot|ok(?: pour)?|oui|va pour|disons|alors|euh|d'accord(?: pour)?|le(?!\W+\d\d)|la|l|"
        r"reservez|pour|mettez"
    ),
    after=r"svp|s'il (?:vous|te) plait|stp|merci|alors|c'est (?:bien|parfait|bon)|me va|convient|ca marche|"
        r"est (?:bien|parfait)",
)  # fmt: skip

PREFERENCES: dict[str, tuple[str, ...]] = {
    "later": (
        r"\b(?:le|la|un|une|celui|celle|creneau|horaire|cours|seance|quelque chose|un peu|"
        r"heure)\b[\w\s']{0,8}\bplus tard\b|^\W*(?:(?:non|plutot|et|ou|pas|un peu)\W+)*plus tard\b(?! dans)|"
        r"\b(?:le|la) plus tard\b|\bplus tard(?: si possible)?\W*$|\b(?:celui|celle) (?:du|de ce) soir\b",
    ),
    "earlier": (
        r"\b(?:le|la|un|une|celui|celle|creneau|horaire|cours|seance|quelque chose|un peu|"
        r"heure)\b[\w\s']{0,8}\bplus tot\b|^\W*(?:(?:non|plutot|et|ou|pas|un peu)\W+)*plus tot\b|\ble plus "
        r"tot\b|\bplus tot(?: si possible)?\W*$|\b(?:des que possible|au plus vite|le plus (?:vite|"
        r"rapidement) possible|premier (?:creneau|rendez[ -]?vous|rdv|horaire) (?:dispo\w*|libre|possible)|"
        r"prochaine? (?:creneau |place )?(?:dispo\w*|disponibilite|libre))\b|\b(?:celui|celle) (?:du|de ce) "
        r"matin\b",
    ),
    "cheaper": (r"\b(?:le |la |les )?moins ch(?:er|ere)s?\b",),
    "other": (r"\bl'autre(?: (?:option|creneau|cours|seance|horaire|proposition|date|jour))?\W*$|\bl'autre "
        r"(?:option|creneau|cours|seance|horaire|proposition)\b",),
    "any": (
        r"\bn'importe (?:lequel|laquelle|quand|quel\w*)\b|\bpeu importe\b|\b(?:ca )?m'est egal\b|\bcomme "
        r"(?:vous|tu) (?:voulez|veux|preferez)\b|\b(?:l'un ou l'autre|les deux (?:me )?(?:vont|conviennent)|"
        r"pas de preference|choisissez|je vous laisse choisir|au choix|aucune preference)\b",
    ),
}  # fmt: skip

PARTY = PartyWords(
    heads="personnes pers gens adulte adultes enfant enfants invite invites amis amies place places billet "
        "billets ticket tickets couvert couverts ados ado bebe bebes fille filles garcon garcons femmes "
        "hommes collegues collegue participants participant participantes etudiants eleves copains copines "
        "pax",
    head_phrases="d'entre nous",
    groups="groupe de, table de, table pour, tablee de, reservation pour, pour nous",
    companions="ami amie copain copine femme mari conjoint conjointe compagnon compagne mere pere maman "
        "papa soeur frere fils fille cousin cousine collegue epouse epoux fiance fiancee enfant bebe tante "
        "oncle partenaire",
    owners="mon ma un une notre son sa",
    self_words="moi",
    and_self="et moi, et moi meme, plus moi, & moi, avec moi",
    self_and="moi et, moi avec, moi plus, je viens avec, venir avec, avec une amie, avec un ami, avec ma, "
        "avec mon, je serai avec, je viendrai avec",
    alone="juste moi, que moi, moi seul, moi seule, tout seul, toute seule, je suis seul, je suis seule, "
        "je viens seul, je viens seule, pour moi, seulement moi, uniquement moi, je serai seul, "
        "je serai seule",
    pair="nous deux, tous les deux, toutes les deux, tous deux, en couple, en duo",
    before="pour",
    between="environ juste seulement exactement",
    we_are="on est, on sera, on serait, nous sommes, nous serons, nous serions, nous etions, on vient a, "
        "on viendra a, on est a, on sera a, on vient, on viendra, venons a, viendrons a, serons a, "
        "on y va a, ca sera pour, ce sera pour, sommes",
    sized={
        "nous trois": 3, "nous quatre": 4, "nous cinq": 5, "nous six": 6, "tous les trois": 3,
        "tous les quatre": 4, "tous les cinq": 5, "pour une personne": 1, "1 personne": 1,
        "une seule personne": 1, "en solo": 1, "à nous deux": 2,
    },
)  # fmt: skip

NAMED = (
    r"\b(?:[Aa]vec|[Cc]hez|[Pp]ar)\s+((?:(?:[Dd]r|[Dd]octeur|[Mm]me|[Mm]adame|[Mm]onsieur|"
    r"[Mm]\.?)\.?\s)?[A-ZÀ-Ý][\w'’-]+(?:\s[A-ZÀ-Ý][\w'’-]+)?)|\b((?:Dr|"
    r"Docteur)\.?\s[A-ZÀ-Ý][\w'’-]+(?:\s[A-ZÀ-Ý][\w'’-]+)?)"
)

COMMON = (
    "le la les un une des de du au aux et ou mais donc car je tu il elle on nous vous ils elles me te se "
    "mon ma mes votre vos notre nos ce cet cette ces que qui quoi dont où quel quelle quels quelles quand "
    "comment combien pourquoi est sont suis êtes sommes avez ai as a ont avoir être faire peux peut pouvez "
    "puis pourrais pourriez voudrais veux veut voulez souhaite aimerais faut pas ne non oui si bien très "
    "aussi encore déjà toujours jamais plus moins avec sans pour par dans sur sous chez entre vers avant "
    "après pendant depuis jusque bonjour bonsoir salut merci svp stp plaît d'accord rendez-vous rdv "
    "réserver réservation annuler déplacer changer créneau créneaux place places cours séance séances heure "
    "heures demain aujourd'hui soir matin midi minuit semaine prochaine prochain disponible dispo libre "
    "personnes personne prix combien coûte coiffeur coupe cheveux massage ouvert ouverts fermé adresse où "
    "quelqu'un quelque chose rien tout tous plutôt autre deuxième premier première troisième dernier "
    "lendemain plus tard tôt ça c'est j'ai j'aimerais qu'est est-ce n'importe lequel laquelle puis-je "
    "serons sera viens vient venir merci beaucoup voici voilà alors parfait super"
)

THINGS: dict[str, str] = {
    "yoga": "cours de yoga", "vinyasa": "yoga vinyasa", "pilates": "cours de pilates",
    "meditation": "méditation, pleine conscience", "spinning": "vélo en salle, cours de vélo, biking, rpm",
    "boxing": "boxe, cours de boxe", "personal training": "coaching, coach personnel, coach sportif",
    "gym": "salle de sport, musculation, gym, gymnastique",
    "swimming": "natation, cours de natation, piscine",
    "tennis": "court de tennis, terrain de tennis, cours de tennis",
    "padel": "terrain de padel, court de padel", "dance": "danse, cours de danse",
    "haircut": (
        "coupe, coupe de cheveux, couper les cheveux, coupe homme, coupe femme, coiffeur, coiffeuse, "
        "coiffure"
    ),
    "hair colour": "coloration, couleur, mèches, balayage, teinture", "blow dry": "brushing",
    "beard trim": "barbe, taille de barbe, rasage, tailler la barbe",
    "manicure": "manucure, ongles, pose d'ongles, vernis", "pedicure": "pédicure",
    "facial": "soin du visage, soin visage", "waxing": "épilation, cire",
    "massage": "massage du dos, massage relaxant, massage sportif", "sauna": "hammam", "tattoo": "tatouage",
    "dentist": "dentiste, détartrage", "doctor": "médecin, docteur, généraliste",
    "physiotherapy": "kiné, kinésithérapeute, kinésithérapie, ostéo, ostéopathe",
    "therapy": "psy, psychologue, thérapie", "eye test": "opticien, ophtalmo, examen de la vue",
    "vet": "vétérinaire, véto", "grooming": "toilettage", "oil change": "vidange",
    "car service": "révision, contrôle technique, lavage", "table": "restaurant, une table",
    "room": "chambre, chambre double", "meeting room": "salle de réunion",
    "lesson": "leçon de conduite, cours de guitare, cours de piano, cours de conduite, cours d'anglais",
    "workshop": "atelier, atelier poterie, cours de cuisine", "tour": "visite guidée, visite",
    "event": "concert, spectacle",
}  # fmt: skip

STOP_WORDS = (
    "le la les un une des de du au aux et ou mais que qui quoi quel quelle est sont suis pas plus moins "
    "avec sans pour par dans sur chez vers avant apres demain hier matin soir midi nuit lundi mardi "
    "mercredi jeudi vendredi samedi dimanche semaine mois annee jour jours heure heures janvier fevrier "
    "mars avril mai juin juillet aout septembre octobre novembre decembre deux trois quatre cinq six sept "
    "huit neuf dix bonjour merci oui non bien tres peux peut veux voudrais faire avoir etre prendre "
    "reserver annuler changer creneau place places cours seance rendez vous nous votre notre mon mes tout "
    "tous toute autre premier deuxieme dernier prochain prochaine cette possible libre table personne "
    "personnes salle salon chambre coupe couper couleur suite pour pres"
)
