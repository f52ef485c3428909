"""Which French phrases show what a customer wants? Regular expressions on folded lower-cased text, by intent.

The order is the order of strength. Written without accents: "deplacer" also matches "déplacer".
"""

from __future__ import annotations

_BOOKING = (
    r"(?:reservations?|resas?|rendez[ -]?vous|rdvs?|rv|cours|seances?|creneaux?|creneau|places?|table|"
    r"inscriptions?|consultations?|billets?|lecons?|soins?)"
)
_MY = r"(?:mon|ma|mes|notre|nos|le|la|les|un|une|ce|cet|cette|l')"
_PERSON = (
    r"(?:humain|humaine|personne|quelqu'un|conseiller|conseillere|agent|operateur|operatrice|responsable|"
    r"gerant|gerante|patron|patronne|employe|employee|standard|accueil|reception|receptionniste|secretaire|"
    r"service client|etre humain|vrai personne|vraie personne|collegue|equipe)"
)
_STAFF = (
    r"(?:profs?|professeure?s?|instructeurs?|instructrices?|moniteurs?|monitrices?|entraineurs?|"
    r"entraineuses?|coachs?|coiffeurs?|coiffeuses?|barbiers?|estheticiennes?|masseurs?|masseuses?|"
    r"therapeutes?|dentistes?|docteurs?|docteures?|medecins?|kines?|praticiens?|praticiennes?|equipe|"
    r"personnel|stylistes?|enseignante?s?)"
)
_WANT = (
    r"(?:je (?:veux|voudrais|souhaite|souhaiterais|desire|dois|peux|pourrais|prefere|prefererais)|"
    r"j'(?:aimerais|ai besoin|ai envie)|on (?:veut|voudrait|aimerait|souhaite|peut|pourrait|doit)|nous "
    r"(?:voulons|voudrions|souhaitons|souhaiterions|aimerions|devons)|il (?:me|nous) faut|il (?:me|nous) "
    r"faudrait|pourriez[ -]vous|pouvez[ -]vous|peux[ -]tu|puis[ -]je|est[ -]ce que je peux|possible|merci)"
)

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        r"\b(?:parler|discuter|echanger|communiquer|passez|passer|transfere\w*|mettre en (?:relation|"
        r"contact)|joindre|contacter|avoir)\b[\w\s'-]{0,20}?(?:\b(?:a|avec|au|a la|a l'|par|"
        rf"aupres)\b[\w\s'-]{{0,12}}?|\s(?:un |une |le |la |l'))\b{_PERSON}\b",
        r"^\W*(?:(?:un|une|le|la)\s|l')?(?:humain|conseiller|conseillere|operateur|agent|vraie personne|"
        r"service client|standard|accueil|reception)\b[\w\s']{0,20}\W*$",
        rf"\bpassez[ -]moi (?:un |une |le |la |l')?{_PERSON}\b",
        r"\b(?:rappelez[ -]moi|rappeler|me rappeler|m'appeler|appelez[ -]moi|etre rappelee?)\b",
        r"\b(?:vraie? (?:personne|humain)|personne reelle|etre humain)\b(?!.*\b(?:etes|es)\b)",
    ),
    "waitlist": (
        r"\bliste d'attente\b|\bsur liste\b|\ben attente\b",
        r"\b(?:prevene\w*|previen\w*|prevenir|averti\w*|dites[ -]moi|notifi\w*|informe\w*|faites[ -]moi "
        r"signe|tenez[ -]moi)\b.*\b(?:si|quand|des que|lorsqu)\b.*\b(?:libere|liberent|place|desist\w*|"
        r"annul\w*|creneau|dispo\w*)\b",
        r"\b(?:si|quand|des qu)\b.*\b(?:se libere|se liberent|desiste|desistement|place se|annule(?:nt)?)\b",
    ),
    "reschedule": (
        r"\b(?:deplac(?:er|ez|e|ons|ement)|decal(?:er|ez|e|age|ons)|report(?:er|ez|e|ons)|repouss(?:er|ez|e|"
        r"ons)|reprogramm\w+|replanifi\w+|avanc(?:er|ez)|retard(?:er|ez)|post?pos\w+)\b",
        r"\b(?:chang(?:er|ez|e|ons|ement)|modifi(?:er|ez|e|ons|cation)|passer|basculer|remettre|bouger|"
        rf"transferer|mettre)\b[\w\s',-]{{0,30}}?\b(?:{_BOOKING}|jour|date|heure|horaire|a (?:un autre|une "
        r"autre|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|au lieu|un autre jour|une "
        r"autre (?:heure|date))\b",
        r"\b(?:chang|modifi|bascul)\w+ (?:pour|a|au) ",
        rf"\b(?:un )?(?:changement|modification|report) (?:de|d'|du|sur) (?:{_MY} ?)?(?:{_BOOKING}|jour|"
        r"date|heure|horaire)\b",
        r"\b(?:venir|passer) (?:plus (?:tard|tot)|un autre jour|a une autre heure)\b",
    ),
    "cancel": (
        r"(?<!pas )(?<!sans )(?<!frais d')(?<!conditions d')(?<!politique d')(?<!delai d')\b(?:annul(?:er|"
        r"ez|e|ee|ons|es|ation|ations)(?! pas)|decommand\w+|desinscri\w+|desinscription)\b(?! (?:gratuit|"
        r"sans frais))(?!.{0,3}\bfrais\b)",
        r"\bne? ?(?:peux|peut|pourrai|pourrais|pourra|pourrons|pouvons|pourront|vais pas pouvoir|va pas "
        r"pouvoir)\b[\w\s]{0,6}\b(?:plus|pas)\b[\w\s']{0,12}\b(?:venir|etre|assister|participer|y aller|"
        r"aller|honorer|passer)\b",
        r"\b(?:peux|peut|pourrai|pourrais|pourrons|pouvons)\b \b(?:plus|pas)\b[\w\s']{0,10}\b(?:venir|etre "
        r"la|assister|participer|y aller|honorer)\b",
        r"\b(?:je|on|nous|j')\b[\w\s']{0,8}\b(?:viens|vient|venons|viendrai|viendrons|viendra|serai|serons|"
        r"sera)\b \b(?:plus|pas)\b",
        r"\b(?:n'ai|n'avons|ai|avons) plus besoin\b|\b(?:ne )?(?:veux|voulons|souhaite) plus\b",
        rf"\b(?:supprim\w+|retir\w+|enlev\w+|efface\w*|laiss\w+ tomber)\b(?:[\w\s']{{0,20}}\b{_BOOKING}\b)?",
        r"\b(?:empechement|laisse(?:z)? tomber|oublie(?:z)? (?:ca|tout)|imprevu)\b",
    ),
    "price": (
        r"\bcombien\b(?! (?:de temps|de personnes|de places|de jours|d'heures|sommes|serez))(?!.*\b(?:de "
        r"temps|dure|longtemps)\b)",
        r"\b(?:prix|tarifs?|couts?|coute(?:nt|rait)?|frais|promos?|promotions?|reductions?|remises?|devis|"
        r"gratuite?s?|payante?)\b",
        r"\b(?:cher|chere|bon marche|moins cher)\b",
        r"\b(?:abonnements?|forfaits?|carte de \d+)\b(?=.*\?)",
    ),
    "my_bookings": (
        r"\b(?:quand|quelle?s?|a quelle heure|c'est quand|ou|combien de)\b[\w\s'-]{0,20}\b(?:mon|ma|mes|"
        rf"nos|notre)\b[\w\s]{{0,15}}?\b{_BOOKING}\b",
        r"\b(?:voir|montre\w*|affiche\w*|liste\w*|consulter|verifi\w+|confirm(?:er|ez)|rappele[rz]? ?moi|"
        r"retrouver|donne\w*|envoye\w*)\b[\w\s'-]{0,20}\b(?:mes|mon|ma|nos|"
        rf"notre)\b[\w\s]{{0,12}}?(?:{_BOOKING}|agenda|planning|recu|facture|justificatif)\b",
        r"\b(?:ai|j'ai|avons|on a|est-ce que j'ai|ai-je)\b[\w\s'-]{0,12}\b(?:reserve|reservee?s?|de prevus?|"
        r"prevue?s?|inscrite?)\b",
        r"\b(?:j'ai|ai-je|on a|nous avons)\b (?:deja |bien )?(?:une?|des|quoi comme) "
        rf"?(?:{_BOOKING})?\b(?=.*\b(?:reserv\w+|deja|bien|prevu|quand|confirme)\b)",
        r"\b(?:ai-je|est-ce que j'ai) (?:une?|des|un autre|quelque chose|deja)\b",
        rf"^\W*(?:mes|mon|ma|nos) (?:prochaine?s? |futurs? )?{_BOOKING}\W*$",
        r"\b(?:suis-je|je suis|est-ce que je suis) (?:bien |deja )?(?:inscrite?|enregistree?)\b",
        rf"\b(?:ma|mon|notre) {_BOOKING}\b[\w\s']{{0,12}}\b(?:est|bien|confirmee?|valide)\b",
        r"\b(?:recu|facture|justificatif|ticket de caisse)\b",
    ),
    "staff_info": (
        r"\bqui\b[\w\s'-]{0,15}\b(?:donne\w*|enseigne\w*|anime\w*|travaille\w*|coupe\w*|fait|font|assure\w*|"
        r"s'occupe\w*|est la|sera|coiffe\w*|coache\w*)\b",
        r"\b(?:qui (?:est|sont)|quel(?:le)?s?|parlez[ -]moi|c'est qui|info\w* sur|connaitre|"
        rf"presentez)\b[\w\s'-]{{0,18}}\b(?:le |la |les |l'|vos |votre )?{_STAFF}\b",
        r"\bavec qui\b",
        rf"\b(?:vos|votre|liste des|les noms des) {_STAFF}\b",
        r"\b(?!(?:il|elle|on|ca|ce|c'|vous|tu|je|qui|ouvert|quelle?|ou|comment|combien|quand)\b)[a-z]+ "
        r"(?:travaille|est(?:-(?:il|elle))? "
        r"(?:la|dispo\w*|presente?|libre)|donne (?:des |un )?cours|bosse)\b(?=.*\?|.*\b(?:lundi|mardi|"
        r"mercredi|jeudi|vendredi|samedi|dimanche|demain|quand)\b)",
        r"\bqui (?:c'est|est-ce)\b",
    ),
    "business_info": (
        r"\b(?:horaires?|heures?) (?:d'ouverture|de fermeture|d'accueil)\b|\b(?:vos|quels sont (?:les|vos)) "
        r"horaires\b|^\W*horaires\W*$",
        r"\b(?:ouvr\w+|ferme\w*|ouvert\w*|ouverture|fermeture)\b",
        r"\b(?:adresse|ou (?:etes|es|se trouve|vous trouv\w+|est)|vous etes (?:ou|situ\w+)|situe\w*|"
        r"localisation|plan d'acces|itineraire|comment (?:venir|y aller|vous trouver|arriver|vous joindre|"
        r"vous contacter)|metro|coordonnees|numero de telephone|votre numero|site (?:web|internet)|e-?mail|"
        r"mail)\b",
        r"\b(?:parking|garer|stationne\w*|wi-?fi|douches?|vestiaires?|casiers?|serviettes?|tapis|"
        r"accessib\w+|fauteuil roulant|ascenseur|handicap\w*|pmr|climatis\w+)\b",
        r"\b(?:accept\w+|prenez|prennent|proposez|vendez)\b[\w\s-]{0,12}\b(?:carte\w*|cheques?|especes|cb|"
        r"chien\w*|animaux|enfants|paiement\w*|cartes? cadeau\w*|bon\w* cadeau\w*)\b|\bpayer (?:par|en|"
        r"avec)\b|\bmoyens? de paiement\b",
        r"\bjusqu'a quand (?:puis|peut|pouvons|je peux|on peut)|\bsi (?:j'|je |on |nous )(?:dois |doit |"
        r"devons )?annul\w*|"
        r"\b(?:conditions?|politique|rembours\w+|reglement)\b|\b(?:apporter|amener|prevoir|tenue|comment "
        r"s'habiller)\b",
        r"\b(?:combien de temps|duree|dure\w*|ca prend combien)\b",
        r"\bavec ou sans (?:rendez-?vous|rdv|reservation)\b|\bsans (?:rendez[ -]?vous|rdv|reservation)\b",
    ),
    "book": (
        r"\b(?:reserver|reservez|reserve(?!e)(?! pas)|booker|booke|inscri(?:re|vez|s|vez)(?:[ -]?(?:moi|"
        r"nous))?|m'inscrire|nous inscrire)\b",
        r"\b(?:prendre|fixer|poser|obtenir|caler|programmer|planifier|avoir|faire|prends|"
        rf"prenons)\b[\w\s',-]{{0,20}}?\b(?:un |une |des |le |la )?(?:\w+ )?{_BOOKING}\b",
        r"\b(?:veux|voudrais|voudrait|voulons|voudrions|souhaite|souhaiterais|souhaitons|aimerais|"
        rf"aimerions|faut|faudrait|besoin d)\b['\w\s]{{0,25}}?\b(?:{_BOOKING}|venir|participer|essayer|"
        r"m'inscrire)\b",
        r"\b(?:je (?:prends|viens|serai la)|on (?:prend|vient)|comptez[ -](?:moi|nous)|mettez[ -](?:moi|"
        r"nous)|gardez[ -](?:moi|nous)|ajoutez[ -](?:moi|nous)|j'en prends?)\b(?! (?:pas|plus))",
        r"\b(?:puis[ -]je|je peux|peut[ -]on|on peut|est[ -]ce (?:que je peux|qu'on peut)|possible de|"
        r"pouvons[ -]nous) (?:venir|passer|participer|avoir|prendre)\b",
        r"^\W*(?:(?:bonjour|bonsoir|salut)\W+)?(?:un |une )?(?:table|place|rdv|rendez[ -]?vous|"
        r"reservation)s? (?:pour|a|demain|ce)\b",
    ),
    "find": (
        r"\b(?:avez[ -]vous|vous avez|tu as|as[ -]tu|y a[ -]t[ -]il|est[ -]ce qu'il y a|il y a|y'?a|"
        r"proposez[ -]vous|vous proposez|il reste|reste[ -]t[ -]il)\b",
        r"\b(?:quels?|quelles?)\b[\w\s'-]{0,20}\b(?:cours|seances?|creneaux|horaires?|heures?|"
        r"disponibilites?|dispos?|jours?|dates?|prestations?|services?|soins?|options?|places?)\b",
        r"\b(?:voir|montre\w*|liste\w*|affiche\w*|cherch\w+|recherch\w+|trouve[rz]?|consulter|connaitre|"
        r"donne\w*|propose\w*)\b[\w\s',-]{0,20}\b(?:cours|seances?|creneaux?|horaires?|planning|"
        r"disponibilites?|dispos?|dates?|quelque chose|options?|soins?)\b",
        r"\b(?:planning|disponibilites?|dispos?|disponible?s?|creneaux? (?:libres?|dispo\w*)|places? "
        r"(?:libres?|dispo\w*|restantes?)|de libre|qu'est[ -]ce que vous (?:avez|proposez|faites)|au "
        r"programme)\b",
        r"\b(?:a quelle heure|quand (?:est|sont|a lieu|commence|y a)|c'est quand|quand (?:puis|peut|"
        r"pourrais))\b",
        r"\bet (?:pour |le |a )?(?:demain|apres-demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
        r"ce soir|\d{1,2}\s?h)\b.*\?",
    ),
}

