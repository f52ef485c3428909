"""What else do Spanish-speaking customers say: picks, comparisons, how many, things people book?"""

from __future__ import annotations

from services.agent.language.lexicon.tables import ChoiceWords, PartyWords

QUESTION = (
    r"^\W*(?:(?:hola|buenas|buenos dias|buenas tardes|ok|vale|y|oye|perdona|por favor)\W+)*(?:hay|tienen|teneis|tienes|queda|"
    r"quedan|que|cual|cuales|cuando|a que|muestra\w*|ver|busco|dime|habria|tendrian|tendriais|ofrecen|dais|dan)\b|"
    r"\b(?:hay (?:algo|alguna|algun|clases?|huecos?|sitio|plazas?|disponib\w+)|teneis|tienen|tienes|que (?:horas|clases|"
    r"horarios|huecos|opciones))\b"
)

EVENING = r"\b(?:cena|cenar|copas|tragos|fiesta|concierto|espectaculo|esta noche|restaurante|mesa)\b"

SHIFTS = (
    (r"\b(?:al|el|un) dia (?:siguiente|despues|posterior)\b|\bun dia mas tarde\b|\bal otro dia\b", 1),
    (r"\b(?:el|un) dia (?:antes|anterior|previo)\b", -1),
    (
        r"\b(?:a )?la (?:otra semana|semana (?:siguiente|posterior|despues))\b|\buna semana (?:despues|mas tarde)\b",
        7,
    ),
    (r"\bla semana (?:anterior|previa|antes)\b|\buna semana antes\b", -7),
)

CHOICES = ChoiceWords(
    ordinals={
        "primera": 1, "primero": 1, "primer": 1, "segunda": 2, "segundo": 2, "tercera": 3, "tercero": 3, "tercer": 3,
        "cuarta": 4, "cuarto": 4, "quinta": 5, "quinto": 5, "sexta": 6, "sexto": 6, "septima": 7, "septimo": 7,
        "octava": 8, "octavo": 8, "novena": 9, "noveno": 9, "decima": 10, "decimo": 10,
        "1a": 1, "1o": 1, "1ª": 1, "1º": 1, "1ra": 1, "1ro": 1, "1era": 1, "1er": 1, "2a": 2, "2o": 2, "2ª": 2, "2º": 2,
        "2da": 2, "2do": 2, "3a": 3, "3o": 3, "3ª": 3, "3º": 3, "3ra": 3, "3ro": 3, "4a": 4, "4ª": 4, "4ta": 4, "4to": 4,
        "ultima": -1, "ultimo": -1, "de abajo": -1, "de arriba": 1,
    },
    cardinals={
        "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
        "diez": 10,
    },
    pointed=(
        r"\b(?:(?:la|el|lo) )(ORDINAL)(?: (?:opcion|hora|cita|clase|sesion|turno|de (?:ellas|ellos|esas|esos|la lista|todas)))?"
        r"(?! ?(?:de|semana|mes|ano|vez|dia|hora de|lunes|martes|miercoles|jueves|viernes|sabado|domingo|persona|que viene))\b|"
    ).removesuffix("|"),
    numbered=(
        r"\b(?:opcion|numero|num\.?|n[.º°]?|turno)\s*#?\s*(\d{1,2}|CARDINAL)\b(?!\s*(?:personas|am|pm|:|h\b))|#(\d{1,2})\b|"
        r"\b(?:la|el) (?:del? )?(?:numero |opcion )(\d{1,2}|CARDINAL)\b"
    ),
    before=(
        r"(?:me )?(?:quedo con|quiero|prefiero|elijo|escojo|cojo|tomo|reservo|reserva(?:me)?|dame|me va bien|pon(?:me)?|"
        r"gustaria|apunto a)|mejor|ok|vale|si|por favor|pues|la|el|con|entonces|bueno"
    ),
    after=r"por favor|porfa|porfi|gracias|esta bien|me va bien|me viene bien|entonces|mejor|opcion|perfecto",
)  # fmt: skip

PREFERENCES: dict[str, tuple[str, ...]] = {
    "later": (
        r"\b(?:la|el|lo|una|uno) (?:de )?(?:mas tarde|la tarde|la noche)\b|"
        r"\b(?:algo|un poco|alguna|mejor|mas bien) mas tarde\b|^\W*(?:mejor )?mas tarde\W*$|"
        r"\b(?:la|el) ultim[oa] (?:hora|del dia)\b|\bmas tarde(?:, por favor)?\W*$",
    ),
    "earlier": (
        r"\b(?:la|el|lo|una|uno) (?:de )?(?:mas temprano|mas pronto|antes|la manana|mas temprana|mas cercana)\b|"
        r"\b(?:algo|un poco|mejor) (?:mas temprano|mas pronto|antes)\b|^\W*(?:mejor )?(?:mas temprano|mas pronto|antes)\W*$|"
        r"\b(?:lo antes posible|cuanto antes|lo mas pronto posible|la primera (?:que haya|disponible|libre)|"
        r"el primer hueco|lo primero que (?:haya|tengas?))\b",
    ),
    "cheaper": (r"\b(?:la|el|lo|algo|una|uno)? ?mas (?:barat[oa]s?|economic[oa]s?)\b",),
    "other": (r"\b(?:la|el) otr[oa](?! (?:dia|semana|vez|persona))\b",),
    "any": (
        r"\b(?:me|nos)? ?da (?:igual|lo mismo)\b|\bcualquier[a]?(?: de (?:las|los) (?:dos|tres))?(?: (?:me va bien|vale|sirve|"
        r"esta bien))?\W*$|\bno (?:me|nos) importa\b|\b(?:elige|escoge|decide|elija) (?:tu|usted)\b|\bsin preferencia\b|"
        r"\bno tengo preferencia\b|\blo que (?:sea|haya|tengas|te venga bien|prefieras)\b|\bes igual\b",
    ),
}

