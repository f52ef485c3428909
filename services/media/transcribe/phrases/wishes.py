"""What do people ask to book, with whom and for whom? Templates; `phrases/__init__.py` says how to read them."""

RULES: dict[str, str] = {
    "sentence": """
        12: <wish> | 4: <wish> <politeness> | 4: <question> | 2: <change> | 2: <answer> | 2: <reply>
        <greeting> <wish> | <greeting> <question> | <greeting> | <about me>
    """,
    "wish": """
        6: <i want> <thing>
        8: <i want> <thing> <when>
        3: <i want> <thing> <when> <with whom>
        2: <i want> <thing> <with whom> [<when>]
        3: <i want> <thing> <for whom> [<when>]
        2: <thing> <when>
        2: <thing> <for whom> <when>
        <people> for <thing> <when>
        <when>
        put me down for <thing> [<when>]
        sign me up for <thing> [<when>]
        add me to <thing> [<when>]
        <i want> to come <when>
        <i want> to come to <thing> [<when>]
        put me on the <queue> [for <thing>]
        add me to the <queue> [for <thing>]
        <i want> to join the <queue> [for <thing>]
        book the same <session> <when>
        book it [for <when>]
        book me in [for <thing>] [<when>]
        <i want> an appointment [<when>]
        <i want> an appointment <with whom> [<when>]
        <i want> an appointment for <thing> [<when>]
        is it possible to book <thing> [<when>]
        let's do <thing> [<when>]
        let's say <when>
        put <guest> on the <queue> [too]
        make it <number> people
        make it <when>
        i want to book for my <relative>
        i want to see my <bookings>
        i'll take the <clock> <session>
        i'll take the <clock> one
        could we do it <when>
        could we do it <number> <span> <choice>
        any <service> <when>
    """,
    "i want": """
        6: i want | 3: i want to book | 3: i would like | 3: i'd like | 3: i would like to book
        3: i'd like to book | 4: book | 3: book me | 3: book me in for | 3: can i book | 2: can you book
        2: can you book me | 2: could i book | 2: could you book me | 2: can i have | 2: can i get
        2: could i have | 2: could i get | may i have | 2: please book | 2: please book me | give me
        3: i need | 2: i need to book | i'm looking for | i am looking for | i want to reserve | reserve
        can i reserve | i want to do | i want to try | i would love | i'd love | i'll have | i'll take
        schedule | get me
    """,
    "thing": """
        8: <service>
        5: a <service>
        2: an <service>
        3: the <service>
        4: <service> <session>
        4: a <service> <session>
        3: the <service> <session>
        2: the <clock> <service> [<session>]
        2: the <part of day> <service> [<session>]
        the <day> <service> [<session>]
        the <level> <service> [<session>]
        a <level> <service> [<session>]
        <level> <service>
        2: <number> <places> for <service>
        2: a <place> in the <service> [<session>]
        a <place> in the <clock> <session>
        a <place> in <service>
        the <clock> <session>
        a <session>
        a table
        the next <service> [<session>]
        a <service> and a <service>
    """,
    "service": """
        14: yoga | 3: hot yoga | 3: vinyasa | 2: vinyasa yoga | 2: vinyasa flow | power yoga | yin yoga
        hatha yoga | hatha | ashtanga | prenatal yoga | kundalini yoga | 5: pilates
        2: reformer pilates | 2: meditation | breathing | 2: spinning | spin | zumba | barre | boxing
        dance | swimming | tennis | crossfit | bootcamp | kettlebell | stretching | core | fitness | gym
        personal training | training | tai chi | 10: haircut | cut and color | wash and cut | 2: cut
        3: color | hair color | 2: highlights | balayage | 2: blow dry | blowout | 2: trim
        2: beard trim | shave | styling | perm | keratin treatment | 4: massage | deep tissue massage
        sports massage | back massage | 2: facial | 3: manicure | 2: pedicure | gel nails | nails
        waxing | eyebrows | lashes | physiotherapy | acupuncture | checkup | cleaning | consultation
    """,
    "session": """
        6: class | 2: session | 2: lesson | appointment | workshop | course | treatment
    """,
    "level": """
        beginner | beginners | intermediate | advanced | private | gentle
    """,
    "place": """
        3: spot | 2: place | 2: seat | space
    """,
    "places": """
        3: spots | 2: places | 2: seats | tickets
    """,
    "queue": """
        2: waitlist | 3: waiting list | list
    """,
    "with whom": """
        with <name> | with anyone | with anybody
    """,
    "for whom": """
        4: for <number> [people] | 2: for <number> persons | for <people> | for me
        for me and my <relative> | for my <relative> | for myself | for us
    """,
    "people": """
        4: <number> people | one person | <number> of us | me and <number> friends | me and a friend
        me and my <relative> | my <relative> and me
    """,
    "guest": """
        me | me and my <relative> | my <relative> | us
    """,
    "relative": """
        wife | husband | friend | daughter | son | mother | mom | father | partner | sister | brother
        girlfriend | boyfriend | colleague
    """,
    "name": """
        3: anna | 2: maria | 2: sofia | anne | emma | laura | julia | sarah | lisa | nina | olivia
        grace | lucy | kate | carla | elena | rita | ines | clara | rosa | mary | jane | jenny | john
        james | david | michael | daniel | tom | peter | paul | mark | marco | carlos | pedro | miguel
        jose | luis | ana | tony | sam | alex | max | ben | leo | robert | martin | smith | johnson
        brown | silva | garcia
    """,
}
