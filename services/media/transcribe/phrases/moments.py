"""When do people want to come? Days, clock times, dates. Templates; `phrases/__init__.py` says how to read them."""

RULES: dict[str, str] = {
    "when": """
        10: <day> [<at time>]
        8: <day> <at time>
        4: on <day> [<at time>]
        4: on <day> <at time>
        3: <at time>
        2: <at time> <day>
        <at time> on <day>
        3: <day> <part of day>
        2: on <day> <part of day>
        2: for <day> [<at time>]
        for <day> <part of day>
        3: this <part of day>
        in the <part of day>
        <day> in the <part of day>
        2: <week>
        in <number> <span>
        on <date> [<at time>]
        on <day> <date>
        as soon as possible
        any time <day>
        any time
        sometime <week>
        between <clock> and <clock>
    """,
    "day": """
        10: tomorrow | 5: today | 3: tonight | 2: tomorrow night | the day after tomorrow
        12: <weekday> | 3: next <weekday> | 3: this <weekday> | the <ordinal> | <date> | the weekend
        christmas | new year's day | easter
    """,
    "weekday": """
        monday | tuesday | wednesday | thursday | friday | saturday | sunday
    """,
    "part of day": """
        3: morning | 3: afternoon | 4: evening | lunchtime | night
    """,
    "week": """
        3: next week | 2: this week | this weekend | next weekend | next month | this month
        on the weekend | in a week | in two weeks
    """,
    "span": """
        days | weeks | hours | minutes
    """,
    "at time": """
        14: at <clock>
        2: after <clock>
        2: before <clock>
        around <clock>
        about <clock>
        from <clock>
        by <clock>
        at <clock> in the <part of day>
        after work
        after lunch
    """,
    "clock": """
        12: <hour> p.m. | 7: <hour> a.m. | 4: <hour> o'clock | 7: <hour> | 5: <hour> <minutes> p.m.
        3: <hour> <minutes> a.m. | 3: <hour> <minutes> | 3: half past <hour> | 2: quarter past <hour>
        2: quarter to <hour> | a quarter past <hour> | a quarter to <hour> | ten past <hour>
        ten to <hour> | twenty past <hour> | twenty to <hour> | five past <hour> | five to <hour>
        2: noon | midday | midnight | <evening hour> hundred
    """,
    "hour": """
        one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve
    """,
    "evening hour": """
        thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen | twenty
    """,
    "minutes": """
        5: thirty | 3: fifteen | 2: forty five | twenty | forty | ten | fifty | o five
    """,
    "number": """
        one | 4: two | 3: three | 2: four | five | six | seven | eight | nine | ten
    """,
    "date": """
        3: the <ordinal>
        4: the <ordinal> of <month>
        3: <month> <ordinal>
        <month> the <ordinal>
    """,
    "ordinal": """
        first | second | third | fourth | fifth | sixth | seventh | eighth | ninth | tenth | eleventh
        twelfth | thirteenth | fourteenth | fifteenth | sixteenth | seventeenth | eighteenth
        nineteenth | twentieth | twenty first | twenty second | twenty third | twenty fourth
        twenty fifth | twenty sixth | twenty seventh | twenty eighth | twenty ninth | thirtieth
        thirty first
    """,
    "month": """
        january | february | march | april | may | june | july | august | september | october | november
        december
    """,
}
