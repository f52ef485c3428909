"""Which English phrases show what a customer wants? Regular expressions on lower-cased text, by intent.

The order is the order of strength: a message that asks to cancel and says thanks is a cancellation.
"""

from __future__ import annotations

_BOOKING = r"(?:bookings?|reservations?|appointments?|class(?:es)?|sessions?|slots?|spots?|table|lessons?|visits?)"
_PERSON = (
    r"(?:human|person|people|agent|representative|rep|operator|receptionist|manager|staff member|real one|someone|"
    r"somebody|owner|advisor|assistant|customer service|front desk|reception)"
)
_STAFF = (
    r"(?:teacher|instructor|trainer|coach|stylist|hairdresser|barber|therapist|masseu(?:se|r)|dentist|doctor|"
    r"practitioner|beautician|physio\w*|tutor|guide|staff|team)s?"
)
_CANT = r"(?:can'?t|cannot|can not|won'?t|will not|not able to|unable to|not gonna|not going to|am not|i'?m not)"

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        rf"\b(?:speak|talk|chat|connect(?: me)?|transfer(?: me)?|pass(?: me)?|put me(?: through)?)\b[\w\s']{{0,25}}?"
        rf"\b(?:to|with)\b[\w\s']{{0,20}}?\b{_PERSON}\b",
        rf"\b(?:real|actual|live) {_PERSON}\b",
        r"\b(?:human|live agent|customer service|representative)\b(?! resources)(?=[\s\w]*(?:please|pls|$))",
        r"\b(?:get|give|want|need) (?:me )?(?:a |an |the )?(?:human|operator|representative|agent|manager)\b",
        r"\bcan (?:someone|somebody|a human|a person) (?:call|help|ring|phone|contact)\b",
    ),
    "waitlist": (
        r"\bwait(?:ing)?[ -]?list\b",
        r"\b(?:let me know|tell me|notify me|message me|ping me|text me|alert me)\b.*\b(?:opens?|frees?|free|available|"
        r"cancels?|drops? out|spot|place|space)\b",
        r"\bif (?:a|any|some)(?:one|body)? ?(?:spot|place|space|seat|slot)? ?(?:opens|frees|comes|cancels|drops)\b",
    ),
    "reschedule": (
        r"\b(?:re-?schedul\w+|re-?book(?:ing)?|postpon\w+|re-?arrang\w+)\b",
        rf"\b(?:move|moved|moving|change|changing|shift|push|switch|swap|amend|adjust|alter|modify|update|edit)\b(?! my mind)"
        rf"[\w\s',]{{0,40}}?\b(?:{_BOOKING}|time|date|day|it|that|this|mine|one)\b",
        r"\b(?:move|push|bring|shift) (?:it|that|this|me|us|my \w+)\b",
        rf"\b(?:change|changes|amendments?|modif\w+)\b.*\b{_BOOKING}\b",
        rf"\b{_BOOKING}\b.*\b(?:changed|moved|amend(?:ed|ments?)?|modified|rescheduled|to earlier|to later)\b",
        r"\b(?:different|another|other|new|later|earlier|better) (?:time|date|day)\b.*\binstead\b",
        r"\bcan i come (?:later|earlier|another)\b",
    ),
    "cancel": (
        r"(?<!don't )(?<!dont )(?<!not )(?<!n't )(?<!without )\bcancel(?:l?ed|l?ing|lation|l?ations)?\b(?! (?:fee|polic|charge))",
        rf"\b{_CANT}\b[\w\s']{{0,15}}?\b(?:make it|come|attend|be there|be coming|join|coming)\b",
        rf"\b(?:don'?t|do not|no longer|not) (?:actually |really )?(?:need|want)\b[\w\s']{{0,20}}\b{_BOOKING}\b",
        rf"\b(?:drop|remove|delete|scrap|undo|withdraw|get rid of|call off)\b[\w\s']{{0,25}}\b{_BOOKING}\b",
        r"\b(?:don'?t|do not) (?:want|need) it any ?more\b",
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
        rf"\b(?:what|which|when|where|what time|how many)\b(?:'s| is| are| was|s)?\b[\w\s]{{0,20}}\bmy (?:next |upcoming )?"
        rf"[\w\s]{{0,15}}?\b(?:{_BOOKING}|meeting|schedule)\b",
        rf"\b(?:show|list|see|view|check|confirm|verify|find|tell me|look up|look at|double check|read|pull up)\b"
        rf"[\w\s']{{0,25}}\bmy (?:[\w]+ ){{0,2}}?(?:{_BOOKING}|calendar|schedule|receipts?)\b",
        r"\b(?:what|which)\b[\w\s]{0,15}\b(?:have i|did i|i have|i'?ve|do i have|am i)\b[\w\s]{0,8}(?:booked|reserved|coming up|signed up)?",
        r"\b(?:do|did|have) i\b[\w\s]{0,12}\b(?:have|get|got|booked?|reserved?)\b.*\b(?:booked|booking|reservation|appointment|class|coming up|today|tomorrow)\b",
        rf"\bi (?:already )?(?:have|had|'ve|made|booked|reserved)\b(?: got)?(?: a| an| my| the)?[\w\s]{{0,15}}\b(?:booking|reservation|appointment|booked|reserved)\b",
        r"\bi(?:'ve| have) (?:already )?(?:booked|reserved)\b",
        rf"\b(?:is|are) my (?:[\w]+ )?{_BOOKING}\b",
        rf"^my (?:upcoming |next )?{_BOOKING}\W*$",
        r"\bam i (?:booked|signed up|registered|on the list)\b",
    ),
    "staff_info": (
        r"\bwho(?:'s| is| are|s)?\b[\w\s']{0,12}\b(?:teach\w*|instruct\w*|lead\w*|running|runs?|work\w*|cut\w*|coach\w*|giv\w+|"
        r"available|on shift|doing|does|free|there)\b",
        rf"\b(?:who(?:'s| is| are)|which|what|tell me about|about|meet)\b[\w\s']{{0,15}}\b(?:the |your |our )?{_STAFF}\b",
        rf"\b(?:list|show)(?: me)?\b[\w\s]{{0,10}}\b{_STAFF}\b",
        r"\b(?:is|are|does|when does|when is|what days does) (?!the |it |that |this |there |your |anyone |anybody )"
        r"[a-z]+ (?:work(?:ing)?|teach(?:ing)?|available|free|on (?:holiday|vacation)|in (?:today|tomorrow|on))\b",
        rf"\byour (?:best |new )?{_STAFF}\b",
    ),
    "business_info": (
        r"\b(?:opening|business|working|office|visiting) (?:hours|times)\b|\b(?:hours|timings)\b\?",
        r"\b(?:what|when|which)\b[\w\s']{0,20}\b(?:open|close|closing|opening|start|begin)\w*\b",
        r"\b(?:are|is) (?:you|it|the \w+|\w+)(?: guys)? (?:open|closed)\b|\bdo you (?:open|close)\b",
        r"\bwhere\b[\w\s']{0,15}\b(?:you|studio|salon|located|location|place|clinic|it|park|gym|restaurant|pool)\b",
        r"\b(?:your |the )(?:address|location|phone|telephone|number|email|website|site|directions)\b|^(?:address|location|directions)\b",
        r"\bhow (?:do|can) i (?:get|find|reach)\b|\bdirections? to\b",
        r"\b(?:parking|car park|wi-?fi|showers?|lockers?|changing rooms?|towels?|mats?|wheelchair|disabled|accessib\w+|elevator|lift)\b",
        r"\b(?:do|does|can) (?:you|they|\w+) (?:take|accept|allow|offer|provide|sell)\b",
        r"\bpolic(?:y|ies)\b|\brefunds?\b|\bwhat (?:should|do) i (?:bring|wear|need)\b|\bpets?\b|\bmy dog\b",
        r"\bhow (?:busy|long in advance|long(?:'s| is| does| are| will))\b|\bhow (?:much|far) in advance\b",
        r"\b(?:check[ -]?in|check[ -]?out)\b",
        r"\bbusiest\b|\bwhat do you (?:do|offer|have)\b\W*$",
    ),
    "book": (
        r"\b(?:book|reserve|sign (?:me|us) up|schedule|register|enrol+|put (?:me|us) (?:down|in)|pencil (?:me|us) in)\b(?!ed|ing is)",
        r"\b(?:booking|reserving|scheduling)\b(?= (?:a|an|for|the|one|it|me))",
        rf"\b(?:make|get|have|want|need|like|set up|arrange|set|fix|take|grab|do)\b[\w\s',]{{0,25}}\b(?:a |an |the |another |one |my )?"
        rf"(?:\w+ )?(?:booking|reservation|appointment|spot|slot|session|class|table|lesson|ticket|seat|place|treatment)s?\b",
        r"\b(?:count me in|add me|save me a|i'?ll take|i will take|i'?d like to (?:come|join|attend|go|see|visit|have))\b",
        r"\b(?:i|we)(?:'d| would)? ?(?:want|wanna|need|like|love|fancy|'m looking for|am looking for)\b(?! to (?:know|ask|talk|speak|see if|check))",
        r"\b(?:can|could|may) (?:i|we|you) (?:come|join|attend|get|have|do|fit|squeeze)\b",
    ),
    "find": (
        r"\b(?:do|did|does) (?:you|u|they)(?: guys)? (?:have|got|offer|do|run)\b",
        r"\b(?:is|are|was) there\b|\bany(?:thing)?\b[\w\s]{0,25}\b(?:available|availability|free|open|left|openings?|slots?|spots?|on|going)\b",
        r"\b(?:what|which)\b[\w\s']{0,20}\b(?:class(?:es)?|sessions?|times?|slots?|appointments?|availability|available|on|options|services|treatments)\b",
        r"\b(?:show|list|see|find|search|look(?:ing)? (?:for|up)|check|tell me)\b[\w\s']{0,20}\b(?:class(?:es)?|sessions?|times?|slots?|"
        r"schedule|timetable|availab\w+|openings?|options|appointments?|something|anything|what)\b",
        r"\b(?:timetable|schedule|availability|what'?s on|what is on|available|openings?)\b",
        r"\b(?:when|what time)(?:'s| is| are| does| do| can)\b",
        r"\bwhat(?:'s| is| are| do you have| have you got)\b[\w\s]{0,15}\b(?:today|tomorrow|tonight|week|weekend|\w+day)\b",
        r"\b(?:find|recommend|suggest|search|look for|show me)\b",
        r"\bhow about\b|\bwhat about\b",
    ),
}

