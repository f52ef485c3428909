"""What else do Portuguese-speaking customers say: picks, comparisons, how many, small words that tell the language?"""

from __future__ import annotations

from services.agent.language.lexicon.tables import ChoiceWords, PartyWords

AFTERNOON_UNTIL = 6  # "às 3" is 15:00, "às 7" may well be the morning

QUESTION = (
    r"^\W*(?:(?:oi|ola|bom dia|boa tarde|boa noite|ok|e|entao|por favor)\W+)*(?:tem|ha|que|qual|quais|"
    r"quando|quanto|onde|existe\w*|mostra\w*|mostre|lista\w*|a que horas|ver|voces tem)\b|\b(?:voces tem|"
    r"tem (?:vaga|horario|alguma?|aula)\w*|ha (?:vaga|alguma?|aula|horario)\w*)\b|\?\s*$"
)

EVENING = r"\b(?:jantar|jantarada|concerto|espetaculo|restaurante|happy hour|balada)\b"

SHIFTS = (
    (r"\b(?:no |o )?dia (?:seguinte|a seguir|depois)\b|\bum dia (?:depois|mais tarde)\b|\bno outro dia\b", 1),
    (
        r"\b(?:na |a )?vespera\b|\bno dia anterior\b|\bo dia anterior\b|\bum dia (?:antes|mais cedo)\b|\bo "
        r"dia antes\b",
        -1,
    ),
    (
        r"\b(?:na |a )?(?:semana seguinte|outra semana|semana a seguir|semana depois)\b|\buma semana "
        r"(?:depois|mais tarde)\b",
        7,
    ),
    (r"\b(?:na |a )?semana (?:anterior|antes)\b|\buma semana (?:antes|mais cedo)\b", -7),
)

_THING = (
    r"(?:opcao|opcoes|vaga|horario|aula|sessao|hora|hipotese|alternativa|data|consulta|escolha|d[ae]ssas?|"
    r"delas|deles|da lista|lugar|item)"
)

# These are weekdays too: a pick only with the article ("a segunda") or its noun ("segunda opção").
_LIKE_WEEKDAYS = {"segunda": 2, "quarta": 4, "quinta": 5, "sexta": 6}
_PICKED = ("opção", "vaga", "aula", "sessão", "hora", "hipótese", "alternativa", "consulta", "escolha")

CHOICES = ChoiceWords(
    ordinals={
        "primeiro": 1, "primeira": 1, "1º": 1, "1ª": 1, "1o": 1, "1a": 1, "segundo": 2, "2º": 2, "2ª": 2,
        "2o": 2, "2a": 2, "terceiro": 3, "terceira": 3, "3º": 3, "3ª": 3, "3o": 3, "3a": 3, "quarto": 4,
        "4º": 4, "4ª": 4, "quinto": 5, "5º": 5, "5ª": 5, "sexto": 6, "6º": 6, "6ª": 6, "sétimo": 7,
        "sétima": 7, "oitavo": 8, "oitava": 8, "nono": 9, "nona": 9, "décimo": 10, "décima": 10,
        "último": -1, "última": -1, **{f"a {word}": n for word, n in _LIKE_WEEKDAYS.items()},
        **{f"{word} {noun}": n for word, n in _LIKE_WEEKDAYS.items() for noun in _PICKED},
    },
    cardinals={
        "um": 1, "uma": 1, "dois": 2, "duas": 2, "três": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7,
        "oito": 8, "nove": 9, "dez": 10,
    },
    pointed=(
        rf"\b(?:o |a )?(ORDINAL)(?:{'|'.join(f'(?<={noun})' for noun in _PICKED)}| {_THING})\b(?! (?:d[oa] "
        r"(?:mes|ano|dia|semana)|de marco|que vem|vez))"
    ),
    numbered=(
        r"\b(?:opcao|numero|n[ºo°]\.?|escolha|alternativa|hipotese|a|o)\s*(?:n[ºo°]\.?|numero)\s*(\d{1,2}|"
        r"CARDINAL)\b|\b(?:opcao|numero|escolha|alternativa|hipotese)\s*#?\s*(\d{1,2}|"
        r"CARDINAL)\b(?!\s*(?:pessoas?|h\b|horas?|:))|#(\d{1,2})\b"
    ),
    before=(
        r"(?:eu )?(?:quero|prefiro|fico com|escolho|vou (?:de|com|ficar com|querer)|pode ser|aceito)|marca|"
        r"marque|reserva|reserve|ok|sim|entao|hum|claro|o|a|essa|esse"
    ),
    after=r"por favor|pf|pfv|obrigad[oa]|serve|esta bem|ta bom|pode ser|mesmo|entao",
)  # fmt: skip

