"""Which English phrases show what a customer wants? Regular expressions on lower-cased text, by intent.

The order is the order of strength: a message that asks to cancel and says thanks is a cancellation.
"""

from __future__ import annotations

_BOOKING = (
    r"(?:bookings?|reservations?|appointments?|class(?:es)?|sessions?|slots?|spots?|table|lessons?|visits?)"
)
_PERSON = (
    r"(?:human|person|people|agent|representative|rep|operator|receptionist|manager|staff member|real one|someone|"
    r"somebody|owner|advisor|assistant|customer service|front desk|reception)"
)
_STAFF = (
    r"(?:teacher|instructor|trainer|coach|stylist|hairdresser|barber|therapist|masseu(?:se|r)|dentist|doctor|"
    r"practitioner|beautician|physio\w*|tutor|guide|staff|team)s?"
)
_CANT = (
    r"(?:can'?t|cannot|can not|won'?t|will not|not able to|unable to|not gonna|not going to|am not|i'?m not)"
)

UNLESS: dict[str, str] = {
    "cancel": r"\bhow (?:much|late|long|early)\b[^.!?]*\bcancel|"
    r"\b(?:any|got|had|get|there (?:is|are|been)|in case of) (?:a |an |any |some |new |last[- ]minute )*cancell?ations?\b",
}

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        rf"\b(?:speak|talk|chat|connect(?: me)?|transfer(?: me)?|pass(?: me)?|put me(?: through)?)\b[\w\s']{{0,25}}?"
        rf"\b(?:to|with)\b[\w\s']{{0,20}}?\b{_PERSON}\b",
        rf"^(?!.*\b(?:are|am|is|do|like)\b.*\breal\b).*\b(?:real|actual|live) {_PERSON}\b",
        r"^\W*(?:(?:a|an|the)\s)?(?:human|live agent|customer service|representative|"
        r"operator)\b[\w\s]*(?:please|pls)?\W*$",
        r"\b(?:get|give|want|need) (?:me )?(?:a |an |the )?(?:human|operator|representative|agent|manager)\b",
        r"\bcan (?:someone|somebody|a human|a person) (?:call|help|ring|phone|contact)\b",
    ),
    "waitlist": (
        r"\bwait(?:ing)?[ -]?list\b",
        r"\b(?:let me know|tell me|notify me|message me|ping me|text me|alert me)\b.*\b(?:when|"
        r"if)\b.*\b(?:opens?|frees?|"
        r"comes? up|becomes?|gets? free|cancels?|drops? out)\b",
        r"\bif (?:a|any|some)(?:one|body)? ?(?:spot|place|space|seat|slot)? ?(?:opens|frees|comes|cancels|drops)\b",
    ),
    "reschedule": (
        r"\b(?:re-?schedul\w+|re-?book(?:ing)?|postpon\w+|re-?arrang\w+)\b",
        rf"\b(?:move|moved|moving|(?<!oil )change|changing|shift|push|switch|swap|amend|adjust|alter|"
        rf"modify|update|edit)\b(?! my mind)"
        rf"[\w\s',]{{0,40}}?\b(?:{_BOOKING}|time|date|day|it|that|this|mine|one)\b",
        r"\b(?:move|push|bring|shift) (?:it|that|this|me|us|my \w+)\b",
        rf"\b(?:(?<!oil )change|changes|amendments?|modif\w+)\b.*\b{_BOOKING}\b",
        r"\b(?:need|want|like|have|wish|going) to (?:change|move|modify|amend|alter|shift|switch|adjust)\b",
        rf"\b{_BOOKING}\b.*\b(?:(?<!oil )changed|moved|amend(?:ed|ments?)?|modified|rescheduled|"
        rf"to earlier|to later)\b",
        r"\b(?:different|another|other|new|later|earlier|better) (?:time|date|day)\b.*\binstead\b",
        r"\bcan i come (?:later|earlier|another)\b",
    ),
    "cancel": (
        r"(?<!don't want to )(?<!dont want to )(?<!not want to )(?<!don't )(?<!dont )(?<!not )"
        r"(?<!n't )(?<!without )\bcancel(?:l?ed|l?ing|lation|"
        r"l?ations)?\b(?! (?:fee|polic|charge|for free|without))",
        rf"\b{_CANT}\b[\w\s']{{0,15}}?\b(?:make it|come|attend|be there|be coming|join|coming)\b",
        rf"\b(?:don'?t|do not|no longer|not) (?:actually |really )?(?:need|want)\b[\w\s']{{0,20}}\b{_BOOKING}\b",
        rf"\b(?:drop|remove|delete|scrap|undo|withdraw|get rid of|call off)\b[\w\s']{{0,25}}\b{_BOOKING}\b",
        r"\b(?:don'?t|do not) (?:want|need) it any ?more\b",
        rf"\b{_BOOKING}\b.*\b(?:no longer|not|isn'?t)\b[\w\s]{{0,12}}\b(?:needed|necessary|required)\b",
        rf"\b(?:nix|trash|unreserve|un-?book|kill|release|close|free up)\b[\w\s']{{0,25}}\b{_BOOKING}\b",
        r"\b(?:abort|hush|never ?mind|stop (?:it|that|this|now|talking|please)|(?:quit|end|stop) (?:the|"
        r"this|your) (?:current |present )?(?:process|action|task))\b|^\W*(?:please )?stop\W*$",
        r"\bsomething (?:has )?(?:came|come) up\b",
        r"\b(?:forget|scrap|drop) (?:it|that|about it)\b",
    ),
    "price": (
        r"\bhow much\b(?! (?:time|notice|advance|longer|in advance))(?!.*\blast\b)",
        r"\b(?:price|prices|pricing|cost|costs|fee|fees|tariffs?|rates|charges?)\b",
        r"\b(?:expensive|cheap|discounts?|special offer|deals?)\b",
        r"\b(?:have|need) to pay\b",
        r"\bis (?:the |it |there )?[\w-]* ?(?:free to use|for free|free of charge)\b",
        r"\bis \w+ free\?",
    ),
    "my_bookings": (
        rf"\b(?:what|which|when|where|what time|how many)\b(?:'s| is| are| was|"
        rf"s)?\b[\w\s]{{0,20}}\bmy (?:next |upcoming )?"
        rf"[\w\s]{{0,15}}?\b(?:{_BOOKING}|meeting|schedule)\b",
        rf"\b(?:show|list|see|view|check|confirm|verify|find|tell me|look up|look at|double check|read|pull up)\b"
        rf"[\w\s']{{0,25}}\bmy (?:[\w]+ ){{0,2}}?(?:{_BOOKING}|calendar|schedule|receipts?)\b",
        r"\b(?:what|which)\b[\w\s]{0,15}\b(?:have i|did i|i have|i'?ve|do i have|"
        r"am i)\b[\w\s]{0,8}(?:booked|reserved|coming up|signed up)?",
        r"\b(?:do|did|have) i\b[\w\s]{0,12}\b(?:have|get|got|booked?|reserved?)\b.*\b(?:booked|booking|"
        r"reservation|appointment|class|coming up|today|tomorrow)\b",
        r"\bi (?:already )?(?:have|had|'ve|made|booked|reserved)\b(?: got)?(?: a| an| my|"
        r" the)?[\w\s]{0,15}\b(?:booking|reservation|appointment|booked|reserved)\b",
        r"\bi(?:'ve| have) (?:already )?(?:booked|reserved)\b",
        rf"\b(?:is|are|has|have|was|if) my (?:[\w]+ ){{0,3}}?{_BOOKING}\b",
        rf"\b(?:confirm|verify|check|see)(?:ing)?\b[\w\s']{{0,30}}\b(?:i have|my|there is|have a|"
        rf"am booked)\b.*\b{_BOOKING}\b",
        r"\b(?:do|if) i still have\b|\bon my (?:calendar|schedule)\b|\bdo i have (?:anything|something|any)\b",
        rf"^my (?:upcoming |next )?{_BOOKING}\W*$",
        r"\bam i (?:booked|signed up|registered|on the list)\b",
    ),
    "staff_info": (
        r"\bwho(?:'s| is| are|s)?\b[\w\s']{0,12}\b(?:teach\w*|instruct\w*|lead\w*|running|runs?|work\w*|"
        r"cut\w*|coach\w*|giv\w+|"
        r"available|on shift|doing|does|free|there)\b",
        rf"\b(?:who(?:'s| is| are)|which|what|tell me about|about|meet)\b[\w\s']{{0,15}}\b(?:the |your |"
        rf"our )?{_STAFF}\b",
        rf"\b(?:list|show)(?: me)?\b[\w\s]{{0,10}}\b{_STAFF}\b",
        r"\b(?:is|are|does|when does|when is|what days does) (?!not |the |it |that |this |there |your |anyone |anybody )"
        r"[a-z]+ (?:work(?:ing)?|teach(?:ing)?|available|free|on (?:holiday|vacation)|in (?:today|tomorrow|on))\b",
        rf"\byour (?:best |new )?{_STAFF}\b",
    ),
    "business_info": (
        r"\b(?:opening|business|working|office|visiting) (?:hours|times)\b|\b(?:hours|timings)\b\?",
        r"\b(?:what|when|which)\b[\w\s']{0,20}\b(?:open|close|closing|opening|start|begin)\w*\b",
        r"\b(?:are|is) (?:you|it|the \w+|\w+)(?: guys)? (?:open|closed)\b|\bdo you (?:open|close)\b",
        r"\bwhere\b[\w\s']{0,15}\b(?:you|studio|salon|located|location|place|clinic|it|park|gym|restaurant|pool)\b",
        r"\b(?:your |the )(?:address|location|phone|telephone|number|email|website|site|directions)\b|"
        r"^(?:address|location|directions)\b",
        r"\bhow (?:do|can) i (?:get|find|reach)\b|\bdirections? to\b",
        r"\b(?:parking|car park|wi-?fi|showers?|lockers?|changing rooms?|towels?|mats?|wheelchair|"
        r"disabled|accessib\w+|elevator|lift)\b",
        r"\b(?:do|does|can) (?:you|they|\w+) (?:take|accept|allow|offer|provide|sell)\b",
        r"\bpolic(?:y|ies)\b|\brefunds?\b|\bwhat (?:should|do) i (?:bring|wear|need)\b|\bpets?\b|\bmy dog\b",
        r"\bhow (?:busy|long in advance|long(?:'s| is| does| are| will))\b|\bhow (?:much|far) in advance\b",
        r"\b(?:check[ -]?in|check[ -]?out)\b|\bhow (?:late|early) can i cancel\b|\bcancel (?:for free|without)\b",
        r"\b(?:busy|busiest|crowded|packed|queue|wait(?:ing)? times?|long (?:a |of a )?wait)\b",
        r"\b(?:take|takes|accept|accepts|allow|allows|require|requires|do|does|need|needs|let|allowed|"
        r"taking|accepting)\b[\w\s']{0,20}\b(?:reservations|bookings|walk-?ins)\b(?! for)|"
        r"\b(?:reservations|bookings|walk-?ins) (?:allowed|needed|required|necessary|accepted)\b|"
        r"\bwhat do you (?:do|offer|have)\b\W*$",
    ),
    "book": (
        r"\b(?:book|reserve|sign (?:me|us) up|schedule|register|enrol+|put (?:me|us) (?:down|in)|"
        r"pencil (?:me|us) in)\b(?!ed|ing is)",
        r"\b(?:booking|reserving|scheduling)\b(?= (?:a|an|for|the|one|it|me))",
        r"\b(?:make|get|have|want|need|like|set up|arrange|set|fix|take|grab|do)\b[\w\s',]{0,25}\b(?:a |"
        r"an |the |another |one |my )?"
        r"(?:\w+ )?(?:booking|reservation|appointment|spot|slot|session|class|table|lesson|ticket|seat|"
        r"place|treatment)s?\b",
        r"\b(?:count me in|add me|save me a|i'?ll take|i will take|i'?d like to (?:come|join|attend|go|"
        r"see|visit|have))\b",
        r"\b(?:can|could|may) (?:i|we|you) (?:come|join|attend|fit|squeeze)\b",
    ),
    "find": (
        r"\b(?:do|did|does) (?:you|u|they)(?: guys)? (?:have|got|offer|do|run)\b",
        r"\b(?:is|are|was) there\b|\bany(?:thing)?\b[\w\s]{0,25}\b(?:available|availability|free|open|"
        r"left|openings?|slots?|spots?|on|going)\b",
        r"\b(?:what|which)\b[\w\s']{0,20}\b(?:class(?:es)?|sessions?|times?|slots?|appointments?|"
        r"availability|available|on|options|services|treatments)\b",
        r"\b(?:show|list|see|find|search|look(?:ing)? (?:for|up)|check|"
        r"tell me)\b[\w\s']{0,20}\b(?:class(?:es)?|sessions?|times?|slots?|"
        r"schedule|timetable|availab\w+|openings?|options|appointments?|something|anything|what)\b",
        r"\b(?:timetable|schedule|availability|what'?s on|what is on|available|openings?)\b",
        r"\b(?:when|what time)(?:'s| is| are| does| do| can)\b",
        r"\bwhat(?:'s| is| are| do you have| have you got)\b[\w\s]{0,15}\b(?:today|tomorrow|tonight|week|"
        r"weekend|\w+day)\b",
        r"\bhow about\b|\bwhat about\b",
    ),
}

