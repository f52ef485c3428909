"""Which Italian phrases show what a customer wants? Regular expressions on folded lower-cased text, by intent.

The order is the order of strength: a message that asks to cancel and says thanks is a cancellation.
"""

from __future__ import annotations

_BOOKING = (
    r"(?:prenotazion[ei]|appuntament[oi]|lezion[ei]|cors[oi]|post[oi]|tavol[oi]|sedut[ae]|session[ei]|visit[ae]|"
    r"trattament[oi]|class[ei]|allenament[oi]|iscrizion[ei])"
)
_PERSON = (
    r"(?:person[ae]|uman[oa]|essere umano|operator[ei]|operatrice|qualcuno|responsabile|titolare|addett[oa]|receptionist|"
    r"reception|assistenza|servizio clienti|segreteria|staff|collega|capo)"
)
_STAFF = (
    r"(?:insegnant[ei]|istruttor[ei]|istruttric[ei]|maestr[oaie]|allenator[ei]|trainer|coach|parrucchier[aei]|barbier[ei]|"
    r"massaggiator[ei]|massaggiatric[ei]|terapist[aei]|dentist[aei]|dottor[ei]|dottoress[ae]|medic[oi]|"
    r"estetist[aei]|personale|staff|team)"
)
_MOVE = (
    r"(?:spost(?:a|are|arlo|arla|armi|iamo|o|ato|ata|amento|asse)|cambi(?:a|are|arlo|arla|amo|o|ato|ata)|rimand(?:a|"
    r"are|arlo|arla|iamo|o)|"
    r"rinvi(?:a|are|arlo|amo|o)|posticip\w+|anticip(?:a|are|arlo|arla|iamo|o)|riprogramm\w+|modific(?:a|are|arla|"
    r"arlo|he|o))"
)
_CANCEL = (
    r"(?:disd(?:ire|ico|ici|etta|irlo|irla|ette|ica)|cancell(?:a|are|arla|arlo|o|ata|ato|azione|iamo|i)|"
    r"annull(?:a|are|arla|arlo|o|ata|ato|amento|iamo|i))"
)

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        rf"\b(?:parl\w*|chatt\w*|sentire|scriv\w*|collega\w*|mett\w*|pass\w*|contatt\w*)\b[\w\s']{{0,25}}\b(?:con|a|"
        rf"ad|in contatto con)\b[\w\s']{{0,15}}\b{_PERSON}\b",
        rf"\b{_PERSON} (?:ver[oa]|reale|in carne)\b|\b(?:ver[oa]|reale) {_PERSON}\b",
        r"^\W*(?:un |una |l')?(?:operatore|operatrice|persona|umano|assistenza|servizio clienti)\W*(?:per favore|"
        r"grazie)?\W*$",
        r"\b(?:puo|potete|potrebbe|puoi|potreste|mi puo) (?:mi )?(?:richiamar\w*|chiamar\w*|telefonar\w*)|"
        r"\b(?:richiamatemi|chiamatemi|mi richiamate)\b|"
        r"\bqualcuno (?:che )?(?:mi |puo )*(?:chiam\w*|richiam\w*|aiut\w*)",
    ),
    "waitlist": (
        r"\blista d[i']? ?attesa\b|\blista attesa\b",
        r"\b(?:avvis\w+|fammi sapere|fatemi sapere|dimmi|ditemi|scriv\w+|notific\w+|mi avvisate|mi fate "
        r"sapere)\b.*\b(?:se|quando|appena)\b.*"
        r"\b(?:liber\w+|disdic\w*|posto|cancell\w*|annull\w*|rinunci\w*)\b",
        r"\b(?:se|quando|appena) (?:si )?(?:libera|disdice|cancella|rinuncia)\b|\bse qualcuno (?:disdice|cancella|"
        r"annulla|rinuncia)\b",
    ),
    "reschedule": (
        rf"\b{_MOVE}\b(?! idea| l'olio)",
        r"\b(?:altro|altra|nuovo|nuova|diverso|diversa) (?:giorno|orario|ora|data|appuntamento)\b.*\b(?:invece|al posto)\b",
        r"\b(?:posso|potrei|possiamo) (?:venire|passare) (?:piu tardi|prima|un altro giorno|in un altro giorno)\b",
    ),
    "cancel": (
        r"\bnon (?:vengo|veniamo|verro|verremo|ci saro|ci saremo|ci sono (?:domani|oggi|piu))\b|\b(?:devo|dobbiamo|"
        r"sono costrett\w a) rinunciare\b|"
        r"\b(?:mi|ci) (?:e|sara) impossibile (?:venire|partecipare|esserci)\b",
        rf"(?<!non )(?<!senza )\b{_CANCEL}\b(?! (?:gratuit|polit))(?<!costo della cancellazione)",
        r"\bnon (?:posso|riesco|possiamo|riusciamo|potro|ce la faccio|riusciro)(?: piu| purtroppo| proprio| a)*(?: "
        r"venire| a venire| partecipare| a esserci|"
        r" esserci| ad esserci| a partecipare| a passare)\b|\bnon ce la (?:faccio|facciamo)\b|\bnon (?:vengo|"
        r"veniamo|verro|verremo) (?:piu|domani|oggi)?\b",
        rf"\bnon (?:mi serve|ci serve|voglio|ho bisogno|mi occorre|ho piu bisogno)\b[\w\s']{{0,15}}\b(?:piu|della|"
        rf"di)\b[\w\s']{{0,15}}{_BOOKING}?|\b{_BOOKING}\b.*\bnon (?:mi )?serve piu\b",
        rf"\b(?:togli\w*|elimin\w*|rimuov\w*|leva\w*)\b[\w\s']{{0,25}}\b{_BOOKING}\b|\b(?:toglimi|toglietemi|"
        rf"cancellami|levami)\b",
        r"\b(?:lascia|lasci|lasciamo|lasciate) (?:perdere|stare)\b|\bho (?:avuto )?un imprevisto\b|\be' ?successo "
        r"un imprevisto\b|^\W*(?:stop|basta)\W*$",
    ),
    "price": (
        r"\bquanto (?:costa|costano|viene|vengono|si paga|devo|pago|costerebbe|mi costa|fa)\b",
        r"\b(?:prezz[oi]|cost[oi]|tariff[ae]|listino|quota)\b(?! di cancellazione)",
        r"\b(?:caro|cara|economic[oa]|scont[oi]|offert[ae]|promozion[ei]|abbonament[oi]|gratis|gratuit[oa])\b",
    ),
    "my_bookings": (
        rf"\b(?:quando|dove|qual|quali|che|a che ora|quante)\b[\w\s'`]{{0,25}}\b(?:mi[oae]i?|miei|"
        rf"nostr[oaei])\b[\w\s']{{0,20}}\b{_BOOKING}\b",
        rf"\b(?:mostra\w*|veder\w*|vedi|fammi vedere|fatemi vedere|elenca\w*|controlla\w*|verifica\w*|conferm\w*|"
        rf"trova\w*)\b[\w\s']{{0,25}}\b(?:mi[oae]|miei|mie)\b[\w\s']{{0,20}}\b{_BOOKING}\b",
        r"\b(?:cosa|che cosa|quali|quando|che) (?:\w+ )?ho (?:gia )?(?:prenotat\w*)?\b(?=.*\b(?:prenotat\w*|"
        r"appuntament\w*|domani|oggi|settimana|lezion\w*)\b)",
        r"\bho (?:gia |per caso )?(?:prenotat\w*|un appuntamento|una prenotazione|una lezione|qualcosa in "
        r"programma)\b|\bsono (?:iscritt\w|prenotat\w)\b",
        rf"\b(?:e'? |è |c'e )?(?:confermat[oa]) (?:la mia|il mio)\b|\b(?:la mia|il mio|le mie|i miei) (?:prossim\w+ "
        rf")?{_BOOKING}\W*$(?<!\bdisdire)",
        rf"\b(?:che|quali|quante) (?:\w+ )?{_BOOKING} (?:ho|abbiamo)\b|\bho (?:gia |delle |altre |qualche )*{_BOOKING}\b",
        r"\b(?:ricevut[ae]|fattur[ae]|scontrino)\b",
    ),
    "staff_info": (
        r"\bchi\b[\w\s'`]{0,15}\b(?:insegna|tiene|fa|lavora|taglia|massaggia|c'e|e' di turno|conduce|segue|e "
        r"disponibile)\b|\bchi e (?:l'|il |la )?",
        rf"\b(?:quali|che|quale|chi sono|sui|sugli|vostr[oaei]|l[a']|il|lo)\s?(?:\w+ )?{_STAFF}\b(?=.*(?:\?|avete|"
        rf"ci sono|miglior\w*|vostr\w*))",
        rf"\b(?:vostr[oaei]|i vostri|le vostre) (?:miglior\w* |nuov\w )?{_STAFF}\b",
        r"\b(?:lavora|insegna|c'e|e disponibile) (?!un|una|il|la|lo|l|post\w*|qualcosa|qualche|ancora|dispon\w*|"
        r"parchegg\w*|libero|spazio|modo|domani|oggi|wifi|tempo)[a-z]{3,} (?=.*\b(?:oggi|domani|lunedi|martedi|"
        r"mercoledi|giovedi|venerdi|sabato|domenica)\b)",
    ),
    "business_info": (
        r"\b(?:fino a quando|entro quando|con quanto anticipo)\b.*\b(?:disd\w+|cancell\w+|annull\w+)\b",
        r"\b(?:gli|vostri|i vostri) orari\b(?! (?:liber|disponibil|per|avete|di (?:yoga|pilates)))",
        r"\borari[oa]? (?:di )?(?:apertura|chiusura|lavoro|ufficio)\b|\b(?:quali|che|i vostri|vostri) (?:sono "
        r")?(?:gli |i )?(?:vostri )?orari\b(?! (?:liberi|disponibili|avete))",
        r"\b(?:quando|a che ora|fino a che ora|che ora|da che ora|fino a quando)\b[\w\s']{0,20}\b(?:apr\w+|chiud\w+|"
        r"apert[oiae]|chius[oiae])\b|"
        r"\b(?:siete|e|sei) (?:\w+ ){0,3}(?:apert[oiae]|chius[oiae])\b",
        r"\bdove (?:siete|si trova|vi trovate|e|sta|vi trovo|posso trovarvi|e' )\b|\bdov'e\b|\b(?:indirizzo|"
        r"posizione|indicazioni|sede)\b",
        r"\bcome (?:arrivo|ci arrivo|si arriva|vi raggiungo|posso raggiungervi|posso arrivare)\b|\b(?:telefono|"
        r"e-?mail|sito)\b",
        r"\b(?:parchegg\w+|wi-?fi|docc[ae]|doccia|spogliatoi\w*|armadiett\w*|asciugaman\w*|tappetin\w*|sedia a "
        r"rotelle|disabili|"
        r"accessibil\w*|ascensore)\b",
        r"\b(?:accettate|prendete|accetta|si puo pagare|posso pagare|pagare con)\b",
        r"\b(?:politica|condizioni|penale|termini)\b|\brimbors\w+\b|\bcosa (?:devo|posso|serve|bisogna) "
        r"(?:portar\w*|mettermi|indossare)\b|\bcani?\b",
        r"\bquanto (?:dura|tempo|durano|si aspetta)\b|\b(?:affollat\w+|coda|attesa media)\b",
    ),
    "book": (
        r"\bprenot(?:a|are|armi|arci|iamo|o|ami|ate|atemi|i|arlo|arla|erei)\b|\briserv(?:are|a|ami|ate|armi)\b|"
        r"\b(?:iscriv\w+|segn(?:ami|atemi|armi|are)|"
        r"registrar\w*|aggiung(?:imi|etemi))\b",
        rf"\b(?:vorrei|voglio|vogliamo|vorremmo|avrei bisogno|ho bisogno|mi serve|mi servirebbe|ci serve|prendo|"
        rf"prendere|fissare|fissa|fissiamo|fissarmi|"
        rf"fare|avere|dammi|datemi|mi dai|mi date)\b[\w\s,']{{0,30}}\b{_BOOKING}\b",
        r"\b(?:contatemi|conta(?:mi)? (?:su|anche)|ci sono anche io|ci sono anch'io|mi unisco|vengo io|partecipo)\b",
        r"\b(?:posso|possiamo|potrei|potremmo) (?:venire|passare|partecipare|unirmi)\b",
        r"\b(?:vorrei|vorremmo|mi piacerebbe) (?:venire|partecipare|provare|fare)\b",
    ),
    "find": (
        r"\b(?:avete|hai|c'e|ci sono|ce n'e|ce ne sono|offrite|fate|ci sarebbe|ci sarebbero|e rimasto|sono rimasti|"
        r"e disponibile)\b",
        r"\b(?:qual[ei]|che|quanti)\b[\w\s']{0,20}\b(?:cors[oi]|lezion[ei]|orari|posti|appuntamenti|disponibilita|"
        r"servizi|trattamenti|attivita)\b",
        r"\b(?:mostra\w*|cerc\w*|trov\w*|elenca\w*|dimmi|fammi vedere|vedere)\b[\w\s']{0,25}\b(?:cors[oi]|"
        r"lezion[ei]|orari|posti|disponibilita|"
        r"appuntament[oi]|qualcosa|calendario|programma|opzioni)\b",
        r"\b(?:calendario|disponibil\w+|liber[oiae]|posti liberi|palinsesto)\b",
        r"\b(?:quando|a che ora)(?: e| c'e| sono| inizia| comincia| posso| si puo| avete| fate|'e)\b",
        r"\b(?:cosa|che) (?:c'e|fate|avete|si fa|proponete)\b|\bche ne dici\b|\be (?:per )?(?:domani|lunedi|martedi|"
        r"mercoledi|giovedi|venerdi|sabato|domenica)\?",
    ),
}

