"""German phrases that tell the offline model what to do (ß is written ss here, umlauts without dots)."""

from __future__ import annotations

from typing import Final

PATTERNS: Final[dict[str, str]] = {
    "was_better": r"\b(?:war|waren|ware|waere|ist|passte|passt|klang|ging)\b[\w\s]{0,20}\bbesser\b|"
    r"\b(?:lieber|doch)(?: wieder)? (?:der|die|das|den) (?:erste\w*|vorige\w*|vorherige\w*)\b|\bzuruck zu(?:m|r)?\b",
    "same_again": r"\b(?:das gleiche|dasselbe|den gleichen|denselben|die gleiche|dieselbe|den selben|das selbe)\b[\w\s]{0,20}"
    r"\b(?:mal|immer|wieder|nochmal|erneut)\b|\bwie (?:beim )?letzte[sn]? mal\b|\bwie (?:immer|ublich|gewohnt)\b|"
    r"\b(?:buch|reservier)\w*\b[\w\s]{0,12}\b(?:nochmal|noch mal|noch einmal|erneut)\b|\bnochmal (?:dasselbe|das gleiche)\b",
    "cant_come": r"\bschaff\w* (?:es|das)\b[\w\s]*\bnicht\b|\b(?:kann|konnte|"
    r"werde)\b[\w\s]*\bnicht (?:kommen|teilnehmen|dabei sein)\b|"
    r"\bmir ist (?:et)?was dazwischen ?gekommen\b|\bich komme nicht\b|\bmuss\b[\w\s]*\babsagen\b",
    "clause": r"[.?!;\n]+(?=\s|$)|,? \b(?:und (?:auch|dann|ausserdem)|und|ausserdem)\b ",
    "book_it": r"\b(?:buchen? (?:sie )?(?:das|den|es|ihn|die)(?: bitte)?|das nehme ich|ich nehme (?:das|"
    r"den|die|es|ihn)|nehme ich|machen sie das|mach das|bitte buchen|gern(?:e)? buchen|passt (?:mir|gut)|"
    r"das passt)\b",
    "too": r"\b(?:auch|ausserdem|zusatzlich|noch (?:ein|eine|einen))\b|^\W*und\b",
    "opens": r"\b(?:offnen|schliessen) (?:sie|ihr)\b|\b(?:haben|habt) (?:sie|ihr)\b[\w\s]*\b(?:auf|offen|"
    r"geoffnet|zu|geschlossen)\W*$|\b(?:sind|seid) (?:sie|ihr)\b[\w\s]*\bgeoffnet\b",
    "instead": r"\bstattdessen\b",
    "the_one": r"\b(?:der|die|das|den) (?:um|mit|am)\b|\bdiese[nrs]?\b|\bden (?:spateren|fruheren|ersten|"
    r"zweiten|dritten|letzten)\b",
    "beyond": r"\b(?:etwas|was|irgend\w*|ein bisschen|ein wenig)\b",
    "both": r"\b(?:beide|beides|alle drei|alle|alles)\b",
    "refines": r"\b(?:lieber|stattdessen|doch|wie ware es|wie war's|aber|eher|sondern|ich meinte|"
    r"besser)\b|^\W*(?:und|oder|nein|nee|nicht)\b",
    "later": r"^\W*(?:etwas |was |nein,? |gibt es |haben sie |ein bisschen |lieber )*(?:spater)\b",
    "earlier": r"^\W*(?:etwas |was |nein,? |gibt es |haben sie |ein bisschen |lieber )*(?:fruher|eher)\b",
    "hours_later": r"\b(?:eine halbe|eine|ein|zwei|drei|\d{1,3})\s?(?:stunden?|minuten?|min) (?:spater|"
    r"danach)\b",
    "hours_earlier": r"\b(?:eine halbe|eine|ein|zwei|drei|\d{1,3})\s?(?:stunden?|minuten?|min) (?:fruher|"
    r"eher|davor)\b",
    "any_other": r"\bander(?:e[rnsm]?) (?:tag|uhrzeit|zeit|datum|kurs|termin|moglichkeit)e?\b|"
    r"\betwas anderes\b",
    "never_mind": r"^\W*(?:ach,? |nein,? |ok,? |na gut,? )?(?:vergiss es|vergessen sie(?:'s| es)|"
    r"schon gut|egal|lassen sie(?:'s| es)|lass es|macht nichts|hat sich erledigt)\b[^?]*$",
    "better_not": r"\b(?:moment,? nein|nein,? (?:warte\w*|moment|doch nicht)|doch nicht(?! (?:kommen|teilnehmen|dabei))|"
    r"ich habe? es mir anders uberlegt|anders uberlegt|lieber nicht|besser nicht)\b",
    "bare_cancel": r"^\W*(?:bitte )?(?:stornieren|abbrechen|absagen|storniere|abbruch)(?: bitte)?\W*$",
    "about": r"\b(?:wer ist|wer sind|erzahlen sie|erzahl|uber)\b",
    "info_where": r"\b(?:wo|adresse|anfahrt|wie komme ich|parken|parkplatz\w*|lage)\b",
    "info_hours": r"\b(?:offnungszeiten|geoffnet|geschlossen|offnen|offnet|offen|schliess\w*|auf(?=\W*$))\b",
    "info_offers": r"\b(?:bieten sie|angebot|anbieten|kurse|leistungen|behandlungen|arten|preise?|kostet|"
    r"kosten|was kostet)\b",
    "info_phone": r"\b(?:telefon\w*|anrufen|nummer|kontakt)\b",
    "info_packs": r"\b(?:\d+er[- ]?karten?|zehnerkarten?|abos?|abonnements?|mitgliedschaft(?:en)?|"
    r"gutscheine?|pakete?)\b",
    "balance": r"\bwie ?viele?\b.*\b(?:stunden|kurse|einheiten|guthaben|punkte)\b.*\b(?:ubrig|noch|karte|"
    r"guthaben)\b|\bmein guthaben\b|\boffene rechnung\w*\b",
    "recommend": r"\b(?:empfehl\w*|empfiehl\w*|vorschlag\w*|schlagen sie|rat(?:en|et) sie|uberrasch\w*)\b",
    "receipt": r"\b(?:quittung|rechnung|beleg|kassenbon)\b",
    "pay_link": r"\b(?:zahlungs|bezahl)-?link\b|\blink\b.*\b(?:bezahl\w*|zahl\w*)\b|\b(?:wie|"
    r"wo) (?:kann ich )?(?:bezahle|bezahlen|zahle|zahlen)\b",
    "where_in_line": r"\ban welcher stelle (?:bin|stehe) ich\b|\b(?:welche[nrm]?|an welcher|auf welchem|"
    r"meine?)\b[\w\s]*\b(?:platz|stelle|"
    r"position|nummer)\b.*\b(?:warteliste|liste|schlange)\b|\b(?:stehe|"
    r"bin) ich (?:noch )?auf der (?:warte)?liste\b",
    "leave_list": r"\b(?:von|aus) der (?:warteliste|liste)\b[\w\s]*\b(?:streich\w*|nehm\w*|losch\w*|"
    r"runter|austragen|abmelden)\b|\b(?:warteliste)\b[\w\s]*\b(?:streichen|verlassen|austragen|"
    r"abmelden)\b|\bnicht mehr warten\b|\b(?:streichen|nehmen|loschen) sie mich\b[\w\s]*liste\b",
    "waitlist": r"\bwarteliste\b|\bauf die liste\b",
    "details": r"\b(?:mehr (?:infos?|informationen|details|daruber|dazu)|welches niveau|"
    r"was muss ich mitbringen|ist (?:das|es) schwer|erzahlen sie (?:mir )?mehr|einzelheiten|details)\b",
    "code": r"\b(?:code|gutscheincode|gutschein)(?: ist|:| lautet)?\s+([a-z0-9]*[0-9][\w-]{1,31}|"
    r"[a-z]{4,}\d*)\b",
    "prefer": r"\b(?:ich (?:\w+ )?(?:bevorzuge|mag|liebe)|mir ist\b.*\blieber|am liebsten|immer (?:bei|"
    r"mit|am|um)|nur (?:bei|mit)|ich komme (?:immer )?lieber|mein(?:e)? liebling\w*)\b",
    "forget": r"\bvergiss (?:was|meine)\b|\bvergessen sie (?:was|meine)\b|"
    r"\blosch\w* (?:sie )?meine (?:vorlieben|einstellungen)\b",
    "call_me": r"\b(?:ich heisse|mein name ist|nennen sie mich|nenn mich)\s+([a-z][\w'-]+(?:\s[a-z][\w'-]+)?)",
    "speak": r"\b(?:sprech\w*|sprich|schreib\w*|antwort\w*|red\w*)\b",
    "always": r"\b(?:immer|normalerweise|generell|meistens)\b",
    "list": r"\bwelche (?:buchungen|termine|kurse) (?:habe|hab) ich\b|\bwas hab(?:e)? ich\b[\w\s]*\bgebucht\b|"
    r"\b(?:zeig\w*|was sind|wo sind)\b[\w\s]*\bmeine (?:buchungen|termine|kurse)\b|^\W*meine (?:buchungen|"
    r"termine)\W*$",
    "to_target": r"\b(?:auf den|auf die|auf|zu|nach|zum|fur)\b|->",
    "human": r"\b(?:einem menschen|einer person|jemandem|jemand(?:en)? (?:vom team|aus dem team)|"
    r"mitarbeiter\w*|rezeption|echte[nr]? (?:person|menschen?))\b",
    "reschedule": r"\b(?:verschieb\w*|verlegen?|verlegt|umbuch\w*|verschoben|vorverleg\w*|tauschen)\b|"
    r"\b(?:termin|buchung|kurs|uhrzeit)\b[\w\s]{0,25}\b(?:andern|verschieben|verlegen|wechseln)\b|"
    r"\b(?:kann|konnte|darf) ich\b[\w\s]{0,25}\b(?:spater|fruher|eher)\b[\w\s]{0,10}\bkommen\b",
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "amounts": {r"\bhalbe\b": "30", r"\bzwei\b": "120", r"\bdrei\b": "180"},
    "minute": {r"\bmin": "1"},
    "times_of_day": {
        r"\b(?:vormittags?|morgens|am (?:morgen|vormittag))\b": "morning",
        r"\bnachmittags?\b": "afternoon",
        r"\b(?:abends?|nachts)\b": "evening",
        r"\bmittags?\b": "lunch",
    },
    "days": {
        r"\bmontags?\b": "monday",
        r"\bdienstags?\b": "tuesday",
        r"\bmittwochs?\b": "wednesday",
        r"\bdonnerstags?\b": "thursday",
        r"\bfreitags?\b": "friday",
        r"\b(?:samstags?|sonnabends?)\b": "saturday",
        r"\bsonntags?\b": "sunday",
        r"\bwochenenden?\b": "weekend",
    },
    "languages": {
        r"\benglisch\b": "en",
        r"\bspanisch\b": "es",
        r"\bportugiesisch\b": "pt",
        r"\bfranzosisch\b": "fr",
        r"\bdeutsch\b": "de",
        r"\bitalienisch\b": "it",
    },
    "pay_with": {
        r"\bgutschein(?:karte)?\b": "gift_card",
        r"\b(?:meiner?|der) (?:\w*er)?-?karte abrechnen\b|\b(?:zehner|\d+er[- ]?)karte\b|\babo\b": "pass",
        r"\b(?:mit|per) (?:kredit)?karte\b": "card",
        r"\b(?:bar|in bar)\b": "cash",
        r"\bvor ort\b": "at_business",
    },
}
