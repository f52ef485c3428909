"""How are the words of the templates said that the bundled dictionary does not hold?"""

#: CMUdict sounds (ARPAbet, no stress marks) of those words.
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