# Too weak alone ("I need to know …"): they count when the message also names a service or a time.
WEAK: dict[str, tuple[str, ...]] = {
    "book": (
        r"\b(?:i|we)(?:'d| would)? ?(?:really )?(?:want|wanna|need|like|love|fancy|'m looking for|am looking for)\b"
        r"(?! to (?:know|ask|talk|speak|see if|check))",
        r"\b(?:can|could|may) (?:i|we|you) (?:get|have|do)\b",
    ),
    "find": (r"\b(?:find|recommend|suggest|search|look(?:ing)? for|show me)\b",),
}

_VERY = r"(?:(?:very|pretty|really|so|quite|just|all|absolutely|super) )?"
_FINE = (
    r"(?:fine|good|great|perfect|correct|right|ok|okay|nice|cool|lovely|excellent|wonderful|amazing|awesome|ideal|"
    r"brilliant|fantastic)"
)

AFFIRM = (
    r"^\W*y\W*$",
    rf"(?<!n't )(?<!not )\bsounds? {_VERY}{_FINE}\b",
    r"\b(?:will|would|should) work(?: (?:very |really )?(?:well|great|fine|nicely|perfectly))?(?: for (?:me|"
    r"us))?\W*$",
    rf"\b(?:that|this|it)(?:'s| is| was| looks| will be| would be) {_VERY}(?:{_FINE}|confirmed)\b"
    r"(?! (?:to|time|day|class|idea|talking|chatting|speaking|seeing|meeting)\b)",
    r"(?:^|[.!,;]\s*|\bok(?:ay)?,? |\boh,? )(?:yes|yess+|yeah|yea|yep|yup|yah|ya|sure|ok|okay|okey|okie|"
    r"k|kk|absolutely|definitely|certainly|indeed|"
    r"correct|right|affirmative|of course|exactly|perfect|great(?! (?:talk|chat))|cool|fine|alright|"
    r"sounds? (?:good|great|fine|perfect|like a plan)|"
    r"go ahead|please do|do it|confirm(?:ed)?|agreed?|deal|works|lovely|awesome|brilliant|nice(?! (?:to|talking|"
    r"chatting|day|speaking|meeting|seeing))|excellent|wonderful|"
    r"good(?! (?:seeing|to see|morning|afternoon|evening|night|day|bye|talking|speaking|chatting))|true|"
    r"totally|for sure|by all means|no problem|no worries|why not|let'?s do (?:it|that|this))\b",
    r"\b(?:that|this|it)(?:'s| is| was| sounds| works| would be| will be| does| all)? ?(?:is |looks |"
    r"sounds )?(?:fine|good|great|perfect|correct|right|ok|okay|works?|true|it|accurate|ideal|lovely)\b",
    r"\b(?:works|good|fine|perfect|okay|ok) (?:for|with|by) me\b|\bi(?:'m| am) (?:ok|okay|fine|good|"
    r"happy) with\b|\bi (?:agree|accept|do|confirm)\b|\b(?:please|just) (?:do|go ahead|confirm)\b|"
    r"\bu+h[- ]?hu+h\b|\byou got it\b|\byes\b|\baffirmative\b|\bseems? (?:true|right|good|correct)\b|"
    r"\bi confirm\b|\b(?:question|answer)\b.*\byes\b|👍|✅|👌",
)

