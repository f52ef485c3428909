"""Which Spanish phrases show what a customer wants? Regular expressions on folded lower-cased text, by intent.

The order is the order of strength. Written without accents: "manana" also matches "mañana".
"""

from __future__ import annotations

_BOOKING = r"(?:reservas?|reservacion(?:es)?|citas?|clases?|turnos?|sesion(?:es)?|mesas?|horas?|plazas?|cupos?|lugar)"
_MY = r"(?:mi|mis|la|las|el|los|una|un|nuestra|nuestro|esa|ese|esta|este)"
_PERSON = (
    r"(?:persona(?: real)?|humano|humana|agente|alguien|encargad[oa]|gerente|duen[oa]|recepcion(?:ista)?|"
    r"operador[a]?|asesor[a]?|responsable|representante|companer[oa]|ser humano)"
)
_STAFF = (
    r"(?:profe(?:sor|sora)?s?|profesor(?:es|as)|instructor(?:a|es|as)?|monitor(?:a|es|as)?|entrenador(?:a|es|as)?|"
    r"estilistas?|peluquer[oa]s?|barber[oa]s?|terapeutas?|masajistas?|dentistas?|doctor(?:a|es|as)?|medic[oa]s?|"
    r"fisio\w*|esteticistas?|equipo|personal|tutor(?:a|es|as)?)"
)
_WANT = (
    r"(?:quiero|quisiera|queria|querria|quieres?|necesito|me gustaria|nos gustaria|queremos|quisieramos|deseo|"
    r"puedo|podria|podriamos|podemos|puedes|podrias|me puedes|me podrias|puede|podrian|hay que|tengo que|"
    r"prefiero|prefiriria|voy a|vamos a|intento|hace falta)"
)

