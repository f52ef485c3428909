"""Which things do people commonly book, for messages read without a tenant's catalogue? Name -> other names."""

from __future__ import annotations

from services.agent.language.lexicon.words import words

COMMON: dict[str, str] = {
    "yoga": "yoga class, hatha, ashtanga, iyengar",
    "vinyasa": "vinyasa yoga, vinyasa flow",
    "hot yoga": "bikram",
    "yin yoga": "yin",
    "pilates": "reformer, reformer pilates",
    "meditation": "mindfulness",
    "spinning": "spin class, cycling class, indoor cycling",
    "zumba": "",
    "crossfit": "",
    "boxing": "kickboxing",
    "personal training": "personal trainer, pt session",
    "gym": "",
    "swimming": "swimming lesson, swim lesson",
    "tennis": "tennis court, tennis lesson",
    "padel": "padel court",
    "dance": "dance class, dancing, salsa, ballet, tango",
    "haircut": "hair cut, trim, cut my hair, hair appointment, haircuts, do my hair, my hair cut, my hair done",
    "hair colour": "hair color, highlights, balayage, hair dye, hair coloring, hair colouring",
    "blow dry": "blowdry, blowout, blow out",
    "beard trim": "shave, beard",
    "manicure": "nails, nail appointment, gel nails",
    "pedicure": "",
    "facial": "",
    "waxing": "wax, bikini wax",
    "massage": "deep tissue, deep tissue massage, back massage, foot massage, sports massage, thai massage",
    "sauna": "",
    "spa": "spa day, spa treatment, spa session",
    "tattoo": "",
    "dentist": "dental, dentist appointment, teeth cleaning, dental checkup, dental check up",
    "doctor": "gp, physician, doctors appointment",
    "physiotherapy": "physio, physiotherapist, physical therapy",
    "therapy": "therapist, counselling, counseling",
    "eye test": "optician, eye exam",
    "vet": "veterinarian",
    "grooming": "dog grooming, pet grooming",
    "oil change": "",
    "car service": "car maintenance, tire rotation, tune up, car wash",
    "table": "restaurant, dinner reservation, lunch reservation, table reservation, brunch",
    "room": "hotel room, double room, single room, suite",
    "meeting room": "conference room",
    "lesson": "guitar lesson, piano lesson, driving lesson, language lesson",
    "workshop": "pottery class, cooking class",
    "tour": "guided tour, walking tour",
    "event": "concert, tickets",
}

STOP_WORDS = words(
    "the and for you with that this have are was not but can could would will want what when where who "
    "how about from "
    "they them then than there their your yours our ours his her hers its some any all more most much many may might "
    "must shall should does did doing done get got give take make made need like love please thanks thank hello "
    "today tomorrow tonight morning afternoon evening night week weekend month year monday tuesday "
    "wednesday thursday "
    "friday saturday sunday class classes session sessions appointment time times slot spot day days one two three "
    "four five six seven eight nine ten eleven twelve half past quarter minute minutes hour hours later earlier "
    "before after between available book booking cancel change move next last first second third fine good great "
    "well here also just only very really maybe sure yeah yes nope okay table people person able stable tale take "
    "room doctor most more hello sunday parts party trip trim's form from rental mental suit suits"
)