# An intent is not asked where its pattern here matches: asking what a cancellation costs cancels nothing.
UNLESS: dict[str, str] = {
    "cancel": (
        r"\b(?:pas|sans) annuler\b|\b(?:frais|politique|conditions|delai|couts?|regles) d'annul|"
        r"\b(?:combien|coute|payer|rembours\w+)\b.*\bannul|\bjusqu'a quand\b|\bsi (?:j'|je |on |nous "
        r")(?:dois |doit |devons )?annul|"
        r"\bannul\w*\b.*\b(?:combien|coute|gratuite?)\b"
    ),
}

# Too weak alone ("je voudrais savoir …"): they count when the message also names a service or a time.
WEAK: dict[str, tuple[str, ...]] = {
    "book": (
        rf"\b{_WANT}\b(?! (?:savoir|demander|parler|voir si|poser une question|annuler|changer|deplacer))",
        r"\b(?:pour|plutot|disons|va pour|ok pour)\b",
    ),
    "find": (r"\b(?:cherche|recherche|trouve\w*|conseill\w+|recommand\w+|suggere\w*|propose\w*)\b",),
}

AFFIRM = (
    r"(?:^|[.!,;]\s*|\bah |\boh |\bbah |\bben )(?:oui+|ouais?|ouep|yes|yep|si si|ok(?:ay)?|okey|k|d'accord|"
    r"dac+|daccord|entendu|parfait|tres bien|super|genial|nickel|impeccable|impec|volontiers|absolument|"
    r"exactement|exact|tout a fait|bien sur|bien entendu|evidemment|certainement|c'est (?:bon|ca|parfait|ok|"
    r"note|exact|correct|d'accord|super|bien)|ca (?:marche|roule|me va|nous va|joue|convient)|allez[ -]y|"
    r"vas[ -]y|on fait comme ca|faites|confirm\w+|valide\w*|je (?:confirme|valide|prends|suis d'accord)|"
    r"avec plaisir|pourquoi pas|top|cool|marche|va pour|banco|correct|pas de (?:souci|probleme)s?)\b",
    r"\b(?:ca|cela|c'est) (?:me |nous )?(?:va|convient|marche|arrange|parfait|bon pour (?:moi|nous))\b(?! "
    r"(?:pas|mieux))|\b(?:me|nous) (?:va|convient|arrange)\b(?! (?:pas|mieux))|\bje (?:confirme|valide|suis "
    r"d'accord)\b|\b(?:bon|ok|parfait) pour (?:moi|nous)\b|👍|✅|👌",
)