UNLESS: dict[str, str] = {
    "cancel": r"\b(?:hay|hubo|ha habido|teneis|tienes|tienen|sale|surge) (?:alguna|una)? ?cancelacion\w*|"
    r"\b(?:politicas?|antelacion|anticipacion|plazo|penalizacion|cuanto (?:cuesta|cobra\w*))\b",
}

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        rf"\b(?:hablar|conversar|chatear|comunicar(?:me|se)?|contactar|pas[ae]me|pasarme|conect\w+|ponme|atend\w+|"
        rf"atiend\w+|llam\w+)\b[\w\s]{{0,25}}?\b(?:con|a|por|de)?\s?(?:un[ao]? |el |la |al |otra )?{_PERSON}\b",
        r"^\W*(?:(?:un|una|el|la)\s)?(?:humano|agente|operador[a]?|persona real|recepcion|recepcionista|"
        r"atencion al cliente)\b[\w\s]{0,12}\W*$",
        r"\b(?:que me llame(?:n)?|me (?:puede|pueden|podeis|podrian) llamar|llamadme|llamenme|llamame)\b",
        r"\b(?:persona|humano) (?:real|de verdad|de carne)\b(?!.*\beres\b)",
    ),
    "waitlist": (
        r"\blista de espera\b|\ben espera\b",
        r"\b(?:avis\w+|notifi\w+|escrib\w+|dime|decidme|diganme)\b.*\bsi\b.*\b(?:libera|liberan|queda|quedan|cancela|"
        r"cancelan|hay|sale|abre|abren|surge)\b",
        r"\bsi (?:alguien|se|alguno)\b.*\b(?:cancela|libera|libere|cancele|cae|falla|borra)\b",
    ),
    "reschedule": (
        r"\b(?:reprogram\w+|reagend\w+|aplaz\w+|posponer\w*|pospon\w+|pospuest\w+|postergar\w*|posterg\w+)\b",
        rf"\b(?:cambi(?:ar|arla|arlo|armela|o|a|ame|as|amos|emos|e)|mover(?:la|lo|me)?|muev\w+|modific\w+|adelant\w+|"
        rf"retras\w+|atras(?:ar|arla|arlo)|traslad\w+|pas(?:ar|arla|arlo|armela|a|ame|amos|emos|ala|"
        rf"alo))\b[\w\s,]{{0,30}}?"
        rf"\b(?:{_BOOKING}|dia|fecha|hora|horario|para (?:el|la|las|otro|otra|manana)|al (?:\w+)|a (?:las|otra|"
        rf"otro|la)|"
        rf"otro dia|otra hora)\b",
        r"\b(?:cambiarla|cambiarlo|moverla|moverlo|cambiarme|muevela|muevelo|cambiala|cambialo|pasala|pasalo|"
        r"adelantarla|retrasarla|aplazarla)\b",
        rf"\b(?:un )?cambio (?:de|en) (?:{_MY} )?(?:{_BOOKING}|dia|fecha|hora|horario)\b",
        rf"\b(?:tengo|necesito|quiero|quisiera|hacer) (?:que )?(?:un )?cambi\w+\b(?=.*\b(?:{_BOOKING}|dia|hora|"
        rf"fecha)\b)",
    ),
    "cancel": (
        r"(?<!no )(?<!no la )(?<!no lo )(?<!sin )(?<!no quiero )(?<!no queria )(?<!no voy a )(?<!no quisiera )(?<!no hay que )"
        r"(?<!no hace falta )\b(?:cancel(?:ar|arla|arlo|armela|o|a|ame|ala|alo|en|enla|acion|amos|emos|e|enme)|"
        r"anul(?:ar|arla|"
        r"arlo|o|a|ame|ala|alo|en|acion|amos|e)|desmarcar|desapunt\w+|dar(?:me)? de baja|dame de baja)\b"
        r"(?! (?:gratis|sin cost))",
        r"\b(?:no|ya no) (?:puedo|podre|podemos|podremos|voy a poder|vamos a poder|podria)\b[\w\s]{0,20}\b(?:ir|"
        r"asistir|"
        r"venir|llegar|acudir|estar)\b",
        r"\b(?:ya )?no (?:voy|vamos|ire|iremos|asistire|vendre|vendremos)\b",
        r"\bya no (?:quiero|necesito|queremos|hace falta|me hace falta)\b",
        rf"\b(?:quitar|quita|quitame|borrar|borra|borrame|eliminar|elimina|deshacer|"
        rf"suprimir)\b[\w\s]{{0,20}}\b{_BOOKING}\b",
        rf"\bno (?:quiero|necesito)\b[\w\s]{{0,12}}\b{_MY} {_BOOKING}\b",
        r"\b(?:es|sera|va a ser) imposible (?:ir|asistir|venir|llegar|acudir)\b|\bno (?:me|nos) (?:va a dar|"
        r"da) tiempo\b|"
        r"^\W*(?:al final )?ya no puedo\W*$|\bno llego a (?:la|mi) (?:clase|cita)\b",
        r"\b(?:me ha surgido|me surgio|surgio un|ha surgido un)\b",
        r"\b(?:olvidalo|dejalo(?! (?:como|asi|en|para))|olvidate|dejemoslo|deja, no)\b",
    ),
    "price": (
        r"\b(?:cuanto|que) (?:\w+ )?(?:cuesta|cuestan|vale|valen|sale|salen|cobra|cobran|cobrais|es el precio|seria|"
        r"costaria|hay que pagar|tengo que pagar|se paga|pago|cuestas|cobras)\b",
        r"\b(?:precio|precios|tarifa|tarifas|coste|costo|costos|costes|descuentos?|ofertas?|promocion(?:es)?|"
        r"bonos)\b",
        r"\bcuanto (?:es|son|por)\b(?!.*\b(?:dura|tiempo)\b)|\ba (?:cuanto|como) (?:esta|estan|sale)\b",
        r"\b(?:es|son|esta) (?:muy )?(?:gratis|car[oa]s?|barat[oa]s?|gratuit[oa]s?)\b",
    ),
    "my_bookings": (
        rf"\b(?:que|cual(?:es)?|cuant[oa]s) {_BOOKING} (?:tengo|tenemos|hice)\b",
        rf"\b(?:que|cual(?:es)?|cuando|a que hora|donde|cuant[oa]s)\b[\w\s]{{0,25}}\b(?:mi|mis|tengo|tenia|tenemos)\b"
        rf"[\w\s]{{0,20}}\b(?:{_BOOKING}|reservad[oa]s?|agendad[oa]s?|apuntad[oa]s?|pendiente|proxima)\b",
        rf"\b(?:ver|mostrar|muestra(?:me)?|consultar|consulta|revisar|ensename|dime|confirmar|comprobar|"
        rf"recuerda(?:me)?|lista(?:r)?|"
        rf"saber)\b[\w\s]{{0,20}}\bmis? (?:proxim[ao]s? |siguientes? )?{_BOOKING}\b",
        rf"^\W*mis? (?:proxim[ao]s? )?{_BOOKING}\W*$",
        rf"\b(?:tengo|tenia|tenemos) (?:algo|alguna|algun|una|un|ya)?\s?(?:{_BOOKING})?\s?(?:reservad[oa]s?|"
        rf"agendad[oa]s?|"
        rf"apuntad[oa]s?|pendientes?|confirmad[oa]s?)\b",
        rf"\b(?:cuando|a que hora|que dia) (?:es|tengo|tenia|era|seria|sera)\b[\w\s]{{0,4}}\b(?:mi)?\s?{_BOOKING}\b",
        rf"^\W*(?:\w+\W+){{0,3}}tengo (?:una |un |alguna |algun )?{_BOOKING}\b[^?]*\?",
        rf"\b(?:ya )?(?:tengo|tenia|hice|tenemos) (?:hecha )?(?:una |la |mi )?{_BOOKING}\b(?! (?:prisa|libre))",
        r"\b(?:estoy|estamos) (?:apuntad|inscrit|registrad)[oa]s?\b|\bmi (?:recibo|factura|comprobante|"
        r"justificante)\b",
        r"\b(?:recibo|factura|comprobante)\b|^\W*que (?:tengo|tenemos)\b(?! que)",
    ),
    "staff_info": (
        r"\b(?:que dias|cuando|a que hora) (?:trabaja|viene|atiende)\b",
        r"\b(?:con|por) quien (?:es|son|seria|toca|sera|va)\b",
        r"\b(?:quien|quienes)\b[\w\s]{0,15}\b(?:da|dan|ensena|imparte|imparten|trabaja\w*|atiende\w*|corta\w*|"
        r"esta|estan|hace\w*|dirige|disponible|lleva)\b",
        rf"\b(?:quien(?:es)? (?:es|son|sera)|que|cual(?:es)?|con que|hay otr[oa])\b[\w\s]{{0,12}}\b{_STAFF}\b",
        r"\b(?:trabaja|trabajas|atiende|esta|da clases?|viene) (?!el |la |en |de |con |un |una |muy |todo |"
        r"bien |libre |"
        r"abiert|cerrad|disponible|incluid|para |ahi|lej|cerca|lleno|ok)[a-z]{3,} (?:hoy|manana|el|los|"
        r"disponible|por|esta|"
        r"ahi|libre)\b",
        r"\b(?!que |quien |cuando |donde |como |hoy |manana )[a-z]{3,} (?:trabaja|atiende|da clases?) (?:hoy|"
        r"manana|el|los|este|"
        r"esta|por)\b",
        rf"\b(?:tu|vuestro|su|sus|vuestros) (?:mejor )?{_STAFF}\b",
    ),
    "business_info": (
        r"\b(?:horarios?|horas) (?:de (?:apertura|atencion|cierre|abierto|trabajo|oficina|la tienda|el local)|"
        r"comercial)\b|"
        r"^\W*(?:el |los |cual(?:es)? (?:es|son) )?(?:el |los |su |sus |vuestro |tu )?horarios?\W*$|"
        r"\bque horarios? (?:tienen|teneis|tienes|hac\w+|manej\w+)\b",
        r"\b(?:abris|abren|abre|abres|cerrais|cierran|cierra|cierras|abiert[oa]s?|cerrad[oa]s?)\b",
        r"\bdonde (?:esta|estan|estais|queda|quedan|quedais|se encuentra\w*|os encuentro|te encuentro|estas|es)\b|"
        r"\bcomo (?:llego|llegar|se llega|puedo llegar|los encuentro)\b",
        r"\b(?:direccion|ubicacion|telefono|correo|email|pagina web|sitio web|web|instagram|localizacion)\b",
        r"\b(?:aparcamiento|parking|estacionamiento|aparcar|estacionar|wi-?fi|duchas?|taquillas?|vestuarios?|"
        r"toallas?|"
        r"esterillas?|mats?|silla de ruedas|minusvalid\w+|accesib\w+|ascensor)\b",
        r"\b(?:aceptan|aceptais|acepta|aceptas|se puede pagar|puedo pagar|pagar con|teneis|tienen|hay) (?:con )?"
        r"(?:tarjetas?|efectivo|bizum|perros?|mascotas?|ninos|bonos)\b",
        r"\bpoliticas? de\b|\breembolsos?\b|\bdevolv\w+ el dinero\b|^\W*que (?:me |hay que )?(?:llevo|traigo|"
        r"llevar)\b|\bcancelar (?:gratis|sin)\b|\bdevoluci\w+\b|\bque (?:debo|tengo que|hay que|"
        r"necesito) (?:llevar|traer)\b|"
        r"\bmascotas?\b|\bcuanto (?:dura|tiempo dura|duran)\b|\bcon cuanta (?:antelacion|anticipacion)\b",
    ),
    "book": (
        r"^\W*(?:una? )?(?:cita|reserva|turno|hora)\W*$",
        r"\b(?:reserv(?:ar|arme|arnos|ame|amela|amelo|ala|alo|arla|arlo|o|a|e|en|anos|eme|amos|emos)|agend(?:ar|"
        r"arme|ame|a|e|eme|amos)|"
        r"apunt(?:ar|arme|arnos|ame|anos|adme|ate|eme|o|a)|inscrib\w+|"
        r"anot(?:ar|arme|ame|eme|a)|sacar (?:una |un )?(?:cita|turno|hora)|pedir (?:una |un )?(?:cita|turno|"
        r"hora|clase|mesa|"
        r"reserva)|coger (?:una )?(?:cita|hora|clase)|tomar (?:una )?(?:cita|clase|turno)|pido (?:cita|turno|hora))\b"
        r"(?! (?:tengo|hech))",
        rf"\b(?:hacer(?:me|nos)?|hago|haz(?:me)?|hagame|solicitar|concertar|programar|programe|"
        rf"organiz\w+)\b[\w\s]{{0,15}}\b{_BOOKING}\b",
        rf"\b(?:quiero|quisiera|queria|querria|necesito|me gustaria|nos gustaria|queremos|quisieramos|deseo|busco|"
        rf"podria tener|me das?|dame|me puedes dar|me podrias dar|deme|tendrias?|tendrian|ponme|"
        rf"ponnos)\b[\w\s]{{0,15}}"
        rf"\b(?:una |un |otra |otro |la |el )?(?:\w+ )?{_BOOKING}\b",
        r"\b(?:me (?:quedo|apunto)|cuenta conmigo|guardame|guardadme|reservame|la cojo|lo cojo|la tomo|lo tomo)\b",
        r"\b(?:puedo|podria|podemos|podriamos) (?:ir|venir|pasar|pasarme|asistir|acudir)\b",
        r"\b(?:mesa|reserva|cita|turno) para (?!hoy\?|cancelar)",
    ),
    "find": (
        r"(?<!no )\b(?:hay|habria|habra|tienen|teneis|tienes|tendrian|tendriais|tendrias|queda|quedan|disponeis|"
        r"disponen|"
        r"ofrecen|ofreceis|dais|dan)\b",
        r"\b(?:disponib\w+|huecos?|horas? libres?|hueco libre|plazas? libres?|cupos?|libre|libres|horarios?|"
        r"opciones|alternativas)\b",
        r"\b(?:que|cual(?:es)?)\b[\w\s]{0,20}\b(?:clases?|sesiones|horas?|horarios|turnos|citas|huecos|opciones|"
        r"servicios|"
        r"tratamientos|dias)\b",
        r"\b(?:muestra(?:me)?|mostrar|ver|busc(?:ar|o|a|ame)|dime|encontrar|ensename|"
        r"consultar)\b[\w\s]{0,20}\b(?:clases?|"
        r"sesiones|horas?|horarios?|turnos?|citas?|huecos?|disponib\w+|opciones|algo|que)\b",
        r"\b(?:a que hora|cuando)\b",
        r"\bque tal (?:el|la|las|a las|manana|hoy|pasado|esta|este|si)\b|\by (?:el|la|las|a las|manana|hoy|"
        r"pasado)\b[^.!]*\?",
    ),
}

