"""Which sentences do people say to a booking desk, and how are the words spelled and pronounced?

Templates only, no code: `language_model.py` samples sentences from them. A template is words plus `<rule>`
references and `[optional]` parts; `3: words` makes a template three times as likely as its neighbours. To teach the
recogniser a phrase add a line here; a word that CMUdict does not have needs its sounds in EXTRA_PRONUNCIATIONS.
"""

RULES: dict[str, str] = {
    # -- what is said, top down ---
    "sentence": """
        12: <wish>
        4: <wish> <politeness>
        4: <question>
        2: <change>
        2: <answer>
        2: <reply>
        1: <greeting> <wish>
        1: <greeting> <question>
        1: <greeting>
        1: <about me>
    """,
    "wish": """
        6: <i want> <thing>
        8: <i want> <thing> <when>
        3: <i want> <thing> <when> <with whom>
        2: <i want> <thing> <with whom> [<when>]
        3: <i want> <thing> <for whom> [<when>]
        2: <thing> <when>
        2: <thing> <for whom> <when>
        1: <people> for <thing> <when>
        1: <when>
        1: put me down for <thing> [<when>]
        1: sign me up for <thing> [<when>]
        1: add me to <thing> [<when>]
        1: <i want> to come <when>
        1: <i want> to come to <thing> [<when>]
        1: put me on the <queue> [for <thing>]
        1: add me to the <queue> [for <thing>]
        1: <i want> to join the <queue> [for <thing>]
        1: book the same <session> <when>
        1: book it [for <when>]
        1: book me in [for <thing>] [<when>]
        1: <i want> an appointment [<when>]
        1: <i want> an appointment <with whom> [<when>]
        1: <i want> an appointment for <thing> [<when>]
        1: is it possible to book <thing> [<when>]
        1: let's do <thing> [<when>]
        1: let's say <when>
        1: put <guest> on the <queue> [too]
        1: make it <number> people
        1: make it <when>
        1: i want to book for my <relative>
        1: i want to see my <bookings>
        1: i'll take the <clock> <session>
        1: i'll take the <clock> one
        1: could we do it <when>
        1: could we do it <number> <span> <choice>
        1: any <service> <when>
    """,
    "i want": """
        6: i want
        3: i want to book
        3: i would like
        3: i'd like
        3: i would like to book
        3: i'd like to book
        4: book
        3: book me
        3: book me in for
        3: can i book
        2: can you book
        2: can you book me
        2: could i book
        2: could you book me
        2: can i have
        2: can i get
        2: could i have
        2: could i get
        1: may i have
        2: please book
        2: please book me
        1: give me
        3: i need
        2: i need to book
        1: i'm looking for
        1: i am looking for
        1: i want to reserve
        1: reserve
        1: can i reserve
        1: i want to do
        1: i want to try
        1: i would love
        1: i'd love
        1: i'll have
        1: i'll take
        1: schedule
        1: get me
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
        1: the <day> <service> [<session>]
        1: the <level> <service> [<session>]
        1: a <level> <service> [<session>]
        1: <level> <service>
        2: <number> <places> for <service>
        2: a <place> in the <service> [<session>]
        1: a <place> in the <clock> <session>
        1: a <place> in <service>
        1: the <clock> <session>
        1: a <session>
        1: a table
        1: the next <service> [<session>]
        1: a <service> and a <service>
    """,
    "service": """
        14: yoga
        3: hot yoga
        3: vinyasa
        2: vinyasa yoga
        2: vinyasa flow
        1: power yoga
        1: yin yoga
        1: hatha yoga
        1: hatha
        1: ashtanga
        1: prenatal yoga
        1: kundalini yoga
        5: pilates
        2: reformer pilates
        2: meditation
        1: breathing
        2: spinning
        1: spin
        1: zumba
        1: barre
        1: boxing
        1: dance
        1: swimming
        1: tennis
        1: crossfit
        1: bootcamp
        1: kettlebell
        1: stretching
        1: core
        1: fitness
        1: gym
        1: personal training
        1: training
        1: tai chi
        10: haircut
        1: cut and color
        1: wash and cut
        2: cut
        3: color
        1: hair color
        2: highlights
        1: balayage
        2: blow dry
        1: blowout
        2: trim
        2: beard trim
        1: shave
        1: styling
        1: perm
        1: keratin treatment
        4: massage
        1: deep tissue massage
        1: sports massage
        1: back massage
        2: facial
        3: manicure
        2: pedicure
        1: gel nails
        1: nails
        1: waxing
        1: eyebrows
        1: lashes
        1: physiotherapy
        1: acupuncture
        1: checkup
        1: cleaning
        1: consultation
    """,
    "session": """
        6: class
        2: session
        2: lesson
        1: appointment
        1: workshop
        1: course
        1: treatment
    """,
    "level": "beginner\n beginners\n intermediate\n advanced\n private\n gentle\n",
    "place": "3: spot\n 2: place\n 2: seat\n 1: space\n",
    "places": "3: spots\n 2: places\n 2: seats\n 1: tickets\n",
    "queue": "2: waitlist\n 3: waiting list\n 1: list\n",
    # -- with whom, for whom ---
    "with whom": "with <name>\n 1: with anyone\n 1: with anybody\n",
    "for whom": """
        4: for <number> [people]
        2: for <number> persons
        1: for <people>
        1: for me
        1: for me and my <relative>
        1: for my <relative>
        1: for myself
        1: for us
    """,
    "people": """
        4: <number> people
        1: one person
        1: <number> of us
        1: me and <number> friends
        1: me and a friend
        1: me and my <relative>
        1: my <relative> and me
    """,
    "guest": "me\n me and my <relative>\n my <relative>\n us\n",
    "relative": """
        wife
        husband
        friend
        daughter
        son
        mother
        mom
        father
        partner
        sister
        brother
        girlfriend
        boyfriend
        colleague
    """,
    "name": """
        3: anna
        2: maria
        2: sofia
        anne
        emma
        laura
        julia
        sarah
        lisa
        nina
        olivia
        grace
        lucy
        kate
        carla
        elena
        rita
        ines
        clara
        rosa
        mary
        jane
        jenny
        john
        james
        david
        michael
        daniel
        tom
        peter
        paul
        mark
        marco
        carlos
        pedro
        miguel
        jose
        luis
        ana
        tony
        sam
        alex
        max
        ben
        leo
        robert
        martin
        smith
        johnson
        brown
        silva
        garcia
    """,
    # -- when ---
    "when": """
        10: <day> [<at time>]
        8: <day> <at time>
        4: on <day> [<at time>]
        4: on <day> <at time>
        3: <at time>
        2: <at time> <day>
        1: <at time> on <day>
        3: <day> <part of day>
        2: on <day> <part of day>
        2: for <day> [<at time>]
        1: for <day> <part of day>
        3: this <part of day>
        1: in the <part of day>
        1: <day> in the <part of day>
        2: <week>
        1: in <number> <span>
        1: on <date> [<at time>]
        1: on <day> <date>
        1: as soon as possible
        1: any time <day>
        1: any time
        1: sometime <week>
        1: between <clock> and <clock>
    """,
    "day": """
        10: tomorrow
        5: today
        3: tonight
        2: tomorrow night
        1: the day after tomorrow
        12: <weekday>
        3: next <weekday>
        3: this <weekday>
        1: the <ordinal>
        1: <date>
        1: the weekend
        1: christmas
        1: new year's day
        1: easter
    """,
    "weekday": "monday\n tuesday\n wednesday\n thursday\n friday\n saturday\n sunday\n",
    "part of day": "3: morning\n 3: afternoon\n 4: evening\n 1: lunchtime\n 1: night\n",
    "week": """
        3: next week
        2: this week
        1: this weekend
        1: next weekend
        1: next month
        1: this month
        1: on the weekend
        1: in a week
        1: in two weeks
    """,
    "span": "days\n weeks\n hours\n minutes\n",
    "at time": """
        14: at <clock>
        2: after <clock>
        2: before <clock>
        1: around <clock>
        1: about <clock>
        1: from <clock>
        1: by <clock>
        1: at <clock> in the <part of day>
        1: after work
        1: after lunch
    """,
    "clock": """
        12: <hour> p.m.
        7: <hour> a.m.
        4: <hour> o'clock
        7: <hour>
        5: <hour> <minutes> p.m.
        3: <hour> <minutes> a.m.
        3: <hour> <minutes>
        3: half past <hour>
        2: quarter past <hour>
        2: quarter to <hour>
        1: a quarter past <hour>
        1: a quarter to <hour>
        1: ten past <hour>
        1: ten to <hour>
        1: twenty past <hour>
        1: twenty to <hour>
        1: five past <hour>
        1: five to <hour>
        2: noon
        1: midday
        1: midnight
        1: <evening hour> hundred
    """,
    "hour": "one\n two\n three\n four\n five\n six\n seven\n eight\n nine\n ten\n eleven\n twelve\n",
    "evening hour": "thirteen\n fourteen\n fifteen\n sixteen\n seventeen\n eighteen\n nineteen\n twenty\n",
    "minutes": "5: thirty\n 3: fifteen\n 2: forty five\n twenty\n forty\n ten\n fifty\n o five\n",
    "number": "one\n 4: two\n 3: three\n 2: four\n five\n six\n seven\n eight\n nine\n ten\n",
    "date": """
        3: the <ordinal>
        4: the <ordinal> of <month>
        3: <month> <ordinal>
        1: <month> the <ordinal>
    """,
    "ordinal": """
        first
        second
        third
        fourth
        fifth
        sixth
        seventh
        eighth
        ninth
        tenth
        eleventh
        twelfth
        thirteenth
        fourteenth
        fifteenth
        sixteenth
        seventeenth
        eighteenth
        nineteenth
        twentieth
        twenty first
        twenty second
        twenty third
        twenty fourth
        twenty fifth
        twenty sixth
        twenty seventh
        twenty eighth
        twenty ninth
        thirtieth
        thirty first
    """,
    "month": """
        january
        february
        march
        april
        may
        june
        july
        august
        september
        october
        november
        december
    """,
    # -- questions ---
    "question": """
        3: what classes do you have [<when>]
        2: which classes do you have [<when>]
        2: what <services> do you have [<when>]
        1: what <services> do you offer
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
        1: is <thing> full
        1: is <name> free [<when>]
        2: is <name> available [<when>]
        2: what is available [<when>]
        1: what's available [<when>]
        1: what's on [<when>]
        3: when is <thing>
        3: when is the next <service> [<session>]
        2: what time is <thing> [<when>]
        2: when does <thing> start
        1: how long is <thing>
        1: how long does <thing> take
        2: how much is <thing>
        3: how much does <thing> cost
        1: what does <thing> cost
        1: what is the price of <thing>
        2: who teaches <thing> [<when>]
        1: who gives <thing>
        1: who is the teacher
        1: who works <when>
        1: who is <name>
        1: tell me about <name>
        2: what time do you open [<when>]
        1: what time do you close [<when>]
        2: when do you open [<when>]
        1: when do you close [<when>]
        2: are you open [<when>]
        1: what are your opening hours
        1: what are your hours
        2: where are you [located]
        1: where is the studio
        1: where is the salon
        1: what is your address
        1: what's the address
        1: what is your phone number
        1: do you have parking
        1: can i pay by card
        1: can i bring a friend
        1: do i need to bring a mat
        1: what should i bring
        1: what do i need to bring
        2: what are my bookings
        2: show me my <bookings>
        1: what have i booked
        1: when is my <booked>
        1: when is my next <booked>
        1: do i have a booking [<when>]
        1: do i have anything booked [<when>]
        1: show me the schedule [for <day>]
        1: show me the <services> [<when>]
        1: do you have any openings [<when>]
        2: is there [any] space in <thing> [<when>]
        1: is <name> working [<when>]
        1: is <name> there [<when>]
        1: how long does <thing> take
        1: what time does <thing> start [<when>]
        1: is the studio open [<when>]
        1: is the salon open [<when>]
        1: can you put <guest> on the <queue> [too]
        1: do you take walk ins
        1: do you do <thing>
        1: can i see the schedule
        1: is there still a <place> [in <thing>] [<when>]
        1: is there still <thing> [<when>]
        1: are there still <places> [for <thing>] [<when>]
        1: is the <session> <when> full
        1: can i bring my <relative> [to <thing>]
    """,
    "services": "4: classes\n 2: sessions\n 2: yoga classes\n lessons\n appointments\n services\n treatments\n",
    "bookings": "3: bookings\n 1: appointments\n 1: classes\n 1: reservations\n",
    "booked": """
        3: booking
        3: appointment
        2: class
        1: reservation
        1: session
        2: <service>
        1: <service> <session>
    """,
    # -- changes ---
    "change": """
        4: cancel my <booked> [<when>]
        2: please cancel my <booked> [<when>]
        3: i want to cancel my <booked> [<when>]
        2: i need to cancel my <booked> [<when>]
        2: i'd like to cancel my <booked> [<when>]
        2: i would like to cancel [my <booked>]
        2: can you cancel my <booked> [<when>]
        2: can i cancel my <booked> [<when>]
        1: cancel it
        1: cancel that
        1: cancel everything
        2: can you move my <booked> to <day> [<at time>]
        2: can i move my <booked> to <day> [<at time>]
        2: move my <booked> to <day> [<at time>]
        1: can we move it to <clock>
        1: i want to change my <booked> to <day> [<at time>]
        2: i need to reschedule my <booked>
        2: can i reschedule my <booked> [to <day>]
        1: reschedule my <booked> to <day> [<at time>]
        1: i can't come <when>
        1: i can't make it [<when>]
        1: i cannot come <when>
        1: sorry i can't come
        2: can i come at <clock> instead
        1: can i come <when> instead
        1: i am running [<number> minutes] late
        1: i'm running [<number> minutes] late
        1: i'll be <number> minutes late
        1: sorry i can't make it <when>
        1: cancel the <service> [<session>] [for <day>]
        1: i need to change my <booked> [to <when>]
        1: can we do it <when> instead
        1: can we change it to <when>
        1: can you change it to <clock>
        1: move my <booked> <when>
        1: i will be <number> minutes late
        1: i'd like to change my <booked>
    """,
    # -- short replies ---
    "answer": """
        6: yes
        6: yes please
        4: no
        3: no thanks
        3: no thank you
        3: ok
        3: okay
        3: sure
        2: yeah
        2: yep
        2: nope
        2: great
        2: perfect
        2: that's fine
        1: sounds good
        1: that works
        1: that's right
        1: correct
        2: yes book it
        2: yes book it please
        2: yes that's fine
        2: yes that works
        1: yes i do
        1: no i don't
        1: of course
        1: go ahead
        1: please do
        2: confirm
        2: i confirm
        1: cancel
        1: stop
        1: help
        1: never mind
        1: not now
        1: maybe later
        1: i don't know
        1: i changed my mind
        2: the <choice> one
        2: the <choice> one please
        1: number <number>
        1: option <number>
        1: <choice>
        1: any of them
        1: either
        1: both
        1: just me
        1: just one
        1: a different day
        1: another time
        1: another day please
        1: yes that one [please]
        1: that one [please]
        1: no i want the <choice> one
        1: i want the <choice> one
        1: i'd like the <choice> one
        1: neither
        1: none of them
        1: the one at <clock>
        1: the <clock> one [please]
    """,
    "choice": "3: first\n 3: second\n 2: third\n 1: last\n 1: other\n 1: earlier\n 1: later\n 1: next\n",
    "reply": """
        3: <day>
        3: <day> please
        3: <clock>
        3: <clock> please
        2: at <clock>
        2: <day> at <clock>
        2: <service>
        2: <service> please
        2: <number>
        1: <number> people
        1: <part of day>
        1: in the <part of day>
        1: with <name>
        1: <name>
        1: <name> <name>
        1: see you <when>
    """,
    "greeting": """
        4: hello
        4: hi
        1: hey
        1: hi there
        2: good morning
        2: good afternoon
        1: good evening
        2: thanks
        3: thank you
        2: thank you very much
        1: thanks a lot
        1: bye
        1: goodbye
        1: see you
        1: excuse me
        1: thanks see you <day>
        1: thank you see you <day>
        1: see you <day>
        1: okay thank you
        1: thank you goodbye
        1: thank you bye
    """,
    "politeness": "6: please\n 1: thanks\n 1: thank you\n 1: if possible\n 1: if that's possible\n",
    "about me": """
        2: my name is <name>
        1: my name is <name> <name>
        1: i'm <name>
        1: i am <name>
        1: this is <name>
        1: it's <name>
        1: i am a beginner
        1: i'm new
        1: it's my first time
        1: i am pregnant
        1: i am here
        1: i'm on my way
        1: can i speak to somebody
        1: i want to talk to a person
    """,
}

#: CMUdict sounds (ARPAbet, no stress marks) of the words above that the bundled dictionary does not hold.
EXTRA_PRONUNCIATIONS: dict[str, tuple[str, ...]] = {
    "ashtanga": ("AH SH T AA NG G AH",),
    "balayage": ("B AA L AH Y AA ZH", "B AE L IY AA ZH"),
    "barre": ("B AA R",),
    "bikram": ("B IH K R AH M",),
    "bootcamp": ("B UW T K AE M P",),
    "crossfit": ("K R AO S F IH T",),
    "hatha": ("HH AE TH AH", "HH AA T AH"),
    "hiit": ("HH IH T",),
    "iyengar": ("IY Y EH NG G AA R",),
    "kettlebell": ("K EH T AH L B EH L",),
    "kundalini": ("K UH N D AH L IY N IY",),
    "perm": ("P ER M",),
    "physiotherapy": ("F IH Z IY OW TH EH R AH P IY",),
    "pilates": ("P AH L AA T IY Z", "P IH L AA T IY Z"),
    "vinyasa": ("V IH N Y AA S AH", "V IH N Y AE S AH"),
    "waitlist": ("W EY T L IH S T",),
    "zumba": ("Z UH M B AH", "Z UW M B AH"),
}
