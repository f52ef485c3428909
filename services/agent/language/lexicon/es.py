"""Which Spanish words speak of time, in Spain and in the Americas? Data only: words and phrases by tag."""

from __future__ import annotations

from services.agent.language.lexer import Lexing
from services.agent.language.values import Part, Unit

LEXING = Lexing(
    ordinal=r"(?:\.?[ºª°]|(?:er|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na)(?!\w))",
    units=r"[ap]m?|h|hs|hr|hrs|hora|horas|m|min|mins|minutos?|seg|s|d|días?|dias?|sem",
    currency=r"usd|eur|gbp|mxn|euros?|dólares|dolares|pesos?|soles|céntimos|centimos|centavos|por\sciento",
    clock=r"(?<![\d:.])\d{1,2}\s?h\s?[0-5]\d(?!\w)",
    opaque=r"(?<!\w)(?:calle|avenida|avda|plaza|paseo|carrera)\.?\s(?:del?\s)?\d{1,2}\s(?:de\s)?[^\W\d_]+(?:,?\s\d{1,4})?(?!\w)",
)

_ONES = {
    1: "un, uno, una", 2: "dos", 3: "tres", 4: "cuatro", 5: "cinco", 6: "seis", 7: "siete", 8: "ocho", 9: "nueve",
}  # fmt: skip
_TENS = {
    30: "treinta",
    40: "cuarenta",
    50: "cincuenta",
    60: "sesenta",
    70: "setenta",
    80: "ochenta",
    90: "noventa",
}

CARDINALS: dict[int, str] = {
    0: "cero, zero", **_ONES, 10: "diez", 11: "once", 12: "doce", 13: "trece", 14: "catorce", 15: "quince",
    16: "dieciséis, diez y seis", 17: "diecisiete, diez y siete", 18: "dieciocho, diez y ocho",
    19: "diecinueve, diez y nueve", 20: "veinte", 21: "veintiuno, veintiún, veintiuna", 22: "veintidós",
    23: "veintitrés", 24: "veinticuatro", 25: "veinticinco", 26: "veintiséis", 27: "veintisiete", 28: "veintiocho",
    29: "veintinueve", **_TENS,
    100: "cien, ciento",
    **{
        tens + ones: ", ".join(f"{name} y {one.strip()}" for one in _ONES[ones].split(","))
        for tens, name in _TENS.items()
        for ones in _ONES
    },
}  # fmt: skip

ORDINALS: dict[int, str] = {
    1: "primero, primer, primera", 2: "segundo, segunda", 3: "tercero, tercer, tercera", 4: "cuarto, cuarta",
    5: "quinto, quinta", 6: "sexto, sexta", 7: "séptimo, séptima", 8: "octavo, octava", 9: "noveno, novena",
    10: "décimo, décima",
}  # fmt: skip