WEAK: dict[str, tuple[str, ...]] = {
    "book": (
        rf"(?<!no )(?<!no me )\b{_WANT}\b(?! (?:saber|preguntar|hablar|ver si|cancel|anul|cambi|mov))",
        r"\b(?:me viene bien|me va bien|me apetece|nos apetece|mejor)\b",
        r"\bpara (?:mi|nosotros|dos|tres|cuatro|\d{1,2})\b",
    ),
    "find": (r"\b(?:busco|buscar|recomiend\w+|sugier\w+|buscamos)\b",),
}

AFFIRM = (
    r"(?:^|[.!,;]\s*|\bok,? |\bah,? |\bpues )(?:si+p?|sii+|sip|claro|vale|dale|ok|okay|okey|oki|va|venga|perfecto|"
    r"genial|de acuerdo|bueno|bien|muy bien|correcto|exacto|exactamente|eso es|asi es|por supuesto|desde luego|"
    r"confirmo|confirmad[oa]|confirmar|confirma(?:lo|la|me|mela|melo)?|adelante|hecho|listo|estupendo|excelente|"
    r"fenomenal|guay|"
    r"me parece bien|trato hecho|sale|orale|simon|afirmativo|seguro|cierto|efectivamente|obvio|con gusto|"
    r"sin problema|"
    r"no hay problema|me apunto|bacano|buenisimo|que bien|esta bien|perfectamente|como no|por que no|hagamoslo|"
    r"hazlo)\b"
    r"(?! (?:dia|tarde|noche|que pena))",
    r"\b(?:me (?:va|viene|parece|queda|sirve|cuadra|vale|encaja|conviene|suena)|nos (?:va|viene|parece|queda|sirve))"
    r"(?: muy| super)? ?(?:bien|perfecto|genial|fenomenal|estupendo|bueno)?(?=\W|$)"
    r"(?! (?:muy )?(?:mal|fatal|peor|regular)\b)(?!.*\bno me\b)(?<!no me va)",
    r"(?<!no )\b(?:esta|suena|va) (?:muy |super )?(?:confirmad[oa]|bien|perfecto|genial|bueno)\b|\b(?:que|"
    r"yo) si\b|\bpues si\b|\bsi,? (?:por favor|"
    r"gracias|claro|"
    r"quiero|confirmo|señor|senora|reserva\w*)\b|^\W*de una\W*$|\bsi\s*[.!]*$|👍|✅|👌",
)