AFFIRM = (
    r"(?:^|[.!,;]\s*|\bok(?:ay)?,? |\boh,? )(?:yes|yess+|yeah|yea|yep|yup|yah|ya|sure|ok|okay|okey|okie|k|kk|absolutely|definitely|certainly|indeed|"
    r"correct|right|affirmative|of course|exactly|perfect|great(?! (?:talk|chat))|cool|fine|alright|sounds? (?:good|great|fine|perfect|like a plan)|"
    r"go ahead|please do|do it|confirm(?:ed)?|agreed?|deal|works|lovely|awesome|brilliant|good(?! (?:morning|afternoon|evening|night|day|bye|talking|speaking|chatting))|true|totally|for sure|by all means|why not|let'?s do (?:it|that|this))\b",
    r"\b(?:that|this|it)(?:'s| is| was| sounds| works| would be| will be| does| all)? ?(?:is |looks |sounds )?(?:fine|good|great|perfect|correct|right|ok|okay|works?|true|it|accurate|ideal|lovely)\b",
    r"\b(?:works|good|fine|perfect|okay|ok) (?:for|with|by) me\b|\bi(?:'m| am) (?:ok|okay|fine|good|happy) with\b|\bi (?:agree|accept|do|confirm)\b|\b(?:please|just) (?:do|go ahead|confirm)\b|\bmy answer is yes\b|\b(?:question|answer)\b.*\byes\b|👍|✅|👌",
)

