"""English phrases that tell the offline model what to do."""

from __future__ import annotations

from typing import Final

PATTERNS: Final[dict[str, str]] = {
    "was_better": r"\b(?:was|were|is|sounded|seemed|would be|looks?|suited me) (?:much |a bit |actually )?better\b|"
    r"\b(?:prefer(?:red)?|rather) the (?:first|previous|earlier) one\b|\bback to (?:the (?:first|previous|earlier)|\d)|"
    r"\bthe (?:first|previous|earlier) one after all\b",
    "same_again": r"\b(?:same|usual)\b[\w\s]{0,25}\b(?:last time|as before|as always|as usual|again)\b|\b(?:my|the) usual\b|"
    r"\b(?:book|rebook|do|get) (?:it|that|this|the same(?: one| thing| class)?) again\b|\b(?:as|like) last time\b|"
    r"\brepeat my (?:last )?booking\b|\brebook my (?:last|usual)\b",
    "cant_come": r"\b(?:can'?t|cannot|won'?t be able to|not able to|unable to) (?:come|make it|attend|"
    r"be there)\b",
    "clause": r"[.?!;\n]+|,? \b(?:and then|and also|and|also|then|plus)\b ",
    "book_it": r"\b(?:book|take|reserve|want|have) (?:it|that|this|them)(?: one)?\b|\bgo ahead\b|\bdo it\b|"
    r"\b(?:i'?ll|let me|i will|i can) (?:take|do|have) (?:it|that|this|the)\b",
    "too": r"\b(?:too|also|as well|another|again)\b|^\W*and\b",
    "opens": r"\b(?:do|are|will) (?:you|u)(?: guys)? (?:be )?open\b|\b(?:when|what time) (?:do|are|"
    r"will) (?:you|u)(?: be)? (?:open|close)",
    "instead": r"\binstead\b",
    "the_one": r"\bone\b|\bthat (?:works|time)\b",
    "beyond": r"\b(?:something|anything|a bit|a little|any)\b",
    "both": r"\b(?:both|all (?:of them|two|three)|all of those)\b",
    "refines": r"\b(?:instead|rather|what about|how about|but|actually|i meant?|i said|make (?:it|"
    r"that))\b|^\W*(?:and|or|no|not|nope)\b",
    "later": r"^\W*(?:(?:any|some)thing |a (?:bit|little) |no,? |is there |do you have )*(?:later|"
    r"after that)\b",
    "earlier": r"^\W*(?:(?:any|some)thing |a (?:bit|little) |no,? |is there |do you have )*(?:earlier|"
    r"sooner|before that)\b",
    "hours_later": r"\b(?:half an|an|one|a|two|three|\d{1,3})\s(?:hours?|minutes?|mins?) (?:later|after)\b",
    "hours_earlier": r"\b(?:half an|an|one|a|two|three|\d{1,3})\s(?:hours?|minutes?|mins?) (?:earlier|"
    r"sooner|before)\b",
    "any_other": r"\b(?:(?:an)?other|different) (?:time|day|date|class|one|slot|option)s?\b|\bsomething else\b",
    "never_mind": r"^\W*(?:oh |ok |no,? |actually,? )?(?:never ?mind|forget (?:it|about it|that)|"
    r"leave it)\b[^?]*$",
    "better_not": r"\b(?:wait,? no|no,? wait|(?:on )?second thoughts?|i(?:'ve| have)? changed? my mind|"
    r"better not)\b",
    "bare_cancel": r"^\W*(?:please |just )?cancel(?: that| it| this| please)?\W*$",
    "about": r"\b(?:who(?:'s| is| are)|tell me about|about)\b",
    "info_where": r"\b(?:where|address|location|located|find you|get there|directions?|parking|park)\b",
    "info_hours": r"\b(?:open(?:ing)?|close[sd]?|closing|hours)\b",
    "info_offers": r"\b(?:offer|services?|classes|treatments?|menu|kinds?|sorts?|types?|prices?|cost)\b",
    "info_phone": r"\b(?:phone|call|number|contact)\b",
    "info_packs": r"\b(?:packs?|passe?s|memberships?|member|gift (?:cards?|vouchers?)|bundles?|packages?|"
    r"subscriptions?)\b",
    "balance": r"\b(?:how many|what|any)\b.*\b(?:credits?|classes|sessions|left)\b.*\b(?:pass|pack|left|"
    r"membership)\b|"
    r"\bcredits? (?:left|remaining)\b|\bmy (?:balance|credits)\b|\bdo i owe\b",
    "recommend": r"\b(?:recommend\w*|suggest\w*|what (?:would|should|do) (?:you|i) (?:advise|take|try|book|do)|"
    r"what(?:'s| is) (?:good|best) for me|surprise me|any (?:ideas?|tips?|recommendations?|suggestions?))\b",
    "receipt": r"\b(?:receipt|invoice|bill)\b",
    "pay_link": r"\b(?:payment|pay) ?link\b|\blink (?:to pay|for (?:the )?pay\w*)\b|\b(?:how|"
    r"where) (?:can|do) i pay\b|"
    r"\b(?:send|resend)\b.*\b(?:payment|to pay)\b|\blost the link\b",
    "where_in_line": r"\b(?:what|which|my)\b[\w\s']*\b(?:place|position|number|spot)\b.*\b(?:queue|line|"
    r"wait(?:ing)? ?list)\b|"
    r"\bwhere am i\b.*\b(?:queue|line|list)\b|\bam i (?:still )?on the (?:wait(?:ing)? ?)?list\b|"
    r"\bmy position\b",
    "leave_list": r"\b(?:leave|off|remove|quit|cancel|out of|drop)\b[\w\s']*\b(?:(?:wait(?:ing)? ?)?list|"
    r"queue)\b|"
    r"\b(?:don'?t|do not|no longer)\b[\w\s']*\b(?:wait(?:ing)?|queue)\b(?: any ?more)?",
    "waitlist": r"\bwait(?:ing)?[ -]?list\b|\b(?:put|add) me (?:in|to|on) (?:the )?(?:queue|list)\b",
    "details": r"\b(?:tell me more|more (?:info\w*|details?)|what(?:'s| is) (?:it|that|"
    r"this)(?: class)?(?: like| about)?\?|"
    r"what (?:level|room)|is it (?:hard|easy|for beginners)|what (?:should|do) i (?:bring|wear)|details?)\b",
    "code": r"\b(?:code|voucher|coupon)(?: is|:)?\s+([a-z0-9][\w-]{2,31})\b",
    "prefer": r"\bi (?:always |usually |really )?(?:prefer|like|love)\b|\b(?:always|only|usually) (?:with|"
    r"in the|on)\b|"
    r"\bmy favou?rite\b|\bi(?:'m| am) an? (?:morning|evening) person\b",
    "forget": r"\bforget (?:what i (?:like|prefer|said)|my preferences?|that i)\b|\b(?:delete|remove|"
    r"clear) my preferences?\b",
    "call_me": r"\b(?:my name is|call me|i am called)\s+([a-z][\w'-]+(?:\s[a-z][\w'-]+)?)",
    "speak": r"\b(?:speak|write|talk|answer|reply)\b[\w\s]*\bin\b|\bcan we (?:speak|write)\b|\bspeak\b",
    "always": r"\b(?:always|usually|in general|generally)\b",
    "to_target": r"\b(?:to|until|till|for|instead of it)\b|->",
    "reschedule": r"\b(?:can|could|may) (?:i|we) (?:come|arrive|start|do it)\b[\w\s]*\b(?:later|earlier|"
    r"sooner)\b",
    "human": r"\b(?:a |real |actual )(?:human|person)\b",
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "amounts": {r"\bhalf\b": "30", r"\btwo\b": "120", r"\bthree\b": "180"},
    "minute": {r"\bmin": "1"},
    "times_of_day": {
        r"\bmornings?\b": "morning",
        r"\bafternoons?\b": "afternoon",
        r"\b(?:evenings?|nights?)\b": "evening",
        r"\blunch": "lunch",
    },
    "days": {
        r"\bmondays?\b": "monday",
        r"\btuesdays?\b": "tuesday",
        r"\bwednesdays?\b": "wednesday",
        r"\bthursdays?\b": "thursday",
        r"\bfridays?\b": "friday",
        r"\bsaturdays?\b": "saturday",
        r"\bsundays?\b": "sunday",
        r"\bweekends?\b": "weekend",
    },
    "languages": {
        r"\benglish\b": "en",
        r"\bspanish\b": "es",
        r"\bportuguese\b": "pt",
        r"\bfrench\b": "fr",
        r"\bgerman\b": "de",
        r"\bitalian\b": "it",
    },
    "pay_with": {
        r"\b(?:my|the|a) pass\b|\bcredits?\b": "pass",
        r"\bgift (?:card|voucher)\b": "gift_card",
        r"\b(?:pay|by|with)\b.*\bcard\b": "card",
        r"\b(?:pay|in) (?:in )?cash\b": "cash",
        r"\bpay (?:there|on site|at the (?:studio|desk|door))\b": "at_business",
    },
}