DENY = (
    r"(?:^|[.!,;]\s*|\bah,? |\buy,? |\bpues |\bla verdad )(?:no(?! (?:antes|mas tarde|hay problema|pasa nada|"
    r"te preocupes|"
    r"se preocupe|importa|"
    r"me importa|tengo preferencia|se|"
    r"lo se|entiendo|entendi|problem))|nop|nope|nunca|jamas|negativo|tampoco|para nada|de ninguna manera|"
    r"en absoluto|incorrecto|mejor no|claro que no|por supuesto que no|ni hablar|que va)\b",
    r"\bno (?:me|nos) (?:va|viene|parece|queda|sirve|cuadra|vale|encaja|conviene|interesa|apetece|gusta)\b|"
    r"\bno (?:es|esta) (?:correcto|bien|asi|cierto|eso)\b|\beso no\b|\bno lo (?:reserves|hagas|quiero|confirmes)\b|"
    r"\bno,? gracias\b|\bningun[oa]\b|\bcreo que no\b|\bpues no\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (
        r"\b(?:gracias|mil gracias|muchas gracias|te agradezco|le agradezco|os agradezco|se agradece|agradecid[oa]|"
        r"muy amable|thanks|thank you|grax|grcs)\b|🙏",
    ),
    "bye": (
        r"\b(?:adios|hasta (?:luego|pronto|manana|otra|la vista|la proxima|entonces|siempre)|nos vemos|chao|chau|bye|"
        r"que tengas? (?:un |una )?(?:buen|buena|lindo|feliz)\w*|que (?:te|le) vaya bien|saludos|"
        r"nada mas|eso es todo|es todo|seria todo|cuidate|hasta ahora)\b",
    ),
    "greet": (
        r"^\W*(?:hola+|holi|buenas|buenos dias|buen dia|buenas tardes|buenas noches|hey|ey|saludos|que tal|que hubo|"
        r"quiubo|que onda|alo|muy buenas)\b",
        r"\b(?:(?<!dejalo )(?<!dejala )como (?:estas|esta|estais|estan|te va|le va|andas|"
        r"van las cosas)\b(?! (?:de|el|la) )|que tal (?:todo|estas|esta|va|estais)?\W*$|"
        r"mucho gusto|encantad[oa])\b",
    ),
    "help": (
        r"^\W*(?:ayuda|menu|opciones|inicio|info|informacion|comandos|socorro)\W*$|\b(?:me )?(?:puedes|podrias|puede|"
        r"podria) ayudar(?:me|nos)?\b|\bayudame\b|\bnecesito ayuda\b|\bayuda por favor\b",
        r"\bque (?:puedes|sabes|haces|puede|puedo) (?:hacer|pedir\w*|preguntar\w*)\b|\bcomo (?:funciona|"
        r"funcionas|va) esto\b|"
        r"\bcomo funciona\w*\b",
    ),
}