DENY = (
    r"(?:^|[.!,;]\s*|\boh,? |\bactually,? |\bum+,? )(?:no(?! (?:problem|worries|prob|matter|doubt|idea|preference))|nope|nah|naw|nop|never|negative|wrong|incorrect|no way|not really|no thanks|nein|n|not (?:that|this|it|quite|right|now|yet|at all|today))\b",
    r"\b(?:that|this|it)(?:'s|s| is|)? ?(?:isn'?t|is not|not|ain'?t|wrong|incorrect|false|untrue)\b(?: (?:right|it|correct|true|what))?",
    r"\bi (?:don'?t|do not) (?:think so|want (?:that|it|to|this)|agree)\b|\b(?:don'?t|do not) (?:do (?:it|that)|book|cancel|confirm|want)\b|\bi'?d rather not\b|\bno,? thank|\bfalse\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (
        r"\b(?:thanks?|thank you|thankyou|thx|tks|ty|tysm|cheers|much appreciated|appreciated?|appeciate|grateful|obliged)\b|🙏",
    ),
    "bye": (
        r"\b(?:bye|goodbye|good ?bye|bye-bye|see (?:you|ya|u)|cya|^laters?[!.]*$|farewell|take care|have a (?:good|nice|great|lovely)|"
        r"good ?night|ciao|talk (?:to you )?(?:later|soon)|that(?:'s|s| is| will be|'ll be) (?:all|everything|it for)|so long|"
        r"nice (?:talking|chatting|speaking)|good (?:talking|chatting|speaking)|great (?:talk|chat)|(?:don'?t|do not) need anything)\b",
    ),
    "greet": (
        r"^\W*(?:hi+|hello+|hey+|hiya|howdy|yo|hullo|greetings|good (?:morning|afternoon|evening|day)|morning|sup|what'?s up|hola)\b",
        r"\bhow(?:'s| is| are|re)? (?:you|it|things|everything|u|ya|the ai)\b(?! (?:open|work|do|have))|\bhow'?s your day\b|\bwhat'?s up\b|\bnice to meet\b|\bhow you(?:'re| are)? (?:doing|feeling)\b",
    ),
    "help": (
        r"^\W*(?:help|menu|options|start|info|commands)\W*$|\b(?:can|could) you help\b|\bhelp me\b|\bi need help\b|\bhelp please\b",
        r"\bwhat (?:can|could) (?:you|i|u)\b|\bhow does (?:this|it) work\b|\bwhat (?:things|sorts?|kinds?|types?|subjects|tasks|topics|questions)\b.*\b(?:you|ask|help)\b|\bwhat are you (?:able|capable)\b",
    ),
}
