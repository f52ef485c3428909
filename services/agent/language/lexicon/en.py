"""Which English words speak of time? Data only: comma-separated words and phrases by tag."""

from __future__ import annotations

from services.agent.language.lexer import Lexing
from services.agent.language.values import Part, Unit

LEXING = Lexing(  # "12 march street" is where somebody lives
    opaque=r"(?<!\w)sun\s?(?:cream|screen|bed|beds|tan|burn|glasses|lotion|shine)(?!\w)|"
    r"(?<![\w:.])\d{1,4}[a-f]?\s(?:(?!(?:on|at|in|near|the|for|am|pm|tomorrow|today|tonight|by|from|to|and|or)\s)[^\W\d_]+\s){1,2}"
    r"(?:street|road|rd|avenue|ave|lane|boulevard|blvd)(?!\w)"
)

CARDINALS: dict[int, str] = {
    0: "zero", 1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
    10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen",
    17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty, fourty", 50: "fifty",
    60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred, a hundred",
}  # fmt: skip

ORDINALS: dict[int, str] = {
    1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth",
    10: "tenth", 11: "eleventh", 12: "twelfth, twelveth", 13: "thirteenth", 14: "fourteenth", 15: "fifteenth",
    16: "sixteenth", 17: "seventeenth", 18: "eighteenth", 19: "nineteenth", 20: "twentieth", 30: "thirtieth",
}  # fmt: skip

MEANINGS: dict[str, dict[str, int]] = {
    "weekday": {
        "monday, mondays, mon": 0,
        "tuesday, tuesdays, tue, tues, teusday": 1,
        "wednesday, wednesdays, wed, weds, wednsday, wensday": 2,
        "thursday, thursdays, thu, thur, thurs, thrusday": 3,
        "friday, fridays, fri": 4,
        "saturday, saturdays, sat, saterday": 5,
        "sunday, sundays, sun": 6,
    },
    "month": {
        "january, jan": 1, "february, feb, febuary": 2, "march, mar": 3, "april, apr": 4, "may": 5, "june, jun": 6,
        "july, jul": 7, "august, aug": 8, "september, sep, sept": 9, "october, oct": 10, "november, nov": 11,
        "december, dec": 12,
    },
    "month_name": {  # unmistakable as a month even when nothing around it says so
        "january": 1, "february": 2, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10,
        "november": 11, "december": 12,
    },
    "reldays": {
        "today, todays, tdy, 2day": 0,
        "tomorrow, tomorow, tommorow, tommorrow, tomorro, tmrw, tmr, tmrrw, tomo, tmw, 2moro, 2morrow": 1,
        "day after tomorrow, the day after tomorrow, overmorrow": 2,
        "yesterday": -1,
        "day before yesterday, the day before yesterday": -2,
    },
    "unit": {
        "second, seconds, sec, secs, s": Unit.SECOND,
        "minute, minutes, min, mins, minuts": Unit.MINUTE,
        "hour, hours, hr, hrs, h": Unit.HOUR,
        "day, days, d": Unit.DAY,
        "week, weeks, wk, wks": Unit.WEEK,
        "month, months": Unit.MONTH,
        "year, years, yr, yrs": Unit.YEAR,
    },
    "long_length": {"fortnight": 14},
    "mer": {
        "am, a.m., a.m, a m": 0,
        "pm, p.m., p.m, p m": 1,
    },
    "meridiem_letter": {"a": 0, "p": 1},
    "partword": {
        "before lunch, morn, morning, mornings, forenoon, breakfast time, breakfasttime": Part.MORNING,
        "after lunch, afternoon, afternoons, aftenoon, arvo": Part.AFTERNOON,
        "evening, evenings, evenning, eve": Part.EVENING,
        "night, nights, nite, night time, nighttime": Part.NIGHT,
        "lunchtime, lunch time, lunchtimes, around lunch, at lunch, over lunch, during lunch": Part.LUNCH,
        "after work, after-work": Part.AFTER_WORK,
        "after school, after - school": Part.AFTER_SCHOOL,
        "early morning, first thing in the morning, first thing": Part.EARLY_MORNING,
        "late morning": Part.LATE_MORNING,
        "late evening, late night": Part.LATE_NIGHT,
    },
    "noon": {"noon, midday, mid day, noonish, high noon, twelve noon": 12, "midnight, mid night, mid - night": 24},
    "holiday": {  # month * 100 + day; only those with a fixed date everywhere
        "christmas, christmas day, xmas": 1225, "christmas eve, xmas eve": 1224, "boxing day": 1226,
        "new year's eve, new years eve, nye": 1231, "new year's day, new years day": 101,
        "valentine's day, valentines day, valentine's, valentines": 214, "halloween": 1031,
    },
    "half": {"half": 30}, "quarter": {"quarter, a quarter": 15},
    "span_words": {"couple, a couple, couple of, a couple of": 2, "few, a few": 3},
}  # fmt: skip