# A question about cancelling, or a refusal to, is no cancellation.
UNLESS: dict[str, str] = {
    "cancel": (
        r"\b(?:qualche|c'e (?:una|qualche)|ci sono|avete|una) (?:disdett[ae]|cancellazion[ei])"
        r"\b(?=.*\b(?:oggi|stasera|domani|\w+i)\b|\?)|"
        r"\b(?:non voglio|non vorrei|non devo|non|senza) (?:disdire|cancellare|annullare)\b|\b(?:fino a quando|"
        r"entro quando|con quanto anticipo)\b|"
        r"\b(?:politica|penale|condizioni|termini|regole|costo) (?:di|per la|della) (?:cancellazione|disdetta)|"
        r"\b(?:quanto|costa|pago|penale|rimbors\w+)\b.*\b(?:disd|cancell|annull)|"
        r"\bse (?:devo |dovessi |dobbiamo )?(?:disd\w+|cancell\w+|annull\w+)\b|"
        r"\b(?:disd\w+|cancell\w+|annull\w+)\b.*\b(?:quanto|costa|gratis|gratuit\w+|penale)\b"
    ),
}

# Too weak alone ("vorrei sapere …"): they count when the message also names a service or a time.
WEAK: dict[str, tuple[str, ...]] = {
    "book": (
        r"\b(?:vorrei|voglio|vorremmo|vogliamo|avrei bisogno|ho bisogno|mi serve|mi servirebbe|mi piacerebbe|"
        r"desidero)\b(?! (?:sapere|chieder\w*|parlare))",
        r"\b(?:posso|possiamo|potrei|potremmo|si puo)\b",
    ),
    "find": (r"\b(?:cerc\w*|trov\w*|consigl\w*|propon\w*|suggeri\w*)\b",),
}