DENY = (
    r"(?:^|[.!,;]\s*|\bah |\boh |\bben )(?:non+|nan|nope|pas (?:du tout|vraiment|maintenant|celui|celle|"
    r"question|besoin|la peine|ca|encore|possible|interess\w+)|jamais|surtout pas|certainement pas|bien sur "
    r"que non|negatif|faux|aucun\w*|ca ira|sans facon)\b",
    r"\b(?:ce n'est|c'est|ca n'est|n'est) pas (?:ca|bon|correct|exact|possible|ce que|le bon|la bonne)\b|"
    r"\b(?:ca )?(?:ne )?(?:me |nous )?(?:va|convient|marche|arrange) pas\b|\bje (?:ne )?(?:veux|prefere|"
    r"souhaite|crois|pense) pas\b|\bnon merci\b|\bn'(?:annulez|reservez|confirmez) pas\b|\bmauvaise?\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (r"\b(?:merci|mercii+|mrc|remerci\w+|c'est gentil|thanks|thank you|thx)\b|🙏",),
    "bye": (
        r"\b(?:au revoir|a bientot|a plus(?: tard)?|a tout a l'heure|ciao|adieu|bye|salut[.! ]*$|a la "
        r"prochaine|bonne (?:journee|soiree|nuit|fin de journee|continuation|semaine)|bon (?:week[ -]?end|"
        r"apres[ -]midi)|c'est tout|ce sera tout)\b|(?:^|[.!,]\s*)a (?:demain|lundi|mardi|mercredi|jeudi|"
        r"vendredi|samedi|dimanche)\W*$",
    ),
    "greet": (
        r"^\W*(?:bonjour|bjr|bonsoir|bsr|salut|coucou|slt|hello|hey|re-?bonjour|allo|yo|cc)\b",
        r"\b(?:comment (?:ca va|allez[ -]vous|vas[ -]tu)|ca va\s*\?|vous allez bien|tu vas bien)",
    ),
    "help": (
        r"^\W*(?:aide|aidez[ -]moi|menu|options|info(?:s|rmations?)?|au secours|commandes|help)\W*$|"
        r"\b(?:pouvez[ -]vous|peux[ -]tu|pourriez[ -]vous) m'aider\b|\bj'ai besoin d'aide\b|\bbesoin "
        r"d'aide\b",
        r"\b(?:que|qu'est[ -]ce que) (?:pouvez|peux|savez|sais)[ -]?(?:vous|tu) faire\b|\b(?:vous|tu) "
        r"(?:pouvez|peux|sais|savez) faire quoi\b|\bcomment (?:ca (?:marche|fonctionne)|faire)\b|\ba quoi "
        r"(?:servez|sers)[ -]",
    ),
}