PREFERENCES: dict[str, tuple[str, ...]] = {
    "later": (
        r"\b(?:o|a|um|uma|algo|alguma coisa|horario|hora|aula|sessao|pouco|bocadinho|opcao|qualquer "
        r"coisa)\b[\w\s]{0,8}\bmais (?:tarde|para o fim)\b|^\W*(?:(?:nao|e|ou|entao|pode ser|um "
        r"pouco)\W+)*mais tarde\b|\bmais tarde(?: se (?:der|possivel|puder))?\W*$|\b(?:o|a) da noite\b",
    ),
    "earlier": (
        r"\b(?:o|a|um|uma|algo|alguma coisa|horario|hora|aula|sessao|pouco|bocadinho|opcao|qualquer "
        r"coisa)\b[\w\s]{0,8}\bmais cedo\b|^\W*(?:(?:nao|e|ou|entao|pode ser|um pouco)\W+)*mais cedo\b|"
        r"\bmais cedo(?: (?:se (?:der|possivel|puder)|possivel))?\W*$|\b(?:o quanto antes|o mais rapido "
        r"possivel|assim que possivel|quanto antes|primeir[oa] (?:vaga|horario|hora|data) (?:disponivel|"
        r"livre|que (?:tiver|houver))|primeira disponivel|proxima vaga|proximo horario (?:livre|"
        r"disponivel))\b|\b(?:o|a) da manha\b",
    ),
    "cheaper": (r"\b(?:o |a )?mais (?:barat[oa]|em conta|economic[oa])\b",),
    "other": (
        r"\b(?:o outro|a outra)(?: (?:opcao|horario|vaga|aula|sessao|hora|data|dia))?\W*$|\b(?:o outro|a "
        r"outra) (?:opcao|horario|vaga|aula|sessao|hora|data)\b",
    ),
    "any": (
        r"\b(?:tanto faz|ambos|ambas|(?:os dois|as duas) (?:servem|dao|serve|pode ser)|qualquer (?:um|uma|"
        r"hora|horario|dia|data|opcao)|e(?:-me)? indiferente|me e indiferente|tanto me faz|como (?:quiser|"
        r"preferir|quiserem)|voce (?:escolhe|decide|que sabe)|pode escolher|sem preferencia|nao tenho "
        r"preferencia|escolha voce)\b",
    ),
}  # fmt: skip

PARTY = PartyWords(
    heads="pessoas pess adulto adultos crianca criancas convidado convidados amigos amigas lugar lugares "
        "vaga vagas ingresso ingressos bilhete bilhetes bebe bebes mulheres homens meninas meninos colegas "
        "colega participantes alunos pax filhos filhas gente mocas rapazes moças cabecas membros",
    head_phrases="de nos",
    groups="grupo de, mesa de, mesa para, mesa pra, reserva para, reserva pra, reserva de",
    companions="amigo amiga mulher marido esposa esposo namorado namorada companheiro companheira mae pai "
        "irmao irma filho filha primo prima colega noivo noiva bebe tia tio parceiro parceira avo",
    owners="meu minha um uma nosso nossa seu sua",
    self_words="eu mim",
    and_self="e eu, e para mim, e pra mim, mais eu, & eu, e mim, comigo",
    self_and="eu e, eu mais, para mim e, pra mim e, vou com, ir com, vou levar, levar uma, levar um, "
        "levar o, levar a, levo, com uma amiga, com um amigo, com a minha, com o meu, com meu, com minha",
    alone="so eu, apenas eu, so para mim, so pra mim, para mim, pra mim, sozinho, sozinha, somente eu, "
        "so uma pessoa, eu so",
    pair="nos dois, nos duas, nós dois, a gente dois, os dois juntos, as duas juntas, um casal, para casal, "
        "pra casal",
    before="para, pra, pro, p/",
    between="umas uns cerca so apenas",
    we_are="somos, seremos, vamos ser, estaremos em, vamos em, somos em, iremos em, vamos, sao, serao, "
        "seriamos, estamos em",
    sized={
        "nós dois": 2, "nós duas": 2, "nós três": 3, "nós quatro": 4, "nós cinco": 5, "nós seis": 6,
        "para uma pessoa": 1, "pra uma pessoa": 1, "só uma pessoa": 1, "1 pessoa": 1, "em dois": 2,
        "os três": 3, "as três juntas": 3, "nos dois": 2, "nos tres": 3, "nos quatro": 4, "nos cinco": 5,
    },
)  # fmt: skip