AFFIRM = (
    r"(?:^|[.!,;]\s*|\bok(?:ay)?,? |\boh,? |\bah,? )(?:si+(?! (?:puo|possono|potrebbe|libera|trova|trovano|paga|"
    r"pagano|fa|fanno|deve|e |sono))|certo|certamente|ok|okay|okei|va bene|va benissimo|va benone|d'accordo|perfetto|"
    r"esatto|giusto|corretto|certo che si|volentieri|assolutamente(?! no)|sicuro|sicuramente|ottimo|benissimo|bene|"
    r"confermo|conferma|confermato|"
    r"procedi|procedete|vai|affare fatto|ci sto|come no|perche no|senz'altro|fatto|fantastico|bello|ovvio|"
    r"naturalmente|magari si|yes)\b"
    r"(?! (?:dormito|tutto))",
    r"\b(?:mi|ci|per me) (?:va|sta|andrebbe|andra) (?:bene|benissimo|benone)\b|\b(?:va|vanno) (?:bene|benissimo|"
    r"benone)\b|\bper me (?:e )?(?:ok|perfetto)\b|"
    r"\b(?:e|sarebbe) (?:perfetto|giusto|corretto|ok|ottimo|l'ideale)\b(?!\W*\?)",
    r"\bsono d'accordo\b|\bsi grazie\b|\bdi si\b|👍|✅|👌",
)

