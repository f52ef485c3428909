"""What customers say in the dialogues on real servers, in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Days are relative to the day on which they are said."""

    language: str
    yoga_at_seven: str
    yes: str
    three_of_us: str
    day_after: str
    yoga_tomorrow: str
    second: str
    forget_it: str
    pilates_instead: str
    pilates: str
    cancel_pilates: str
    keep_it: str
    yes_cancel: str
    cannot_come: str
    move_my_class: str
    massage: str
    hour_later: str
    zumba: str
    put_me_on_the_list: str
    place_in_line: str
    off_the_list: str
    take_the_place: str
    decline_the_place: str
    tell_me_more: str
    how_much_is_it: str
    who_teaches: str
    where_are_you: str
    opening_hours: str
    recommend: str
    my_bookings: str
    receipt: str
    prefer_mornings: str
    human: str
    two_classes: str
    both: str


ALL = (
    Words(
        "en",
        yoga_at_seven="I want vinyasa tomorrow at 7pm",
        yes="yes please",
        three_of_us="there are three of us",
        day_after="no, the day after",
        yoga_tomorrow="yoga tomorrow",
        second="the second one",
        forget_it="never mind",
        pilates_instead="actually, pilates instead",
        pilates="pilates tomorrow",
        cancel_pilates="cancel my pilates",
        keep_it="no, I'll keep it",
        yes_cancel="yes, cancel it",
        cannot_come="sorry, I can't come",
        move_my_class="can you move my class to the day after tomorrow?",
        massage="a massage tomorrow at 3pm please",
        hour_later="can I come an hour later?",
        zumba="zumba tomorrow at 12",
        put_me_on_the_list="put me on the waiting list please",
        place_in_line="what is my place on the waiting list?",
        off_the_list="please take me off the waiting list",
        take_the_place="yes please!",
        decline_the_place="no thanks",
        tell_me_more="tell me more",
        how_much_is_it="how much is it?",
        who_teaches="who teaches vinyasa?",
        where_are_you="where are you?",
        opening_hours="what are your opening hours?",
        recommend="what would you recommend?",
        my_bookings="what have I booked?",
        receipt="can you send me the receipt?",
        prefer_mornings="I prefer mornings",
        human="can I talk to a real person?",
        two_classes="book vinyasa tomorrow at 7pm and pilates the day after tomorrow",
        both="both",
    ),
    Words(
        "es",
        yoga_at_seven="quiero vinyasa mañana a las 7 de la tarde",
        yes="sí, por favor",
        three_of_us="somos tres",
        day_after="no, el día siguiente",
        yoga_tomorrow="yoga mañana",
        second="la segunda",
        forget_it="déjalo",
        pilates_instead="mejor pilates",
        pilates="pilates mañana",
        cancel_pilates="cancela mi pilates",
        keep_it="no, déjala",
        yes_cancel="sí, cancélala",
        cannot_come="lo siento, no puedo ir",
        move_my_class="¿puedes cambiar mi clase a pasado mañana?",
        massage="un masaje mañana a las 3 de la tarde",
        hour_later="¿puedo ir una hora más tarde?",
        zumba="zumba mañana a las 12",
        put_me_on_the_list="apúntame a la lista de espera",
        place_in_line="¿qué puesto tengo en la lista de espera?",
        off_the_list="quítame de la lista de espera",
        take_the_place="¡sí, la quiero!",
        decline_the_place="no, gracias",
        tell_me_more="cuéntame más",
        how_much_is_it="¿cuánto cuesta?",
        who_teaches="¿quién da la clase de vinyasa?",
        where_are_you="¿dónde estáis?",
        opening_hours="¿qué horario tenéis?",
        recommend="¿qué me recomiendas?",
        my_bookings="¿qué reservas tengo?",
        receipt="¿me puedes enviar el recibo?",
        prefer_mornings="prefiero por las mañanas",
        human="quiero hablar con una persona",
        two_classes="resérvame vinyasa mañana a las 19:00 y pilates pasado mañana",
        both="las dos",
    ),
    Words(
        "pt",
        yoga_at_seven="quero vinyasa amanhã às 19h",
        yes="sim, por favor",
        three_of_us="somos três",
        day_after="não, no dia seguinte",
        yoga_tomorrow="ioga amanhã",
        second="a segunda",
        forget_it="esquece",
        pilates_instead="afinal prefiro pilates",
        pilates="pilates amanhã",
        cancel_pilates="cancela o meu pilates",
        keep_it="não, deixa estar",
        yes_cancel="sim, pode cancelar",
        cannot_come="desculpe, não posso ir",
        move_my_class="pode mudar a minha aula para depois de amanhã?",
        massage="uma massagem amanhã às 15h",
        hour_later="posso ir uma hora mais tarde?",
        zumba="zumba amanhã às 12h",
        put_me_on_the_list="quero ficar na lista de espera",
        place_in_line="qual é a minha posição na lista de espera?",
        off_the_list="quero sair da lista de espera",
        take_the_place="sim, quero!",
        decline_the_place="não, obrigada",
        tell_me_more="conte-me mais",
        how_much_is_it="quanto custa?",
        who_teaches="quem dá a aula de vinyasa?",
        where_are_you="onde ficam?",
        opening_hours="qual é o horário?",
        recommend="o que me recomenda?",
        my_bookings="que reservas tenho?",
        receipt="pode enviar-me o recibo?",
        prefer_mornings="prefiro de manhã",
        human="quero falar com uma pessoa",
        two_classes="reserva vinyasa amanhã às 19h e pilates depois de amanhã",
        both="as duas",
    ),
    Words(
        "fr",
        yoga_at_seven="je voudrais vinyasa demain à 19h",
        yes="oui, s'il vous plaît",
        three_of_us="nous sommes trois",
        day_after="non, le lendemain",
        yoga_tomorrow="yoga demain",
        second="le deuxième",
        forget_it="laissez tomber",
        pilates_instead="finalement plutôt pilates",
        pilates="pilates demain",
        cancel_pilates="annulez mon pilates",
        keep_it="non, je la garde",
        yes_cancel="oui, annulez",
        cannot_come="désolé, je ne peux pas venir",
        move_my_class="pouvez-vous déplacer mon cours à après-demain ?",
        massage="un massage demain à 15h",
        hour_later="puis-je venir une heure plus tard ?",
        zumba="zumba demain à 12h",
        put_me_on_the_list="mettez-moi sur la liste d'attente",
        place_in_line="quelle est ma place sur la liste d'attente ?",
        off_the_list="retirez-moi de la liste d'attente",
        take_the_place="oui, je la prends !",
        decline_the_place="non merci",
        tell_me_more="dites-m'en plus",
        how_much_is_it="combien ça coûte ?",
        who_teaches="qui donne le cours de vinyasa ?",
        where_are_you="où êtes-vous ?",
        opening_hours="quels sont vos horaires d'ouverture ?",
        recommend="que me recommandez-vous ?",
        my_bookings="quelles sont mes réservations ?",
        receipt="pouvez-vous m'envoyer le reçu ?",
        prefer_mornings="je préfère le matin",
        human="je voudrais parler à une personne",
        two_classes="réservez vinyasa demain à 19h et pilates après-demain",
        both="les deux",
    ),
    Words(
        "de",
        yoga_at_seven="ich möchte morgen um 19 Uhr Vinyasa",
        yes="ja, bitte",
        three_of_us="wir sind zu dritt",
        day_after="nein, am Tag danach",
        yoga_tomorrow="Yoga morgen",
        second="das zweite",
        forget_it="vergessen Sie es",
        pilates_instead="doch lieber Pilates",
        pilates="Pilates morgen",
        cancel_pilates="bitte Pilates stornieren",
        keep_it="nein, ich behalte sie",
        yes_cancel="ja, stornieren",
        cannot_come="tut mir leid, ich kann nicht kommen",
        move_my_class="können Sie meinen Kurs auf übermorgen verschieben?",
        massage="eine Massage morgen um 15 Uhr",
        hour_later="kann ich eine Stunde später kommen?",
        zumba="Zumba morgen um 12 Uhr",
        put_me_on_the_list="setzen Sie mich bitte auf die Warteliste",
        place_in_line="an welcher Stelle der Warteliste bin ich?",
        off_the_list="bitte streichen Sie mich von der Warteliste",
        take_the_place="ja, gerne!",
        decline_the_place="nein danke",
        tell_me_more="erzählen Sie mir mehr",
        how_much_is_it="was kostet das?",
        who_teaches="wer unterrichtet Vinyasa?",
        where_are_you="wo sind Sie?",
        opening_hours="was sind Ihre Öffnungszeiten?",
        recommend="was empfehlen Sie mir?",
        my_bookings="was habe ich gebucht?",
        receipt="können Sie mir die Quittung schicken?",
        prefer_mornings="am liebsten vormittags",
        human="ich möchte mit einem Menschen sprechen",
        two_classes="buchen Sie Vinyasa morgen um 19 Uhr und Pilates übermorgen",
        both="beides",
    ),
    Words(
        "it",
        yoga_at_seven="vorrei vinyasa domani alle 19",
        yes="sì, grazie",
        three_of_us="siamo in tre",
        day_after="no, il giorno dopo",
        yoga_tomorrow="yoga domani",
        second="il secondo",
        forget_it="lascia stare",
        pilates_instead="anzi, pilates",
        pilates="pilates domani",
        cancel_pilates="annulla il mio pilates",
        keep_it="no, la tengo",
        yes_cancel="sì, annulla",
        cannot_come="mi dispiace, non posso venire",
        move_my_class="puoi spostare la mia lezione a dopodomani?",
        massage="un massaggio domani alle 15",
        hour_later="posso venire un'ora dopo?",
        zumba="zumba domani alle 12",
        put_me_on_the_list="mettimi in lista d'attesa",
        place_in_line="qual è la mia posizione in lista d'attesa?",
        off_the_list="toglimi dalla lista d'attesa",
        take_the_place="sì, lo voglio!",
        decline_the_place="no grazie",
        tell_me_more="dimmi di più",
        how_much_is_it="quanto costa?",
        who_teaches="chi insegna vinyasa?",
        where_are_you="dove siete?",
        opening_hours="quali sono gli orari di apertura?",
        recommend="cosa mi consigli?",
        my_bookings="che prenotazioni ho?",
        receipt="puoi mandarmi la ricevuta?",
        prefer_mornings="preferisco la mattina",
        human="vorrei parlare con una persona",
        two_classes="prenota vinyasa domani alle 19 e pilates dopodomani",
        both="tutti e due",
    ),
)