MEANINGS: dict[str, dict[str, int]] = {
    "weekday": {
        "lunes, lun": 0, "martes": 1, "miércoles, mié, mie, miér, mier": 2, "jueves, jue": 3,
        "viernes, vie, vier, biernes": 4, "sábado, sábados, sáb, sab": 5, "domingo, domingos, dom": 6,
    },
    "month": {
        "enero, ene": 1, "febrero, feb": 2, "marzo, mar": 3, "abril, abr": 4, "mayo, may": 5, "junio, jun": 6,
        "julio, jul": 7, "agosto, ago": 8, "septiembre, setiembre, sep, sept, set": 9, "octubre, oct": 10,
        "noviembre, nov": 11, "diciembre, dic": 12,
    },
    "month_name": {
        "enero": 1, "febrero": 2, "abril": 4, "junio": 6, "julio": 7, "agosto": 8, "septiembre, setiembre": 9,
        "octubre": 10, "noviembre": 11, "diciembre": 12,
    },
    "reldays": {
        "hoy, hoy mismo, hoy día, hoy en día, el día de hoy": 0,
        "mañana, mañana mismo, el día de mañana, mñn, mñana, manana, mna": 1,
        "pasado mañana, pasado, pasadomañana": 2,
        "ayer": -1, "anteayer, antes de ayer, antier": -2,
    },
    "unit": {
        "segundo, segundos, seg, s": Unit.SECOND, "minuto, minutos, min, mins, minutito, minutitos": Unit.MINUTE,
        "hora, horas, h, hs, hr, hrs, horita, horitas": Unit.HOUR, "día, días, dia, dias": Unit.DAY,
        "semana, semanas, sem": Unit.WEEK, "mes, meses": Unit.MONTH, "año, años, ano, anos": Unit.YEAR,
    },
    "long_length": {"quincena": 15, "semanita": 7},
    "mer": {"am, a.m., a m": 0, "pm, p.m., p m": 1},
    "meridiem_letter": {"p": 1},
    "partword": {
        "de la mañana, por la mañana, por la mñn, por la mna, x la mñn, de la mñn, en la mañana, a la mañana, "
        "la mañana, las mañanas, mañanas, "
        "por las mañanas, esta mañana por la mañana, antes de comer, antes de almorzar, antes del almuerzo, "
        "durante la mañana, de mañana": Part.MORNING,
        "primera hora, a primera hora, primera hora de la mañana, a primera hora de la mañana, bien temprano, "
        "muy temprano, temprano, tempranito, temprano por la mañana, temprano en la mañana": Part.EARLY_MORNING,
        "media mañana, a media mañana, última hora de la mañana, a última hora de la mañana": Part.LATE_MORNING,
        "madrugada, de madrugada, de la madrugada, en la madrugada, por la madrugada": Part.SMALL_HOURS,
        "tarde, tardes, de la tarde, por la tarde, en la tarde, a la tarde, por las tardes, a media tarde, "
        "después de comer, después del almuerzo, después de almorzar, durante la tarde": Part.AFTERNOON,
        "tardecita, a última hora de la tarde, última hora de la tarde, última hora, a última hora, "
        "al final de la tarde, al atardecer, tarde-noche": Part.EVENING,
        "noche, noches, de la noche, por la noche, en la noche, a la noche, por las noches, nochecita, "
        "de noche, durante la noche": Part.NIGHT,
        "hora de comer, la hora de comer, hora del almuerzo, la hora del almuerzo, del mediodía, de mediodía, "
        "hora de la comida": Part.LUNCH,
        "después del trabajo, después de trabajar, al salir del trabajo, saliendo del trabajo": Part.AFTER_WORK,
        "después del colegio, después de la escuela, después de clases, al salir del cole": Part.AFTER_SCHOOL,
    },
    "thisday_part": {
        "esta mañana": Part.MORNING, "esta tarde": Part.AFTERNOON, "esta madrugada": Part.SMALL_HOURS,
        "este mediodía, este medio día, este pasado mediodía": Part.LUNCH,
    },
    "noon": {
        "mediodía, medio día, mediodia, al mediodía, a mediodía, al medio día, las doce del mediodía, las 12 del mediodía": 12,
        "medianoche, media noche, a medianoche, a la medianoche, a media noche, las doce de la noche, las 12 de la noche": 24,
    },
    "holiday": {
        "navidad, día de navidad, navidades": 1225, "nochebuena, noche buena": 1224,
        "nochevieja, noche vieja, fin de año, noche de fin de año": 1231,
        "año nuevo, día de año nuevo": 101, "reyes, día de reyes, epifanía": 106,
        "san valentín, día de san valentín, día de los enamorados": 214, "halloween, noche de brujas": 1031,
        "todos los santos, día de todos los santos": 1101, "día de los muertos, día de muertos": 1102,
        "san juan": 624, "día del trabajo, día del trabajador": 501, "la constitución, día de la constitución": 1206,
        "la inmaculada": 1208, "día de la hispanidad": 1012, "san josé": 319, "la asunción": 815,
    },
    "half": {"media": 30},
    "quarter": {"cuarto, un cuarto": 15},
    "span_words": {"par, un par, par de, un par de": 2, "unos pocos, unas pocas, algunos, algunas": 3},
}  # fmt: skip