PLAIN: dict[str, str] = {
    "unfit": "doesn't work, doesnt work, does not work, don't work, dont work, do not work, won't work, "
    "wont work, will not work, isn't going to work, is not going to work, isn't possible, "
    "is not possible, not possible, is impossible, is no good, is not good, isn't good, no good, "
    "isn't great, is not great, doesn't suit, doesnt suit, does not suit, don't suit, is bad, is out, "
    "isn't convenient, is not convenient, i'm busy, i am busy, "
    "i'm not free, i am not free, i'm not available, i am not available, i'm away, i am away",
    "cannot": "can't, cant, cannot, can not",
    "cant_do": "can't do, cant do, cannot do, can not do, busy, busy on, not free, not free on, not available, "
    "not available on, doesn't work on, don't want",
    "abbr": "jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec, mon, tue, tues, wed, weds, "
    "thu, thur, thurs, fri, "
    "sat, sun, hr, hrs, min, mins, sec, secs, wk, wks, yr, yrs",
    "night_u": "night, nights",
    "nights_u": "nights",
    "vague_one": "one",
    "plural_u": "minutes, mins, hours, hrs, days, weeks, wks, months, years",
    "minute_u": "minute, minutes, min, mins",
    "day_u": "day, days",
    "hour_u": "hour, hours, hr, hrs",
    "week_u": "week, weeks, wk",
    "month_u": "month, months",
    "year_u": "year",
    "weekend_u": "weekend, wkend, weekends",
    "h_letter": "h",
    "tonight": "tonight, tonite, 2night, 2nite, tonihgt",
    "now": "now, right now, straight away, right away, immediately, asap, this instant",
    "fromnow": "from now, hence",
    "later": "later",
    "ago": "ago",
    "oclock": "o'clock, oclock, o\"clock, o clock",
    "ish": "ish",
    "oh": "oh, o",
    "past": "past, after",
    "to": "to, till, til, before",
    "on": "on",
    "in": "in, during",
    "within": "within",
    "at": "at, @, around, about, approx, approximately, roughly, circa, near, like, say, sharp at, "
    "exactly, precisely",
    "the": "the, that",
    "of": "of",
    "a": "a, an",
    "for": "for",
    "from": "from, fr",
    "between": "between, betwen, in between",
    "and": "and, &, n, but",
    "or": "or",
    "range_to": "to, until, till, til, untill, through, thru, up to, -, –, —, ~, to about, to around",
    "dash": "-, –, —",
    "comma": "COMMA",
    "stop": "., !, ?, ;",
    "slash": "/",
    "plus": "+",
    "next": "next, following, the next, the following, nxt",
    "coming": "coming, upcoming, forthcoming, the coming, the upcoming",
    "this": "this, this coming, this upcoming, current, the current, this current",
    "last": "last, the last, final, previous, the previous, past",
    "any": "any, every, each",
    "after": "after, later than, past, from after, any time after, anytime after, not before, not earlier than, "
    "no earlier than, no sooner than, at the earliest after, only after",
    "before": "before, earlier than, prior to, any time before, anytime before, no later than, not later than, "
    "not after, at the latest by, at the latest, by, until, till, til, untill, up to, not past",
    "starting": "starting, beginning, commencing, as of, starting from, starting on, beginning on, beginning from, "
    "as early as, since, from as early as",
    "cant": "can't do, cant do, cannot do, can't make, cant make, cannot make, can't on, busy on, busy, "
    "not free on, not free, "
    "don't want, not available on, doesn't work on",
    "street": "street, st, avenue, ave, road, rd, lane, ln, boulevard, blvd, drive, square, plaza",
    "act": "book, booking, reserve, pay, order, buy, for, until, till, from, by",
    "upto": "by, until, till, til, untill, up to, no later than, not later than, at the latest by",
    "masked": "why not, why don't, why dont, if not, not sure, not bad, for now, may i, may we, second half, "
    "not only, how about now, 24 x 7, one day, some day, day one, this time, next time, last time, any time soon",
    "end_of": "end of, the end of, at the end of, end of the",
    "start_of": "beginning of, the beginning of, start of, the start of, at the beginning of",
    "checkout": "check out, check - out, checking out, checkout, leave, leaving, depart, departing, fly out, go home",
    "onward": "onwards, onward, or later, and later, or after, and after, on wards, or afterwards, at the earliest",
    "backward": "or earlier, or before, and before, and earlier, at the latest, latest, or sooner",
    "early": "early, early in",
    "late": "late, late in",
    "mid": "mid, middle of, the middle of, mid -, half way through",
    "rest": "rest, rest of, remainder of, later, the rest of, remaining",
    "no_plural": "no",
    "please": "please, pls, plz, thanks",
    "not": "not, neither, any day but, any time but, anytime but, every day but, all but, everything but, "
    "any day except, any day other than, definitely not, preferably not, rather not, just not, only not, "
    "nor, isn't, isnt, except, except for, other than, anything but, rather than, instead of, apart from, "
    "besides, not on, not for, never, aren't",
    "instead": "instead",
    "correct": "no, nope, nah, actually, instead, sorry, rather, i mean, i meant, make it, make that, scratch that, "
    "correction, wait, oops, better, doesn't work, does not work, won't work, is no good, is not good, "
    "isn't good, no good, doesn't suit, is full, change it to, change that to, change to",
    "move": "move, change, reschedule, push, shift, switch, postpone, bring, swap, rebook, moved, moving, changing, "
    "rescheduling, switching, changed, delay, amend",
    "good": "good, happy, gd, have a good, have a nice, have a great, nice",
    "day_noun": "date, day",
    "pronoun": "i, we, he, she, they, you, who, it, and i",
    "named": "my name is, my name's, name is, i'm called, called",
    "we_are": "we are, we're, we will be, we'll be, there are, there will be, there'll be",
    "people": "people, persons, person, pax, adults, adult, kids, kid, children, child, guests, guest, friends, "
    "friend, tickets, ticket, spots, spot, seats, seat, places, place, of us, girls, guys, ladies, men, women, "
    "nights, times, points, point, stars, star, dollars, euros, pounds, bucks, percent, km, kg, miles, meters, "
    "others, items, units, sessions, classes, appointments, bookings, slots, tables, rooms, bedrooms, beds, options, "
    "more, colleagues, members, players, couples, families, dogs, cats, pets, bags, cars, pieces, years old, "
    "degrees, inches, feet, lbs, x",
    "label": "room, gate, flight, number, no., version, order, extension, ext, unit, apartment, apt, floor, level, "
    "invoice, receipt, bill, chapter, page, suite, platform, bus, line, channel, season, episode, step, "
    "option, #, ref, reference, "
    "pin, code, zip, postcode, call, text, phone, tel, iphone, galaxy, pixel, windows, ps, model, size",
    "one_noun": "one, ones, option, options, slot, time, class, session, choice, visit, floor, thing, appointment, "
    "available, opening, name, person, booking, half, round, place, timer, hand",
    "year_mark": "year, of year, in the year, in year, the year",
}
