"""How do people change, answer, greet and say who they are? Templates; `phrases/__init__.py` says how to read them."""

RULES: dict[str, str] = {
    "change": """
        4: cancel my <booked> [<when>]
        2: please cancel my <booked> [<when>]
        3: i want to cancel my <booked> [<when>]
        2: i need to cancel my <booked> [<when>]
        2: i'd like to cancel my <booked> [<when>]
        2: i would like to cancel [my <booked>]
        2: can you cancel my <booked> [<when>]
        2: can i cancel my <booked> [<when>]
        cancel it
        cancel that
        cancel everything
        2: can you move my <booked> to <day> [<at time>]
        2: can i move my <booked> to <day> [<at time>]
        2: move my <booked> to <day> [<at time>]
        can we move it to <clock>
        i want to change my <booked> to <day> [<at time>]
        2: i need to reschedule my <booked>
        2: can i reschedule my <booked> [to <day>]
        reschedule my <booked> to <day> [<at time>]
        i can't come <when>
        i can't make it [<when>]
        i cannot come <when>
        sorry i can't come
        2: can i come at <clock> instead
        can i come <when> instead
        i am running [<number> minutes] late
        i'm running [<number> minutes] late
        i'll be <number> minutes late
        sorry i can't make it <when>
        cancel the <service> [<session>] [for <day>]
        i need to change my <booked> [to <when>]
        can we do it <when> instead
        can we change it to <when>
        can you change it to <clock>
        move my <booked> <when>
        i will be <number> minutes late
        i'd like to change my <booked>
    """,
    "answer": """
        6: yes | 6: yes please | 4: no | 3: no thanks | 3: no thank you | 3: ok | 3: okay | 3: sure
        2: yeah | 2: yep | 2: nope | 2: great | 2: perfect | 2: that's fine | sounds good | that works
        that's right | correct | 2: yes book it | 2: yes book it please | 2: yes that's fine
        2: yes that works | yes i do | no i don't | of course | go ahead | please do | 2: confirm
        2: i confirm | cancel | stop | help | never mind | not now | maybe later | i don't know
        i changed my mind | 2: the <choice> one | 2: the <choice> one please | number <number>
        option <number> | <choice> | any of them | either | both | just me | just one | a different day
        another time | another day please | yes that one [please] | that one [please]
        no i want the <choice> one | i want the <choice> one | i'd like the <choice> one | neither
        none of them | the one at <clock> | the <clock> one [please]
    """,
    "choice": """
        3: first | 3: second | 2: third | last | other | earlier | later | next
    """,
    "reply": """
        3: <day> | 3: <day> please | 3: <clock> | 3: <clock> please | 2: at <clock>
        2: <day> at <clock> | 2: <service> | 2: <service> please | 2: <number> | <number> people
        <part of day> | in the <part of day> | with <name> | <name> | <name> <name> | see you <when>
    """,
    "greeting": """
        4: hello | 4: hi | hey | hi there | 2: good morning | 2: good afternoon | good evening
        2: thanks | 3: thank you | 2: thank you very much | thanks a lot | bye | goodbye | see you
        excuse me | thanks see you <day> | thank you see you <day> | see you <day> | okay thank you
        thank you goodbye | thank you bye
    """,
    "politeness": """
        6: please | thanks | thank you | if possible | if that's possible
    """,
    "about me": """
        2: my name is <name> | my name is <name> <name> | i'm <name> | i am <name> | this is <name>
        it's <name> | i am a beginner | i'm new | it's my first time | i am pregnant | i am here
        i'm on my way | can i speak to somebody | i want to talk to a person
    """,
}