PLAIN: dict[str, str] = {
    "unfit": "no puedo, no podemos, no podré, no podría, no me va, no me va bien, no me viene bien, no va bien, "
    "no nos va bien, no nos viene bien, no me sirve, no me queda bien, no me cuadra, no me conviene, "
    "me va mal, me viene mal, me queda mal, me es imposible, es imposible, imposible, no es posible, "
    "no me es posible, no funciona, estoy ocupado, estoy ocupada, no estoy, no estoy libre, "
    "no estoy disponible, no tengo tiempo",
    "cant_do": "no puedo, no podemos, no podré, no me va bien, no me viene bien, no me sirve, no me queda bien, "
    "no me cuadra, no me conviene, me va mal, me viene mal, estoy ocupado, estoy ocupada, "
    "me es imposible, no quiero",
    "abbr": "lun, mié, mie, jue, vie, sáb, sab, dom, ene, feb, mar, abr, may, jun, jul, ago, sep, sept, set, oct, "
    "nov, dic, hr, hrs, hs, min, mins, seg, sem, h",
    "night_u": "noche, noches",
    "nights_u": "noches",
    "vague_one": "un, una",
    "plural_u": "minutos, horas, días, dias, semanas, meses, años, anos",
    "minute_u": "minuto, minutos, min, mins",
    "day_u": "día, días, dia, dias",
    "hour_u": "hora, horas, hs, hr, hrs, h",
    "week_u": "semana, semanas",
    "month_u": "mes, meses",
    "year_u": "año, ano",
    "weekend_u": "fin de semana, fines de semana, finde, fin de sem, finde semana",
    "h_letter": "h, hs, hrs",
    "tonight": "esta noche, hoy por la noche, hoy en la noche, hoy a la noche, hoy noche",
    "now": "ahora, ahora mismo, ahorita, ahorita mismo, ya mismo, cuanto antes, lo antes posible, inmediatamente, "
    "enseguida, de inmediato, lo más pronto posible, cuanto antes mejor",
    "later": "más tarde, después, mas tarde",
    "sharp": "en punto, exactas",
    "oclock": "en punto",
    "ish": "y pico, más o menos, mas o menos, aprox, aproximadamente",
    "and_min": "y, con",
    "less": "menos",
    "oh": "cero, zero",
    "hours_the": "las",
    "of_morning": "de mañana",
    "on": "para el, para este, para el día, el día, en el día, el día de",
    "in": "en, dentro de, de aquí a, de acá a, al cabo de",
    "within": "dentro de los, en menos de, en el plazo de, antes de que pasen",
    "at": "a las, a la, a eso de las, a eso de la, sobre las, sobre la, hacia las, hacia la, alrededor de las, "
    "alrededor de la, alrededor de, cerca de las, cerca de la, tipo, como a las, como a la, a partir las, tipo las, "
    "para las, para la, por las, por ahí de las, aproximadamente a las, más o menos a las, sobre, hacia, @, "
    "a las como, a esto de las",
    "to_the": "para las, para la",
    "of_hours": "de las, de la",
    "the_m": "el, ese, aquel",
    "los_u": "los",
    "the": "el, la, los, las, lo, ese, esa, aquel",
    "of": "de, del, de los, de la",
    "a": "un, una",
    "for": "para, por",
    "from": "desde, desde las, desde la, desde el",
    "span_from": "de, del, de las, de los",
    "between": "entre, entre las, entre la, entre el, entre los",
    "and": "y, e, &, pero",
    "or": "o, u, ó, o a las, o sino, o si no, o a la, o el, o para el",
    "range_to": "a, al, hasta, hasta las, hasta la, hasta el, -, –, —, ~, hasta al",
    "dash": "-, –, —",
    "comma": "COMMA",
    "stop": "., !, ?, ;",
    "slash": "/",
    "plus": "+",
    "next": "próximo, próxima, próximos, próximas, el próximo, la próxima, los próximos, las próximas, siguiente, "
    "siguientes, el siguiente, la siguiente",
    "next_post": "que viene, que vienen, próximo, próxima, siguiente, que sigue, entrante, q viene, que entra",
    "coming": "este próximo, esta próxima, este que viene",
    "this": "este, esta, este mismo, esta misma, estos, estas, el presente",
    "last": "pasado, pasada, último, última, el pasado, la pasada, el último, la última",
    "last_post": "pasado, pasada, anterior, último",
    "ago_pre": "hace, hacía, hace ya",
    "any": "cualquier, cualquiera, cada, todos los, todas las, algún, alguna",
    "after": "después de, después de las, después de la, después del, después de el, pasadas las, pasada la, "
    "más tarde de, más tarde de las, más tarde de la, más tarde que, posterior a, posterior a las, luego de, "
    "luego de las, pasado el, pasado las, tras, tras las, no antes de, no antes de las, no antes de la, no antes del, "
    "a partir de después de",
    "before": "antes de, antes de las, antes de la, antes del, antes de el, más temprano de, más temprano que, "
    "anterior a, no más tarde de, no más tarde de las, no más tarde del, hasta, hasta las, hasta la, hasta el, "
    "a más tardar, a más tardar a las, a más tardar el, como muy tarde, como muy tarde a las, como muy tarde el, "
    "tan tarde como, previo a",
    "starting": "a partir de, a partir de las, a partir de la, a partir del, desde, desde las, desde la, desde el, "
    "comenzando, comenzando el, empezando, empezando el, empezando a las, empezando por, a contar de, a contar desde, "
    "tan pronto como, de … en adelante, que empieza, que empieza el, que comienza, que comienza el, que inicia, "
    "que inicia el, como pronto",
    "upto": "hasta, hasta el, hasta la, hasta las, a más tardar, a más tardar el, como muy tarde, como muy tarde el, "
    "no más tarde del, no más tarde de, para antes del, tan tarde como",
    "cant": "no puedo, no podemos, no podré, no me va bien, no me viene bien, no me sirve, no me queda bien, "
    "no me cuadra, estoy ocupado, estoy ocupada, imposible, no quiero, me es imposible",
    "street": "calle, avenida, av, avda, plaza, paseo, carretera, camino, c, edificio, piso, puerta, portal, número",
    "act": "reservar, reserva, reserve, agendar, agenda, pagar, para, desde, hasta, de",
    "late_word": "tarde, muy tarde, demasiado tarde",
    "masked": "llegar tarde, llego tarde, llegaré tarde, llegamos tarde, llegaremos tarde, ya es tarde, hasta mañana, "
    "más temprano, más pronto, por qué no, cómo no, por ahora, de momento, segunda ronda, de una vez, una vez, "
    "un día de estos, "
    "algún día, esta vez, la próxima vez, otra vez, por hora, y cuarto de baño, de lunes a domingo siempre, "
    "de todas formas, dos veces, tan pronto, de vez en cuando, a veces, más tarde o más temprano, "
    "por segunda vez, por primera vez, en segundo lugar, en primer lugar, he pasado, ha pasado, has pasado, "
    "hemos pasado, han pasado",
    "end_of": "fin de, fines de, a fin de, a fines de, final de, finales de, al final de, a finales de, el final de, "
    "fin del, finales del, al final del, final del, a final de, a final del, últimos días de, ultimos días del",
    "start_of": "principio de, principios de, a principios de, al principio de, comienzo de, comienzos de, "
    "a comienzos de, inicio de, inicios de, a inicios de, el inicio de, primeros días de, principios del, "
    "al principio del, inicio del, a principios del",
    "mid": "mediados de, a mediados de, mitad de, a mitad de, medianos de, mediados del, a mediados del",
    "checkout": "me voy, nos vamos, salida, check out, checkout",
    "onward": "en adelante, o más tarde, o después, como pronto, para adelante, y después, o posterior",
    "backward": "o antes, como muy tarde, a más tardar, como máximo, o más temprano, y antes",
    "early": "temprano, a primeros de",
    "late": "a última hora de",
    "rest": "resto, resto de, resto del, el resto de, el resto del, lo que queda de, lo que queda del, "
    "más tarde, más tarde de",
    "please": "por favor, porfa, gracias, xfa",
    "not": "no, ni, menos los, menos las, menos por, menos por la, menos en, cualquier día menos, "
    "cualquier dia menos, cualquier día menos el, cualquier cosa menos, excepto por, excepto los, "
    "que no sea los, que no sea por, mejor no, mejor no el, excepto, menos el, salvo, salvo el, excepto el, "
    "que no sea, que no sea el, en vez de, en vez del, "
    "en lugar de, en lugar del, nunca",
    "instead": "en su lugar, en cambio",
    "correct": "no, mejor, en realidad, perdón, perdona, quiero decir, quise decir, digo, más bien, mejor dicho, "
    "me equivoqué, corrección, espera, uy, ups, prefiero, que sea, no puedo",
    "move": "mover, mueve, muévela, muévelo, moverla, moverlo, cambiar, cambia, cámbiala, cámbialo, cambiarla, "
    "cambiarlo, cambio, reprogramar, reagendar, aplazar, aplaza, posponer, pospón, pasar, pasa, pásala, pásalo, "
    "pasarla, pasarlo, adelantar, adelanta, retrasar, atrasar, trasladar, modificar, movemos, cambiamos, "
    "pasamos, ponerla, ponerlo",
    "moved_to": "al, para el, para las, para la, a las, a la, por el",
    "good": "buenos, buenas, buen, buena, feliz, bonita, lindo, linda, que tengas buen, que tengas buena, "
    "que tengas una buena, que tengas un buen, que pases buena, que pases buen",
    "day_noun": "fecha, día",
    "pronoun": "yo, tú, él, ella, nosotros, ustedes, ellos",
    "named": "me llamo, mi nombre es, mi nombre, se llama, a nombre de, de nombre, soy",
    "we_are": "somos, seremos, seríamos, venimos, vendremos, vamos a ser",
    "people": "personas, persona, gente, pax, adultos, adulto, niños, niño, niñas, niña, invitados, invitado, amigos, "
    "amigo, amigas, amiga, entradas, entrada, plazas, plaza, lugares, lugar, asientos, asiento, cupos, cupo, sitios, "
    "sitio, comensales, chicos, chicas, hombres, mujeres, noches, veces, vez, puntos, punto, estrellas, estrella, "
    "dólares, euros, pesos, km, kg, kilómetros, metros, kilos, otros, otras, sesiones, clases, citas, reservas, turnos, "
    "mesas, habitaciones, camas, opciones, más, compañeros, miembros, parejas, familias, perros, gatos, bolsas, "
    "coches, carros, piezas, grados, hermanos, hijos, de nosotros",
    "label": "sala, puerta, vuelo, número, num, nº, no., n, versión, pedido, orden, extensión, ext, unidad, "
    "apartamento, apto, depto, piso, planta, nivel, capítulo, página, habitación, andén, autobús, línea, canal, "
    "temporada, paso, opción, #, ref, referencia, pin, código, cp, tel, teléfono, móvil, celular, whatsapp, edificio, "
    "modelo, talla, factura, recibo, albarán, expediente, bus, aula, cabina, casa, kilómetro, dni, nif",
    "one_noun": "opción, hora libre, turno, vez, clase, sesión, cita, plaza, ronda, persona, reserva, mano, visita, "
    "planta, piso, puerta, mitad",
    "year_mark": "año, del año, de, del",
}
