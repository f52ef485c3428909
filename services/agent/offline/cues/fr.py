"""French phrases that tell the offline model what to do."""

from __future__ import annotations

from typing import Final

PATTERNS: Final[dict[str, str]] = {
    "was_better": r"\b(?:etait|etaient|est|serait|sonnait|(?:m')?(?:allait|va|convenait|irait)|me convenait|me va) mieux\b|"
    r"\b(?:prefere|preferais|plutot) (?:le|la) (?:premier\w*|precedent\w*|\w+ d'avant)\b|\brevenons a\b",
    "same_again": r"\bcomme (?:la derniere fois|d'habitude|la fois d'avant|toujours)\b|\bla? ?meme chose\b|\bpareil que\b|"
    r"\bl[ea] meme\b[\w\s']{0,25}\b(?:derniere fois|d'habitude|encore)\b|"
    r"\breserve[rz]?(?:-l[ea]|-moi ca)? (?:a nouveau|encore une fois|de nouveau)\b",
    "cant_come": r"\bje (?:ne )?(?:peux|pourrai|pourrais) (?:pas|plus) (?:venir|etre la|y aller)\b|"
    r"\bje ne (?:viens|viendrai) pas\b|\bun empechement\b",
    "clause": r"[.?!;\n]+|,? \b(?:et (?:aussi|puis|ensuite)|et|puis|aussi|ensuite)\b ",
    "book_it": r"\b(?:reservez(?:[- ](?:le|la|moi ca))?|reserve[- ](?:le|la)|je (?:le|la) (?:prends|"
    r"reserve|veux)|je prends|allez-y|faites[- ](?:le|ca)|vas-y|ca me va|je veux bien)\b(?! (?:un|une|le|"
    r"la|deux|pour)\b)",
    "too": r"\b(?:aussi|egalement|un autre|une autre|en plus)\b|^\W*et\b",
    "opens": r"\b(?:ouvrez|fermez|etes-vous ouverts?|etes ouverts?)\b",
    "instead": r"\ba la place\b",
    "the_one": r"\bcelui\b|\bcelle\b",
    "beyond": r"\b(?:quelque chose|un peu|quelqu)\b",
    "both": r"\b(?:les deux|tous les deux|toutes les deux|tous|toutes)\b",
    "refines": r"\b(?:plutot|a la place|et si|mais|en fait|je voulais dire|qu'en est-il|finalement)\b|"
    r"^\W*(?:et|ou|non)\b",
    "later": r"^\W*(?:quelque chose |un peu |non,? |il y a |vous avez |plutot |quelque chose de )*plus tard\b",
    "earlier": r"^\W*(?:quelque chose |un peu |non,? |il y a |vous avez |plutot |"
    r"quelque chose de )*(?:plus tot|avant)\b",
    "hours_later": r"\b(?:une demi|une|un|deux|trois|\d{1,3})[\s-]?(?:heures?|minutes?|min|"
    r"h) (?:plus tard|apres)\b",
    "hours_earlier": r"\b(?:une demi|une|un|deux|trois|\d{1,3})[\s-]?(?:heures?|minutes?|min|"
    r"h) (?:plus tot|avant)\b",
    "any_other": r"\b(?:un|une|d)\W?autres? (?:jour|heure|date|cours|option|horaire|moment|creneau)s?\b|"
    r"\bautre chose\b",
    "never_mind": r"^\W*(?:bon,? |non,? |ok,? )?(?:laissez tomber|laisse tomber|oubliez|oublie|tant pis|"
    r"peu importe|ce n'est pas grave)\b[^?]*$",
    "better_not": r"\b(?:attendez,? non|attends,? non|non,? attend\w*|j'ai change d'avis|reflexion faite|"
    r"tout compte fait|plutot pas)\b",
    "bare_cancel": r"^\W*(?:s'il vous plait )?(?:annulez|annule|annuler)(?: s'il vous plait)?\W*$",
    "about": r"\b(?:qui est|qui sont|parlez-moi de|parle-moi de|a propos)\b",
    "info_where": r"\b(?:ou (?:etes|es|se|est|vous|trouv)|adresse|situe\w*|comment (?:venir|y aller|"
    r"vous trouver)|parking|se garer)\b",
    "info_hours": r"\b(?:horaires|ouvrez|ouvert\w*|ouvre|fermez|ferme\w*|ouverture|fermeture)\b",
    "info_offers": r"\b(?:proposez|offrez|services?|quels cours|soins|types?|prix|tarifs?|coute|combien)\b",
    "info_phone": r"\b(?:telephone|appeler|numero|contact)\b",
    "info_packs": r"\b(?:cartes? de \d+|abonnements?|forfaits?|carnets?|carte cadeau|cartes cadeaux|"
    r"adhesion|packs?)\b",
    "balance": r"\bcombien\b.*\b(?:credits?|cours|seances)\b.*\b(?:reste\w*|carte|carnet)\b|"
    r"\bcredits? restants?\b|\bmon solde\b|\best-ce que je dois\b",
    "recommend": r"\b(?:recommand\w*|conseill\w*|sugger\w*|surprenez\w*|suggestions?)\b",
    "receipt": r"\b(?:recu|facture|justificatif|ticket de caisse)\b(?! (?:le|la|votre|un) )",
    "pay_link": r"\blien\b.*\b(?:paiement|payer)\b|\b(?:comment|ou) (?:puis-je |je peux |"
    r"est-ce que je )?(?:payer|paie|paye)\b",
    "where_in_line": r"\b(?:quelle|quel|ma)\b[\w\s]*\b(?:place|position|numero|rang)\b.*\b(?:liste|file|"
    r"attente)\b|\bsuis-je (?:encore |toujours )?sur la liste\b|\bma position\b",
    "leave_list": r"\b(?:retir\w+|enlev\w+|quitter|sortir|otez|"
    r"supprim\w+)\b[\w\s'-]*\b(?:liste(?: d'attente)?|file)\b|\bje n'attends plus\b",
    "waitlist": r"\bliste d'attente\b|\b(?:mettez|inscrivez|ajoutez|mets)[- ]moi (?:sur|dans|"
    r"a) la (?:liste|file)\b",
    "details": r"\b(?:dites-m'en plus|en savoir plus|plus (?:d'infos?|d'informations?|de details)|"
    r"quel niveau|que dois-je apporter|c'est difficile|details)\b",
    "code": r"\b(?:code(?: promo)?|bon|coupon)(?: est|:)?\s+([a-z0-9]*[0-9][\w-]{1,31}|[a-z]{4,}\d*)\b",
    "prefer": r"\b(?:je prefere|j'aime(?: bien| mieux)?|j'adore|toujours avec|toujours (?:le|l'|en)|"
    r"seulement avec|mon prefere|ma preferee)\b",
    "forget": r"\boubli(?:ez|e) (?:ce que|mes preferences)\b|\beffac(?:ez|e) mes preferences\b",
    "call_me": r"\b(?:je m'appelle|mon nom est|appelez-moi|appelle-moi)\s+([a-z][\w'-]+(?:\s[a-z][\w'-]+)?)",
    "speak": r"\b(?:parl\w*|ecri\w*|repond\w*)\b[\w\s-]*\ben\b|\bparl\w+\b",
    "always": r"\b(?:toujours|en general|d'habitude)\b",
    "list": r"\b(?:quelles?|quels?)\b[\w\s]{0,14}\b(?:reservations?|rendez-vous|"
    r"cours)\b[\w\s'-]{0,8}\b(?:ai|j'ai)\b|\bmes (?:reservations|rendez-vous)\b|"
    r"\bqu'est-ce que j'ai reserve\b|\bqu'ai-je reserve\b",
    "to_target": r"\b(?:au|vers|pour|a|jusqu'a)\b|->",
    "human": r"\b(?:une personne|quelqu'un (?:de l'equipe|d'autre)|un humain|une vraie personne|"
    r"un conseiller|la reception|l'accueil|a quelqu'un)\b",
    "reschedule": r"\b(?:deplac\w+|report\w+|decal\w+|chang(?:er|ez|e)|reprogramm\w+|repouss\w+|"
    r"avancer)\b[\w\s'-]{0,30}\b(?:reservation|cours|rendez-vous|seance|heure|horaire|yoga|au|vers|a|pour|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|"
    r"\b(?:puis-je|je peux|est-ce que je peux|pourrais-je) (?:venir|"
    r"arriver)\b[\w\s'-]{0,20}\b(?:plus tard|plus tot|avant|apres)\b",
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "amounts": {r"\bdemi": "30", r"\bdeux\b": "120", r"\btrois\b": "180"},
    "minute": {r"\bmin": "1"},
    "times_of_day": {
        r"\bmatins?\b|\bmatinees?\b": "morning",
        r"\bapres-midis?\b": "afternoon",
        r"\bsoirs?\b|\bsoirees?\b": "evening",
        r"\bmidi\b": "lunch",
    },
    "days": {
        r"\blundis?\b": "monday",
        r"\bmardis?\b": "tuesday",
        r"\bmercredis?\b": "wednesday",
        r"\bjeudis?\b": "thursday",
        r"\bvendredis?\b": "friday",
        r"\bsamedis?\b": "saturday",
        r"\bdimanches?\b": "sunday",
        r"\bweek-?ends?\b": "weekend",
    },
    "languages": {
        r"\banglais\b": "en",
        r"\bespagnol\b": "es",
        r"\bportugais\b": "pt",
        r"\bfrancais\b": "fr",
        r"\ballemand\b": "de",
        r"\bitalien\b": "it",
    },
    "pay_with": {
        r"\bcarte cadeau\b": "gift_card",
        r"\b(?:mon|ma|avec) (?:carnet|abonnement|forfait|pass)\b|\bcredits?\b": "pass",
        r"\bcarte (?:bancaire|bleue)\b|\b(?:par|pay\w+)\b.*\bcarte\b": "card",
        r"\ben (?:especes|liquide)\b": "cash",
        r"\bpay\w+ sur place\b": "at_business",
    },
}