DENY = (
    r"(?:^|[.!,;]\s*|\boh,? |\bah,? |\bmh+,? )(?:no+|nope|no grazie|per niente|assolutamente no|niente affatto|"
    r"meglio di no|mai|sbagliato|errato|"
    r"non (?:e|cosi|quello|questo|quella|ora|ancora|adesso|proprio|oggi|grazie))\b",
    r"\bnon (?:mi va|mi sta bene|va bene|va|mi interessa|lo voglio|la voglio|voglio|confermo|confermare|prenotare|e "
    r"corretto|e giusto)\b|"
    r"\bdi no\b|\b(?:preferisco|preferirei) di no\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (r"\b(?:grazie\w*|ringrazio|ti ringrazio|vi ringrazio|molto gentil\w+|grz|thanks|thx)\b|🙏",),
    "bye": (
        r"\b(?:arrivederci|arrivederla|a presto|a dopo|a domani\W*$|ci vediamo|ci sentiamo|addio|buona (?:giornata|"
        r"serata|notte)|"
        r"buon (?:weekend|fine settimana)|alla prossima|e tutto|questo e tutto|bye)\b|\bciao ciao\b",
    ),
    "greet": (
        r"^\W*(?:ciao+|salve|hey|ehi|ehila|buongiorno|buon giorno|buonasera|buona sera|buon pomeriggio|buondi|hello|"
        r"hi)\b(?! ciao)",
        r"\bcome (?:stai|va|state|sta)\b",
    ),
    "help": (
        r"^\W*(?:aiuto|menu|opzioni|inizio|info|informazioni|comandi|start)\W*$|\b(?:puoi|potete|puo|potresti) "
        r"(?:aiutarmi|darmi una mano|aiutarci)\b|"
        r"\b(?:mi puoi|mi potete|mi puo) aiutare\b|\bho bisogno di aiuto\b|\baiutami\b",
        r"\bcosa (?:puoi|potete|sai|sapete) fare\b|\bcome funziona\b|\bche cosa (?:puoi|sai) fare\b",
    ),
}