DENY = (
    r"\b(?:won'?t|will not|doesn'?t|does not|don'?t) (?:work|suit|sound (?:good|right|great))\b",
    r"(?:^|[.!,;]\s*|\boh,? |\bactually,? |\bum+,? )(?:no(?! (?:problem|worries|prob|matter|doubt|idea|"
    r"preference))|nope|nah|naw|nop|never|negative|wrong|incorrect|no way|not really|no thanks|nein|n|"
    r"not (?:that|this|it|quite|right|now|yet|at all|today))\b",
    r"\b(?:that|this|it)(?:'s|s| is|)? ?(?:isn'?t|is not|not|ain'?t|wrong|incorrect|false|"
    r"untrue)\b(?: (?:right|it|correct|true|what))?",
    r"\bi (?:don'?t|do not) (?:think so|want (?:that|it|to|this)|agree)\b|\b(?:don'?t|"
    r"do not) (?:do (?:it|that)|book|cancel|confirm|want)\b|\bi'?d rather not\b|\bno,? thank|\bfalse\b|"
    r"\bnegatory\b|\bnay\b|\b(?:say|be a|is|vote|hell|heck|oh) no\b|\b(?:definitely|absolutely|certainly|"
    r"of course|probably|rather) not\b|\b(?:wrong|incorrect)\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (
        r"\b(?:thanks?|thank you|thankyou|thx|tks|gracias|merci|danke|ty|tysm|cheers|much appreciated|"
        r"appreciated?|appeciate|grateful|obliged)\b|🙏",
    ),
    "bye": (
        r"\b(?:bye|goodbye|good ?bye|bye-bye|see (?:you|ya|u)|cya|^laters?[!.]*$|farewell|take care|"
        r"have a (?:good|nice|great|lovely)|"
        r"good ?night|ciao|talk (?:to you )?(?:later|soon)|that(?:'s|s| is| will be|'ll be) (?:all|"
        r"everything|it for)|so long|"
        r"take it easy|later gat\w+|got(?:ta| to) go|"
        r"(?:nice|good|great|lovely|cool|awesome|wonderful|glad|enjoyed|pleasure)\b[\w\s]{0,16}\b(?:chat|"
        r"chatting|talk|talking|talked|speak|speaking|conversation|seeing you|see you)|"
        r"(?:don'?t|do not) need anything)\b",
    ),
    "greet": (
        r"^\W*(?:hi+|hello+|hey+|hiya|howdy|yo|hullo|greetings|good (?:morning|afternoon|evening|day)|"
        r"morning|sup|what'?s up|hola)\b",
        r"\bhow(?:'s| is| are|re)? (?:you|it|things|everything|u|ya|the ai)\b(?! (?:open|work|do|"
        r"have)\b)|\bare (?:you|things|u)\b(?: doing| feeling| going)?(?: ok| okay| well| good| alright|"
        r" fine)\b|\bwhat'?s (?:happening|new|going on)\b|\bhow'?s your day\b|\bwhat'?s up\b|"
        r"\bnice to meet\b|\bhow you(?:'re| are)? (?:doing|feeling)\b",
    ),
    "help": (
        r"^\W*(?:help|menu|options|start|info|commands)\W*$|\b(?:can|could) you help\b|"
        r"\bhelp me(?: please| out)?\W*$|\bi need help\b|\bhelp please\b",
        r"\bwhat (?:can|could) (?:you|i|u)\b|\bhow does (?:this|it) work\b|\bwhat (?:things|sorts?|"
        r"kinds?|types?|subjects|tasks|topics|questions)\b.*\b(?:you|ask|help)\b|\bwhat are you (?:able|capable)\b",
    ),
}
