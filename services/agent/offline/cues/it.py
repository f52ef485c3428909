"""Italian phrases that tell the offline model what to do."""

from __future__ import annotations

from typing import Final

PATTERNS: Final[dict[str, str]] = {
    "was_better": r"\b(?:era|erano|andava|andavano|stava|e|sarebbe|andrebbe|va) meglio\b|"
    r"\b(?:preferivo|preferisco|meglio) (?:il|la|le|quell[oa]) (?:prim[oa]|precedente|di prima)\b|\btorniamo (?:a|alle|al)\b",
    "same_again": r"\b(?:lo|la|il) (?:stess[oa]|solit[oa])\b[\w\s']{0,15}\b(?:volta|sempre|prima|nuovo)\b|\bil solito\b|"
    r"\bcome (?:l'ultima volta|sempre|al solito|l'altra volta|la volta scorsa|la scorsa volta)\b|"
    r"\bprenot\w+(?: la stessa| lo stesso)? (?:di nuovo|ancora|un'altra volta)\b|\bla stessa cosa\b|\briprenot\w+",
    "cant_come": r"\bnon (?:posso|riesco a|potro) (?:venire|esserci|partecipare)\b|\bnon ce la faccio\b|"
    r"\bho (?:avuto )?un imprevisto\b|\bnon vengo\b",
    "clause": r"[.?!;\n]+|,? \b(?:e (?:anche|poi|inoltre)|e|inoltre|anche)\b ",
    "book_it": r"\b(?:prenota(?:l[ao]|mel[ao])?|prenotal[ao]|la prendo|lo prendo|prendo (?:quell[ao]|"
    r"quest[ao])|procedi|fallo|va bene cosi|ci sto|lo voglio|la voglio)\b(?! (?:un|una|la|lo|il|per)\b)",
    "too": r"\b(?:anche|un altro|un'altra|pure|inoltre)\b|^\W*e\b",
    "opens": r"\b(?:aprite|chiudete|siete aperti)\b",
    "instead": r"\binvece\b",
    "the_one": r"\bquell[ao]\b|\bquest[ao]\b",
    "beyond": r"\b(?:qualcosa|un po|qualche|qualcuno)\b",
    "both": r"\b(?:tutt[ie] e (?:due|tre)|entramb[ie]|tutt[ie])\b",
    "refines": r"\b(?:invece|piuttosto|meglio|e se|che ne dici|ma|anzi|volevo dire|intendevo)\b|^\W*(?:e|"
    r"o|no)\b",
    "later": r"^\W*(?:qualcosa |un po' |un po |no,? |c'e |avete |di |qualcosa di )*piu tardi\b",
    "earlier": r"^\W*(?:qualcosa |un po' |un po |no,? |c'e |avete |di |qualcosa di )*(?:piu presto|prima)\b",
    "hours_later": r"\b(?:mezz'|mezza |un'|una |due |tre |\d{1,3} )(?:ora|ore|minuti|minuto|min) (?:dopo|"
    r"piu tardi)\b",
    "hours_earlier": r"\b(?:mezz'|mezza |un'|una |due |tre |\d{1,3} )(?:ora|ore|minuti|minuto|"
    r"min) (?:prima|piu presto)\b",
    "any_other": r"\b(?:un altro|un'altra|altr[ie]) (?:giorno|ora|data|lezione|corso|opzione|orario|"
    r"momento|giorni|orari|opzioni)\b|\bqualcos'altro\b",
    "never_mind": r"^\W*(?:beh,? |no,? |ok,? )?(?:lascia (?:stare|perdere)|non importa|dimentica(?:lo)?|"
    r"fa niente|niente,? lascia)\b[^?]*$",
    "better_not": r"\b(?:aspetta,? no|no,? aspetta|ho cambiato idea|ci ho ripensato|ripensandoci|"
    r"meglio di no)\b",
    "bare_cancel": r"^\W*(?:per favore )?(?:annulla|annullal[ao]|annullare|cancella|"
    r"disdici)(?: per favore)?\W*$",
    "about": r"\b(?:chi e|chi sono|parlami di|dimmi di|su)\b",
    "info_where": r"\b(?:dove|indirizzo|come (?:arrivo|arrivare|vi trovo)|parcheggi\w*)\b",
    "info_hours": r"\b(?:orari(?: di apertura)?|aperti|aperto|aperta|aprite|apre|chiudete|chiusi|chiuso|"
    r"chiude)\b",
    "info_offers": r"\b(?:offrite|servizi|corsi|lezioni|trattamenti|tipi|prezzi|prezzo|costa|quanto)\b",
    "info_phone": r"\b(?:telefono|chiamare|chiamarvi|numero|contatto)\b",
    "info_packs": r"\b(?:pacchett[oi]|abbonament[oi]|tesser[ae]|buon[oi] regalo|carnet|iscrizione)\b",
    "balance": r"\bquant[ie]\b.*\b(?:crediti|lezioni|ingressi)\b.*\b(?:restano|rimangono|rimast[ie]|ho|"
    r"pacchetto)\b|\bil mio saldo\b|\bdevo qualcosa\b",
    "recommend": r"\b(?:consigl\w*|raccomand\w*|suggeri\w*|sorprendimi)\b",
    "receipt": r"\b(?:ricevuta|fattura|scontrino)\b",
    "pay_link": r"\blink\b.*\b(?:pag\w+)\b|\b(?:come|dove) (?:posso )?pag(?:o|are)\b",
    "where_in_line": r"\bin che posizione sono\b|\b(?:che|quale|in che|qual)\b[\w\s']*\b(?:posto|"
    r"posizione|numero)\b.*\b(?:lista|"
    r"coda|attesa)\b|\bsono (?:ancora )?in lista\b|\bla mia posizione\b",
    "leave_list": r"\b(?:toglimi|toglietemi|cancellami|uscire|rimuovimi|levami|"
    r"togli)\b[\w\s']*\b(?:lista(?: d'attesa)?|coda)\b|\bnon (?:voglio )?aspett\w+ piu\b",
    "waitlist": r"\blista d'attesa\b|\blista di attesa\b|\b(?:mettimi|mettetemi|aggiungimi) in (?:lista|"
    r"coda)\b",
    "details": r"\b(?:dimmi di piu|piu (?:informazioni|dettagli)|che livello|cosa devo portare|"
    r"e difficile|dettagli)\b",
    "code": r"\b(?:codice|buono|coupon)(?: e|:)?\s+([a-z0-9]*[0-9][\w-]{1,31}|[a-z]{4,}\d*)\b",
    "prefer": r"\b(?:(?:io )?preferisco|mi piac(?:e|ciono)|adoro|sempre con|sempre (?:di|la|il)|solo con|"
    r"il mio preferito|la mia preferita)\b",
    "forget": r"\bdimentica (?:quello che|le mie preferenze)\b|\bcancella le mie preferenze\b",
    "call_me": r"\b(?:mi chiamo|il mio nome e|chiamami)\s+([a-z][\w'-]+(?:\s[a-z][\w'-]+)?)",
    "speak": r"\b(?:parl\w*|scriv\w*|rispond\w*)\b[\w\s]*\bin\b|\bparl\w+\b",
    "always": r"\b(?:sempre|di solito|in genere)\b",
    "list": r"\b(?:che|quali|quante)\b[\w\s]{0,10}\b(?:prenotazioni|appuntamenti|"
    r"lezioni)\b[\w\s]{0,8}\b(?:ho|sono)\b|\ble mie prenotazioni\b|\b(?:che )?cosa ho prenotato\b",
    "to_target": r"\b(?:a|al|alle|all'|per le|per|da)\b|->",
    "human": r"\b(?:una persona|qualcuno(?: del team)?|un umano|persona vera|un operatore|la reception)\b",
    "reschedule": r"\b(?:spost\w+|cambi(?:are|a|o)|rimand\w+|rinvi\w+|posticip\w+|"
    r"anticip\w+)\b[\w\s'-]{0,30}\b(?:prenotazione|lezione|appuntamento|corso|ora|orario|yoga|a|al|alle|"
    r"per|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica)\b|"
    r"\bposso venire\b[\w\s']{0,20}\b(?:piu tardi|piu presto|prima|dopo)\b",
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "amounts": {r"\bmezz": "30", r"\bdue\b": "120", r"\btre\b": "180"},
    "minute": {r"\bmin": "1"},
    "times_of_day": {
        r"\bmattin[aeo]\b": "morning",
        r"\bpomeriggi[oi]?\b": "afternoon",
        r"\bser[ae]\b": "evening",
        r"\bpranzo\b": "lunch",
    },
    "days": {
        r"\blunedi\b": "monday",
        r"\bmartedi\b": "tuesday",
        r"\bmercoledi\b": "wednesday",
        r"\bgiovedi\b": "thursday",
        r"\bvenerdi\b": "friday",
        r"\bsabat[oi]\b": "saturday",
        r"\bdomenic(?:a|he)\b": "sunday",
        r"\b(?:fine settimana|weekend)\b": "weekend",
    },
    "languages": {
        r"\binglese\b": "en",
        r"\bspagnolo\b": "es",
        r"\bportoghese\b": "pt",
        r"\bfrancese\b": "fr",
        r"\btedesco\b": "de",
        r"\bitaliano\b": "it",
    },
    "pay_with": {
        r"\b(?:mio|il|un|col) (?:pacchetto|abbonamento|carnet)\b|\bcrediti\b": "pass",
        r"\bbuono regalo\b": "gift_card",
        r"\b(?:con|pag\w+)\b.*\bcarta\b": "card",
        r"\bin contanti\b": "cash",
        r"\bpag\w+ (?:li|sul posto|in (?:studio|sede))\b": "at_business",
    },
}