PARTY = PartyWords(
    heads="personas persona gente pax adultos adulto ninos nino ninas nina invitados invitado amigos amigo amigas amiga "
    "entradas entrada plazas plaza lugares lugar asientos asiento cupos cupo sitios sitio comensales chicos chicas hombres "
    "mujeres companeros companeras bebes asistentes participantes puestos colegas nosotros cabezas alumnos",
    head_phrases="de nosotros",
    groups="grupo de",
    companions="amigo amiga mujer esposa esposo marido pareja novia novio madre padre mama papa hermana hermano hijo hija "
    "jefe jefa colega prima primo tia tio companero companera abuela abuelo suegra suegro sobrina sobrino cunada cunado",
    owners="mi un una nuestro nuestra su otro otra",
    self_words="yo",
    and_self="y yo, y para mi, y a mi, & yo, mas yo",
    self_and="para mi y, yo y, yo con, conmigo y, para mi mas, a mi y, vengo con, voy con, ire con, iria con, voy a ir con",
    alone="solo yo, solamente yo, para mi solo, para mi sola, yo solo, yo sola, solo para mi, solo una persona, voy solo, "
    "voy sola, una sola persona, para una persona, somos uno",
    pair="para los dos, las dos personas, nosotros dos, en pareja, para una pareja",
    before="a los, apuntanos a los, para, para los, para las, reserva para, mesa para, mesa de, reservar para, "
    "somos, seremos, seriamos, venimos, vamos, "
    "iremos, vamos a ser, en total",
    between="unos unas solo solamente nosotros los las aproximadamente",
    we_are="somos, seremos, seriamos, vamos a ser, vamos, iremos, vendremos, venimos",
)

NAMED = (
    r"\b(?:[Cc]on|[Dd]e parte de|[Vv]er a)\s+((?:(?:[Dd]ra?|[Ss]ra?|[Ss]rta)\.?|[Dd]octora?|[Dd]on|[Dd]oña|el [Dd]octor|"
    r"la [Dd]octora)?\s?[A-ZÁÉÍÓÚÑ][\w'’-]+(?:\s[A-ZÁÉÍÓÚÑ][\w'’-]+)?)|"
    r"\b((?:Dra?|Doctora?)\.?\s[A-ZÁÉÍÓÚÑ][\w'’-]+(?:\s[A-ZÁÉÍÓÚÑ][\w'’-]+)?)"
)

THINGS: dict[str, str] = {
    "yoga": "clase de yoga",
    "pilates": "clase de pilates",
    "meditation": "meditación, mindfulness",
    "spinning": "ciclo indoor, bici indoor, clase de spinning",
    "boxing": "boxeo, kickboxing",
    "personal training": "entrenamiento personal, entrenador personal, entrenadora personal",
    "gym": "gimnasio, gym",
    "swimming": "natación, clase de natación",
    "tennis": "tenis, pista de tenis, cancha de tenis, clase de tenis",
    "padel": "pádel, pista de pádel, cancha de pádel",
    "dance": "baile, clase de baile, danza, salsa, bachata, ballet, tango",
    "haircut": "corte de pelo, corte de cabello, cortarme el pelo, cortarme el cabello, corte, peluquería, "
    "cortar el pelo, corte de caballero, corte de señora, peinado",
    "hair colour": "tinte, mechas, balayage, teñirme el pelo, coloración",
    "blow dry": "secado, brushing, peinado con secador",
    "beard trim": "barba, afeitado, arreglo de barba, recorte de barba",
    "manicure": "manicura, las uñas, mis uñas, uñas de gel",
    "pedicure": "pedicura",
    "facial": "limpieza facial, tratamiento facial, limpieza de cutis",
    "waxing": "depilación, depilarme, cera, depilación láser",
    "massage": "masaje, masajes, masaje relajante, masaje deportivo, masaje de espalda, masaje descontracturante",
    "spa": "circuito spa, circuito termal",
    "tattoo": "tatuaje, tatuarme",
    "dentist": "dentista, limpieza dental, odontólogo, revisión dental",
    "doctor": "médico, médica, doctora, consulta médica",
    "physiotherapy": "fisioterapia, fisio, fisioterapeuta, rehabilitación",
    "therapy": "terapia, terapeuta, psicólogo, psicóloga",
    "eye test": "óptica, revisión de la vista, examen de la vista, oculista",
    "vet": "veterinario, veterinaria",
    "grooming": "peluquería canina, baño para perro",
    "oil change": "cambio de aceite",
    "car service": "revisión del coche, taller, lavado de coche, lavado de auto, itv",
    "table": "mesa, restaurante, comida, almuerzo, cena",
    "room": "habitación, habitación doble, hotel",
    "meeting room": "sala de reuniones, sala de juntas",
    "lesson": "clase particular, clase de guitarra, clase de piano, clase de conducir, clase de inglés",
    "workshop": "taller de cerámica, taller de cocina, clase de cocina",
    "tour": "visita guiada, recorrido, excursión",
    "event": "concierto, entradas",
}

STOP_WORDS = (
    "cita citas clase clases hora horas reserva reservas reservar turno turnos sesion plaza plazas libre libres hueco "
    "sitio lugar gracias hola buenas persona personas noche tarde manana martes marzo mayo favor cambiar cambio comer "
    "corta corto costa casa cosa mismo misma misa caja baja barra barrio tres tren cada nada todo todos "
    "teneis tienen tienes tener tengo veces vamos pasar pasa mejor persona personal"
)
