"""Spanish phrases that tell the offline model what to do."""

from __future__ import annotations

from typing import Final

PATTERNS: Final[dict[str, str]] = {
    "was_better": r"\b(?:era|eran|estaba|es|seria|me (?:venia|viene|va|iba|quedaba|queda|iban|venian)) mejor\b|"
    r"\b(?:prefiero|preferia|mejor) (?:la|el) (?:primer\w*|anterior|de antes)\b|\bvolvamos a\b",
    "same_again": r"\b(?:lo|la|el) mism[oa]\b[\w\s]{0,15}\b(?:siempre|ultima vez|otra vez|vez pasada|de antes|de nuevo)\b|"
    r"\blo de siempre\b|\b(?:como|igual que) (?:la (?:ultima|otra) vez|la vez pasada|siempre)\b|"
    r"\b(?:reserv\w+|apunt\w+)\b(?: lo| la| me)? (?:otra vez|de nuevo)\b|\botra vez lo mismo\b|"
    r"\brepetir (?:la|mi) (?:ultima )?reserva\b",
    "cant_come": r"\bno (?:puedo|podre|voy a poder|podemos) (?:ir|venir|asistir|acudir|llegar)\b|"
    r"\bme ha surgido\b|\bno llego\b|\bno me va a ser posible\b",
    "clause": r"[.?!;\n]+|,? \b(?:y (?:tambien|luego|despues|ademas)|y|ademas|tambien|luego)\b ",
    "book_it": r"\b(?:reservala|reservalo|reservamela|reservamelo|la quiero|lo quiero|me la quedo|"
    r"me lo quedo|adelante|hazlo|"
    r"me apunto|apuntame(?! (?:a|en) la lista)|la reservo|lo reservo|me vale)\b",
    "too": r"\b(?:tambien|otra|otro|ademas)\b|^\W*y\b",
    "opens": r"\b(?:abris|abren|cerrais|cierran|estais abiertos?|estan abiertos?)\b",
    "instead": r"\ben (?:vez|lugar|su lugar)\b",
    "the_one": r"\b(?:la|el|lo) de\b|\besa\b|\bese\b|\besta\b|\beste\b",
    "beyond": r"\b(?:algo|alguna cosa|un poco|alguna|algun)\b",
    "both": r"\b(?:las dos|los dos|ambas|ambos|todas|todos)\b",
    "refines": r"\b(?:mejor|en vez|en lugar|y si|que tal|pero|mas bien|prefiero|quise decir|digo)\b|"
    r"^\W*(?:y|o|no)\b",
    "later": r"^\W*(?:algo |un poco |no,? |hay |tienes |tiene |mas bien )*mas tarde\b",
    "earlier": r"^\W*(?:algo |un poco |no,? |hay |tienes |tiene |mas bien )*(?:mas temprano|mas pronto|"
    r"antes)\b",
    "hours_later": r"\b(?:media|una|un|dos|tres|\d{1,3})\s(?:horas?|minutos?|min) (?:mas tarde|despues)\b",
    "hours_earlier": r"\b(?:media|una|un|dos|tres|\d{1,3})\s(?:horas?|minutos?|min) (?:antes|mas temprano|"
    r"mas pronto)\b",
    "any_other": r"\botr[oa]s? (?:dia|hora|fecha|clase|opcion|momento|cosa)s?\b",
    "never_mind": r"^\W*(?:bueno,? |no,? |ok,? |vale,? )?(?:dejalo|da igual|olvidalo|dejemoslo|no importa|"
    r"nada,? dejalo)\b[^?]*$",
    "better_not": r"\b(?:espera,? no|no,? espera|me lo he pensado|he cambiado de (?:idea|opinion)|"
    r"cambie de (?:idea|opinion)|mejor no)\b",
    "bare_cancel": r"^\W*(?:por favor )?(?:cancela|cancelalo|cancelala|cancelar|anula|"
    r"anular)(?: por favor)?\W*$",
    "about": r"\b(?:quien es|quienes son|hablame de|sobre)\b",
    "info_where": r"\b(?:donde|direccion|ubicacion|como llego|como llegar|aparcar|aparcamiento|parking)\b",
    "info_hours": r"\b(?:horario|horarios|abris|abren|abierto|abierta|abiertos|cerrais|cierran|cerrado|"
    r"cerrados|abre|cierra)\b",
    "info_offers": r"\b(?:ofreceis|ofrecen|ofrece|servicios?|clases|tratamientos?|tipos?|precios?|cuesta|"
    r"cuanto)\b",
    "info_phone": r"\b(?:telefono|llamar|llamaros|numero|contacto)\b",
    "info_packs": r"\b(?:bonos?|abonos?|membresias?|mensualidad(?:es)?|tarjetas? regalo|paquetes?|"
    r"suscripcion(?:es)?)\b",
    "balance": r"\b(?:cuant[oa]s?)\b.*\b(?:creditos?|clases|sesiones)\b.*\b(?:queda|quedan|bono)\b|"
    r"\bcreditos? me quedan\b|\bmi saldo\b|\bdebo algo\b",
    "recommend": r"\b(?:recomiend\w*|recomend\w*|suger\w*|sugier\w*|aconsej\w*|que me va(?:ya)? bien|"
    r"sorprendeme)\b",
    "receipt": r"\b(?:recibo|factura|justificante|ticket de compra)\b",
    "pay_link": r"\b(?:enlace|link)\b.*\b(?:pag\w+)\b|\b(?:como|donde) (?:puedo )?pag(?:o|ar)\b",
    "where_in_line": r"\ben que posicion (?:estoy|voy)\b|\b(?:que|en que|cual)\b[\w\s]*\b(?:puesto|"
    r"posicion|lugar|numero)\b.*\b(?:lista|"
    r"cola|espera)\b|"
    r"\b(?:sigo|estoy) en (?:la )?lista\b|\bmi (?:puesto|posicion)\b",
    "leave_list": r"\b(?:sacame|quitame|borrame|salir|salirme|quitar|quitarme|"
    r"dejar)\b[\w\s]*\b(?:lista(?: de espera)?|cola)\b|\bya no (?:quiero )?espero?\w*\b",
    "waitlist": r"\blista de espera\b|\b(?:apuntame|ponme|anotame) (?:a|en) la (?:lista|cola)\b",
    "details": r"\b(?:cuentame mas|mas (?:informacion|detalles)|que nivel|en que consiste|"
    r"que tengo que llevar|que llevo|es dificil|detalles)\b",
    "code": r"\b(?:codigo|cupon|vale)(?: es|:)?\s+([a-z0-9]*[0-9][\w-]{1,31}|[a-z]{4,}\d*)\b",
    "prefer": r"\b(?:(?:yo )?prefiero|me gusta[n]?|siempre con|siempre (?:por|los|las|en)|solo con|"
    r"mi favorit[oa])\b",
    "forget": r"\bolvida (?:lo que|mis preferencias)\b|\bborra mis preferencias\b",
    "call_me": r"\b(?:me llamo|mi nombre es|llamame)\s+([a-z][\w'-]+(?:\s[a-z][\w'-]+)?)",
    "speak": r"\b(?:habla\w*|escrib\w*|contesta\w*|responde\w*)\b[\w\s]*\ben\b|\bhabl\w+\b",
    "always": r"\b(?:siempre|normalmente|en general)\b",
    "list": r"\b(?:que|cuales|cuantas)\b[\w\s]{0,12}\b(?:reservas|citas|clases)\b[\w\s]{0,8}\btengo\b|"
    r"\bmis (?:reservas|citas)\b|"
    r"\bque (?:tengo|he) reservado\b",
    "to_target": r"\b(?:al|a las?|a|para el|para la|para las|para|por)\b|->",
    "human": r"\b(?:una persona|alguien del equipo|un humano|persona real|un agente|recepcion)\b",
    "reschedule": r"\b(?:cambia\w*|mover|mueve\w*|mueva|aplaza\w*|pospon\w*|reprograma\w*|pasar|pasa|"
    r"adelanta\w*)\b[\w\s]{0,30}\b(?:reserva|clase|cita|sesion|hora|yoga|al|para)\b|"
    r"\b(?:puedo|podria) (?:ir|venir)\b[\w\s]{0,20}\b(?:mas tarde|mas temprano|antes|despues)\b",
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "amounts": {r"\bmedia\b": "30", r"\bdos\b": "120", r"\btres\b": "180"},
    "minute": {r"\bmin": "1"},
    "times_of_day": {
        r"\b(?:por|de) las? mananas?\b|\bmananas\b": "morning",
        r"\btardes?\b": "afternoon",
        r"\bnoches?\b": "evening",
        r"\bmediodia\b": "lunch",
    },
    "days": {
        r"\blunes\b": "monday",
        r"\bmartes\b": "tuesday",
        r"\bmiercoles\b": "wednesday",
        r"\bjueves\b": "thursday",
        r"\bviernes\b": "friday",
        r"\bsabados?\b": "saturday",
        r"\bdomingos?\b": "sunday",
        r"\bfin(?:es)? de semana\b": "weekend",
    },
    "languages": {
        r"\bingles\b": "en",
        r"\b(?:espanol|castellano)\b": "es",
        r"\bportugues\b": "pt",
        r"\bfrances\b": "fr",
        r"\baleman\b": "de",
        r"\bitaliano\b": "it",
    },
    "pay_with": {
        r"\b(?:mi|el|un|con) bono\b|\bcreditos?\b": "pass",
        r"\btarjeta regalo\b": "gift_card",
        r"\b(?:con|pag\w+)\b.*\btarjeta\b": "card",
        r"\ben efectivo\b": "cash",
        r"\bpag\w+ (?:alli|ahi|en el (?:centro|estudio))\b": "at_business",
    },
}