NAMED = (
    r"\b(?:[Cc]om|[Pp]or|[Pp]el[oa])\s+(?:[oa]\s)?((?:(?:[Dd]r[aª]?|[Dd]outora?|[Ss]r[aª]?|[Dd]ona|"
    r"[Pp]rof)\.?\s)?[A-ZÀ-Ý][\w'’-]+(?:\s[A-ZÀ-Ý][\w'’-]+)?)|\b((?:Dra?|"
    r"Doutora?)\.?\s[A-ZÀ-Ý][\w'’-]+(?:\s[A-ZÀ-Ý][\w'’-]+)?)"
)

COMMON = (
    "o a os as um uma uns umas de do da dos das em no na nos nas ao à às aos e ou mas que quem qual quais "
    "quando onde como quanto quanta porque eu tu ele ela nós você vocês eles elas me te se lhe meu minha "
    "meus minhas seu sua nosso nossa este esta esse essa isto isso aquele aquela é são está estão estou tou "
    "tô foi ser estar ter tem tenho temos têm há fazer posso pode podem podia poderia quero queria gostaria "
    "gostava preciso não nao sim claro já ainda também muito mais menos bem bom boa tudo nada algo alguém "
    "ninguém com sem para pra pro por pelo pela até desde entre sobre depois antes então agora hoje amanhã "
    "ontem cedo tarde noite manhã olá oi obrigado obrigada valeu favor marcar marcação reservar reserva "
    "agendar consulta aula cancelar desmarcar remarcar mudar horário hora horas vaga vagas dia dias semana "
    "próxima próximo mês pessoas pessoa somos preço custa quanto morada endereço cabelo corte massagem "
    "aberto abrem fecham dá jeito serve beleza tchau primeira segunda terceira última tanto faz qualquer "
    "dois duas três quinta sexta sábado domingo terça quarta seguinte vou vamos ir vir daqui num numa"
)

THINGS: dict[str, str] = {
    "yoga": "ioga, aula de yoga, aula de ioga", "vinyasa": "yoga vinyasa", "pilates": "aula de pilates",
    "meditation": "meditação", "spinning": "cycling, bike, bicicleta", "boxing": "boxe",
    "personal training": "personal, treino personalizado, personal trainer, pt",
    "gym": "ginásio, academia, musculação", "swimming": "natação, piscina, aula de natação",
    "tennis": "ténis, tênis, court de ténis, quadra de tênis", "padel": "campo de padel, quadra de padel",
    "dance": "dança, aula de dança",
    "haircut": "corte, cortar o cabelo, corte de cabelo, cabelo, cabeleireiro",
    "hair colour": "coloração, pintar o cabelo, madeixas, luzes, tinta", "blow dry": "escova, brushing",
    "beard trim": "barba, aparar a barba, fazer a barba", "manicure": "unhas, unha, gel, manicura",
    "pedicure": "pedicura, pés", "facial": "limpeza de pele, tratamento facial",
    "waxing": "depilação, cera, epilação", "massage": "massagem, massagem relaxante, massagem desportiva",
    "sauna": "banho turco", "tattoo": "tatuagem, tattoo",
    "dentist": "dentista, limpeza dentária, limpeza dos dentes",
    "doctor": "médico, médica, clínico geral, consulta médica",
    "physiotherapy": "fisioterapia, fisio, fisioterapeuta, osteopatia",
    "therapy": "psicólogo, psicóloga, terapia", "eye test": "oftalmologista, oculista, exame de vista",
    "vet": "veterinário, veterinária", "grooming": "banho e tosa, tosquia",
    "oil change": "troca de óleo, mudança de óleo", "car service": "revisão, lavagem, alinhamento",
    "table": "restaurante, uma mesa", "room": "quarto duplo, quarto de hotel",
    "meeting room": "sala de reunião, sala de reuniões",
    "lesson": "aula de condução, aula de guitarra, aula de piano, aula de inglês, explicação",
    "workshop": "oficina, aula de cerâmica, aula de culinária", "tour": "visita guiada, passeio",
    "event": "concerto, espetáculo",
}  # fmt: skip

STOP_WORDS = (
    "o a os as um uma de do da dos das em no na nos nas ao aos e ou mas que quem qual quando onde como "
    "quanto com sem para pra pro por pelo pela ate desde entre sobre depois antes agora hoje amanha ontem "
    "cedo tarde noite manha segunda terca quarta quinta sexta sabado domingo semana mes ano dia dias hora "
    "horas janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro dois "
    "duas tres quatro cinco seis sete oito nove dez ola obrigado obrigada sim nao bem muito posso pode "
    "quero queria gostaria fazer ter ser estar marcar reservar cancelar mudar vaga vagas aula sessao "
    "consulta nosso nossa meu minha todo toda outro outra primeiro segundo ultimo proximo proxima possivel "
    "livre mesa pessoa pessoas sala quarto conta corto porta parte perto certo carta caro cara claro tenho "
    "temos"
)
