"""What do people ask a business? Templates; `phrases/__init__.py` says how to read them."""

RULES: dict[str, str] = {
    "question": """
        3: what classes do you have [<when>]
        2: which classes do you have [<when>]
        2: what <services> do you have [<when>]
        what <services> do you offer
        2: do you have <thing> [<when>]
        3: do you have anything [free] [<when>]
        2: do you have any <services> [<when>]
        2: do you have any <places> left [for <thing>] [<when>]
        2: do you have time [for <thing>] [<when>]
        2: have you got anything [free] [<when>]
        2: is there anything [free] [<when>]
        2: is there <thing> [<when>]
        2: is there a <place> [left] in <thing> [<when>]
        2: is there a <place> for me <when>
        2: are there any <places> [left] [for <thing>] [<when>]
        2: are there <services> [<when>]
        is <thing> full
        is <name> free [<when>]
        2: is <name> available [<when>]
        2: what is available [<when>]
        what's available [<when>]
        what's on [<when>]
        3: when is <thing>
        3: when is the next <service> [<session>]
        2: what time is <thing> [<when>]
        2: when does <thing> start
        how long is <thing>
        how long does <thing> take
        2: how much is <thing>
        3: how much does <thing> cost
        what does <thing> cost
        what is the price of <thing>
        2: who teaches <thing> [<when>]
        who gives <thing>
        who is the teacher
        who works <when>
        who is <name>
        tell me about <name>
        2: what time do you open [<when>]
        what time do you close [<when>]
        2: when do you open [<when>]
        when do you close [<when>]
        2: are you open [<when>]
        what are your opening hours
        what are your hours
        2: where are you [located]
        where is the studio
        where is the salon
        what is your address
        what's the address
        what is your phone number
        do you have parking
        can i pay by card
        can i bring a friend
        do i need to bring a mat
        what should i bring
        what do i need to bring
        2: what are my bookings
        2: show me my <bookings>
        what have i booked
        when is my <booked>
        when is my next <booked>
        do i have a booking [<when>]
        do i have anything booked [<when>]
        show me the schedule [for <day>]
        show me the <services> [<when>]
        do you have any openings [<when>]
        2: is there [any] space in <thing> [<when>]
        is <name> working [<when>]
        is <name> there [<when>]
        how long does <thing> take
        what time does <thing> start [<when>]
        is the studio open [<when>]
        is the salon open [<when>]
        can you put <guest> on the <queue> [too]
        do you take walk ins
        do you do <thing>
        can i see the schedule
        is there still a <place> [in <thing>] [<when>]
        is there still <thing> [<when>]
        are there still <places> [for <thing>] [<when>]
        is the <session> <when> full
        can i bring my <relative> [to <thing>]
    """,
    "services": """
        4: classes | 2: sessions | 2: yoga classes | lessons | appointments | services | treatments
    """,
    "bookings": """
        3: bookings | appointments | classes | reservations
    """,
    "booked": """
        3: booking | 3: appointment | 2: class | reservation | session | 2: <service>
        <service> <session>
    """,
}
