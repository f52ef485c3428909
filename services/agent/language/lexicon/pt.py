"""Which Portuguese words speak of time, as written in Portugal and in Brazil? Data only: words and phrases by tag."""

from __future__ import annotations

from services.agent.language.lexer import Lexing
from services.agent.language.values import Part, Unit

LEXING = Lexing(
    ordinal=r"(?:\.?[ºª°]|[oa])(?!\w)",
    units="[ap]m?|min|mins|m|h|hr|hrs|hs|d|s|k|x|a|o|pax|anos?",
    currency="reais|real|brl|euros?|eur|dólares|dolares|dollars?|contos|paus|cêntimos|centavos|percent",
    clock=r"(?<![\w:.,])\d{1,2}\s?(?:hrs?|hs|h)[0-5]\d(?:\s?(?:mins?|m)(?:\s?\d{1,2}\s?s)?)?(?![\w:])|"
    r"(?<![\w:.,])\d{1,2}\s?(?:hrs|hr|hs|h)(?![\w:])",
    elisions=frozenset({"d"}),
    opaque=r"(?<![\d])(?:\(?\d{2}\)?\s?)?9?\d{4}[\s-]\d{4}(?!\d)|(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}|"
    r"(?<!\d)\d{5}-\d{3}(?!\d)|(?<!\d)\d{4}-\d{3}(?!\d)|(?<![\w.])\d{3}-\d{2}-\d{4}(?!\d)|"
    r"(?<![\d/])\d{1,2}/\d{1,2},\d+|\S+\.(?:xlsx?|pdf|docx?|png|jpe?g|zip|csv|txt)(?!\w)|"
    r"(?<!\w)24\s?h?/\s?24(?![\w/])|(?<!\d)2\d\s\d{3}\s\d{2}\s\d{2}(?!\d)|(?<!\w)r\$\s?\d[\d.,]*",
)

CARDINALS: dict[int, str] = {
    0: "zero", 1: "um, uma", 2: "dois, duas", 3: "três, tres", 4: "quatro", 5: "cinco", 6: "seis", 7: "sete",
    8: "oito", 9: "nove", 10: "dez", 11: "onze", 12: "doze", 13: "treze", 14: "catorze, quatorze",
    15: "quinze", 16: "dezasseis, dezesseis", 17: "dezassete, dezessete", 18: "dezoito",
    19: "dezanove, dezenove", 20: "vinte", 30: "trinta", 40: "quarenta", 50: "cinquenta, cinqüenta",
    60: "sessenta", 70: "setenta", 80: "oitenta", 90: "noventa", 100: "cem, cento",
}  # fmt: skip

ORDINALS: dict[int, str] = {
    1: "primeiro, primeira, primeiros, primeiras", 2: "segundo, segunda", 3: "terceiro, terceira",
    4: "quarto, quarta", 5: "quinto, quinta", 6: "sexto, sexta", 7: "sétimo, sétima", 8: "oitavo, oitava",
    9: "nono, nona", 10: "décimo, décima", 11: "décimo primeiro, décima primeira",
    12: "décimo segundo, décima segunda",
}  # fmt: skip

MEANINGS: dict[str, dict[str, int]] = {
    "weekday": {
        "segunda, segunda-feira, segunda feira, segundas, segundas-feiras, segundafeira": 0,
        "terça, terça-feira, terça feira, terças, terças-feiras, terçafeira": 1,
        "quarta, quarta-feira, quarta feira, quartas, quartas-feiras, quartafeira, qua": 2,
        "quinta, quinta-feira, quinta feira, quintas, quintas-feiras, quintafeira, qui": 3,
        "sexta, sexta-feira, sexta feira, sextas, sextas-feiras, sextafeira": 4,
        "sábado, sábados, sáb, sab": 5, "domingo, domingos": 6,
    },
    "weekday_shy": {"seg": 0, "ter": 1, "sex": 4, "dom": 6},
    "month": {
        "janeiro, jan": 1, "fevereiro, fev": 2, "março, mar": 3, "abril, abr": 4, "maio, mai": 5,
        "junho, jun": 6, "julho, jul": 7, "agosto, ago": 8, "setembro, set": 9, "outubro, out": 10,
        "novembro, nov": 11, "dezembro, dez": 12,
    },
    "reldays": {
        "hoje, hj, dia de hoje, no dia de hoje": 0,
        "amanhã, amanha, amanhá, amnh, dia de amanhã, no dia de amanhã": 1,
        "depois de amanhã, depois d'amanhã, dps de amanhã": 2, "ontem": -1, "anteontem, antes de ontem": -2,
    },
    "next_day": {"dia seguinte, dia a seguir": 0},  # after a day already talked about
    "unit": {
        "segundo, segundos, seg, segs": Unit.SECOND, "minuto, minutos, min, mins": Unit.MINUTE,
        "hora, horas, hr, hrs, hs": Unit.HOUR, "dia, dias": Unit.DAY, "semana, semanas, sem": Unit.WEEK,
        "mês, mes, meses": Unit.MONTH, "ano, anos": Unit.YEAR,
    },
    "long_length": {"quinzena, quinze dias": 14, "oito dias": 7},
    "mer": {"am, a.m., a.m": 0, "pm, p.m., p.m": 1},
    "partword": {
        "manhã, manha, manhãs, manhãzinha": Part.MORNING, "tarde, tardes, tardinha": Part.AFTERNOON,
        "noite, noites, noitinha, anoitecer": Part.EVENING,
        "almoço, hora do almoço, hora de almoço, horário do almoço, horário de almoço": Part.LUNCH,
        "depois do trabalho, após o trabalho, depois do serviço, depois do expediente, "
        "fim do expediente": Part.AFTER_WORK,
        "depois da escola, depois das aulas, saída da escola": Part.AFTER_SCHOOL, "cedo": Part.EARLY_MORNING,
        "antes do almoço": Part.MORNING, "depois do almoço, depois de almoço, após o almoço": Part.AFTERNOON,
    },
    "hours_word": {  # hour * 100 + hour
        "madrugada, madrugadas": 6, "primeira horinha": 709,
        "manhã cedo, bem cedo, de manhã cedo, cedo de manhã, cedinho, início da manhã, "
        "começo da manhã, início de manhã, princípio da manhã, primeira hora, "
        "primeira hora da manhã, cedo pela manhã, bem cedinho": 709,
        "meio da manhã, meio de manhã": 911,
        "fim da manhã, final da manhã, fim de manhã, fim do manhã": 1012,
        "início da tarde, começo da tarde, princípio da tarde, início de tarde, começo de tarde": 1214,
        "meio da tarde, meio de tarde": 1417,
        "fim da tarde, final da tarde, fim de tarde, final de tarde, tardinha, finalzinho da tarde": 1719,
        "início da noite, começo da noite, princípio da noite, início de noite": 1821,
        "fim da noite, final da noite, tarde da noite": 2124, "início do dia, começo do dia": 610,
        "meio do dia": 1116, "fim do dia, final do dia, fim de dia": 1721,
    },
    "noon": {
        "meio-dia, meio dia, meiodia, 1/2 dia": 12, "meia-noite, meia noite, meianoite": 24,
    },
    "holiday": {  # month * 100 + day
        "natal, dia de natal": 1225, "véspera de natal, consoada, noite de natal": 1224,
        "ano novo, dia de ano novo, primeiro do ano, ano-novo": 101,
        "véspera de ano novo, passagem de ano, réveillon, reveillon, virada do ano, "
        "véspera de ano-novo": 1231,
        "dia de reis": 106, "são valentim, dia de são valentim": 214,
        "dia da mulher, dia internacional da mulher": 308, "tiradentes, dia de tiradentes": 421,
        "dia da liberdade": 425, "dia do trabalho, dia do trabalhador, dia dos trabalhadores": 501,
        "dia de portugal": 610, "dia dos namorados": 612,
        "santo antónio, santo antônio, dia de santo antónio": 613, "são joão, dia de são joão": 624,
        "são pedro, dia de são pedro": 629, "assunção": 815, "independência, dia da independência": 907,
        "implantação da república": 1005, "nossa senhora aparecida, dia das crianças": 1012,
        "halloween, dia das bruxas": 1031, "todos os santos, dia de todos os santos": 1101,
        "finados, dia de finados": 1102, "proclamação da república": 1115,
        "consciência negra, dia da consciência negra": 1120, "restauração da independência": 1201,
        "imaculada conceição": 1208, "dia do pai": 319,
    },
    "easter": {  # days after Easter Sunday, plus 100
        "páscoa, domingo de páscoa, dia de páscoa": 100,
        "sexta-feira santa, sexta santa, sexta feira santa": 98,
        "carnaval, terça de carnaval, terça-feira de carnaval, dia de carnaval": 53,
        "quarta-feira de cinzas, quarta de cinzas": 54, "corpus christi, corpo de deus": 160,
        "domingo de ramos": 93,
    },
    "weekday_feast": {  # month * 100 + weekday * 10 + nth (0 = last)
        "dia das mães": 562, "dia da mãe": 561, "dia dos pais": 862,
        "thanksgiving, ação de graças, dia de ação de graças": 1134,
    },
    "half": {"meia, meio": 30}, "half_past": {"meia": 30},
    "quarter": {"um quarto, quarto": 15}, "three_quarters": {"três quartos": 45},
    "span_words": {"alguns, algumas, uns, umas": 3, "um par de": 2},
}  # fmt: skip

PLAIN: dict[str, str] = {
    "unfit": "não dá, não dá para mim, não me dá, não posso, não consigo, não podemos, não vou poder, "
    "não poderei, não vai dar, não me dá jeito, não dá jeito, não me convém, não convém, "
    "não é possível, é impossível, impossível, não pode ser, não serve, não me serve, não funciona, "
    "não rola, não tenho como, não estou livre, não estou disponível, não tô livre, estou ocupado, "
    "estou ocupada, tô ocupado, tô ocupada, não tenho tempo",
    "cant_do": "não posso, não consigo, não podemos, não vou poder, não poderei, não me dá jeito, não dá jeito, "
    "não me convém, não estou livre, não estou disponível, estou ocupado, estou ocupada, tô ocupado, "
    "tô ocupada, não quero, não me serve, não tenho como",
    "many_parts": "manhãs, tardes, noites",
    "many_days": "dias",
    "month_name": "janeiro, fevereiro, março, abril, maio, junho, julho, agosto, setembro, outubro, "
    "novembro, dezembro",
    "abbr": "jan, fev, mar, abr, mai, jun, jul, ago, set, out, nov, dez, seg, ter, qua, qui, sex, sáb, sab, "
    "dom, hr, hrs, hs, min, sem, av, tel, r",
    "minute_u": "minuto, minutos, min, mins",
    "hour_u": "hora, horas, h, hr, hrs, hs, horas em ponto",
    "day_u": "dia, dias",
    "week_u": "semana, semanas, sem",
    "month_u": "mês, mes, meses",
    "year_u": "ano, anos",
    "weekend_u": "no fim de semana, no final de semana, do fim de semana, do final de semana, "
    "neste fim de semana, neste final de semana, fim de semana, fim-de-semana, final de semana, fds, "
    "fins de semana, finais de semana, findi",
    "fortnight_u": "quinzena",
    "the": "o, a, os, as, um, uma, no, na, ao, à, meu, minha, nosso, do, da",
    "le": "dia",
    "dayn": "dia, dias",
    "days_pl": "dias",
    "of": "de, do, da, dos, das, d', deste, desta, desse, dessa",
    "in": "em, no, na, nos, nas, de, da, do, à, a, pela, pelo, ao, por, pra, durante, num, numa",
    "in_time": "em, daqui a, daqui, daqui à, de aqui a, daqui até, d'aqui a, d'aqui, dali a",
    "within": "dentro de, em até, no prazo de, nos, nas, num prazo de, em menos de, durante os, durante as",
    "during": "durante, por, por um período de, com duração de",
    "for": "para, pra, pro, p/, p",
    "from": "de, da, do, das, dos, desde, desde as, desde o, desde a, a partir de, a partir do, "
    "a partir da, a partir das",
    "between": "entre",
    "between_hours": "entre as, entre a",
    "and": "e, &",
    "or": "ou, ou então, ou senão",
    "range_to": "a, à, às, ás, as, ao, até, ate, ateh, até às, até as, até ao, até o, até a, até à, ate as, "
    "ate o, ate a, -, –, —, ~, e até, aos",
    "to_the": "ao, a, até ao, até o, até, ate, aos, -, –, —",
    "dash": "-, –, —",
    "quarter_u": "trimestre, trimestres",
    "comma": "COMMA",
    "bracket": "(, )",
    "stop": "., !, ?, ;, …",
    "slash": "/",
    "colon": ":",
    "feira": "feira, feiras, f",
    "next": "próximo, próxima, próximos, próximas, que vem, q vem, que vêm, que entra, vindouro, vindoura",
    "following": "seguinte, seguintes, outra",
    "this": "logo à, logo a, este, esta, neste, nesta, esse, essa, nesse, nessa, deste, desta, desse, "
    "dessa, presente, corrente",
    "here": "agora, corrente",
    "last": "último, última, últimos, últimas, passado, passada, passados, passadas, anterior, retrasado, "
    "retrasada",
    "each": "cada, todos os, todas as, todo, toda",
    "at": "às, ás, pelas, pela, lá pelas, por volta das, por volta da, por volta do, por volta de, "
    "cerca das, cerca da, umas, tipo às, tipo, para as, pras, pra as, perto das, perto da, "
    "a partir das, a partir da, mais ou menos às, aproximadamente às, p/ as, ali pelas, as exatas, "
    "para às, pra às",
    "at_shy": "as, à",
    "hours_art": "das, da, depois das, dps das, antes das, até às, até as, ate as, ateh as, após as, "
    "após às, a partir das, desde as, desde às, não antes das, só depois das, só a partir das, "
    "no máximo até às, até à, entre as, no máximo às, antes da, depois da, a partir da",
    "less_to": "para as, para a, para o, pras, pra as, pra a, pro, p/ as",
    "less": "menos",
    "past": "passadas, passados, passa",
    "sharp": "em ponto, certas, certinho, no máximo, no mínimo, mais ou menos, e pouco",
    "before": "antes, antes das, antes da, antes de, antes do, até, ate, ateh, até às, até as, até à, "
    "até a, até o, até ao, ate as, ate a, no máximo às, no máximo até às, no mais tardar às, "
    "o mais tardar às, não depois das, no máximo as, ate o, ateh a, ateh as, mais cedo que, "
    "mais cedo do que as",
    "after": "depois, depois das, depois da, depois de, depois do, após, apos, após as, após às, após ao, "
    "após a, após à, após o, a partir das, a partir da, a partir de, a partir do, desde as, desde a, "
    "desde às, não antes das, nunca antes das, mais tarde que, mais tarde que as, mais tarde do que as, "
    "passando das, dps das, depois as, no mínimo às, só depois das, só a partir das, a partir",
    "after_day": "depois, depois de, depois do, depois da, após, apos, após o, após a, dps de",
    "starting": "a partir de, a partir do, a partir da, a partir, desde, desde o, desde a, não antes de, "
    "começando, começando em, começando no, começando na, com início em, com início no",
    "upto": "até, ate, ateh, até ao, até à, até o, até a, ate o, ate a, ateh a, no máximo, no máximo até, "
    "no mais tardar, até dia, o mais tardar, ate ao, não depois de",
    "before_day": "antes, antes de, antes do, antes da, antes dos",
    "onward": "em diante, por diante, pra frente, para a frente, adiante, ou depois, ou mais tarde, "
    "e depois, pra cima, no mínimo",
    "backward": "ou antes, ou mais cedo, no máximo, no mais tardar, para trás",
    "later": "depois, mais tarde, à frente, pra frente, após",
    "ago": "atrás, atras, antes",
    "ago_before": "há, ha, faz, tem, havia, fazia",
    "end_of": "fim, fim de, fim do, fim da, fim deste, fim desta, final, final de, final do, final da, "
    "fins de, finais de",
    "start_of": "início, início de, início do, início da, inícios de, começo, começo de, começo do, "
    "começo da, princípio de, princípio do, princípio da, princípios de",
    "mid": "meados de, meados do, meados da, meados, meio de, meio do, meio da",
    "rest": "resto, restante",
    "whole": "toda, todo",
    "in_eight": "a, à",
    "now_shy": "já, ja, já já, ja ja",
    "now": "agora, agora mesmo, imediatamente, já já, neste momento, nesse momento, neste instante, "
    "de imediato",
    "please": "por favor, pfv, pf, obrigado, obrigada",
    "not": "não, nao, nem",
    "except": "exceto, qualquer hora menos, qualquer horário menos, qualquer coisa menos, menos de, "
    "menos ao, menos aos, menos às, fora, excepto, sem ser, tirando, a não ser, em vez de, ao invés de, "
    "em vez da, em vez do, "
    "em vez das, menos na, menos no, menos à, menos às, menos a, dia menos, dias menos, qualquer dia menos, "
    "qualquer dia exceto, qualquer dia que não seja, qualquer dia sem ser, todos menos, todas menos, "
    "que não seja, que não seja na, que não seja no",
    "coming_week": "para a semana, pra semana, p'ra semana",
    "but": "mas, sobretudo",
    "cant": "não quero, nao quero, não queria, não posso, nao posso, não consigo, nao consigo, não dá, "
    "nao da, não da, não podemos, não vou poder, não poderei, não vai dar, não estou disponível, "
    "não tô disponível, não to, não estou livre, estou ocupado, estou ocupada, tô ocupado, tô ocupada, "
    "não me dá jeito, não dá jeito, não me convém, não rola, não tenho como, não é possível, "
    "indisponível, não pode ser, não me serve, não serve, não consigo ir",
    "correct": "não, nao, aliás, alias, na verdade, afinal, melhor, desculpa, desculpe, ops, opa, "
    "quer dizer, quero dizer, digo, corrigindo, em vez disso, prefiro, pensando bem, espera, espere, "
    "mude para, muda para, mudar para, pode ser antes, antes, queria dizer, correção, minto",
    "moved_to": "para, pra, pro, para o, para a, para as, pras",
    "move": "mudar, mude, muda, remarcar, remarque, remarca, alterar, altere, altera, trocar, troque, "
    "troca, adiar, adie, adia, passar, passe, passa, antecipar, antecipe, reagendar, reagende, "
    "reagenda, transferir, transfere, transfira, mover, mova, mudança, adiantar, adiante, "
    "desmarcar e marcar",
    "good": "bom, boa, boas, bons, ótimo, ótima, excelente, feliz, ótimas, óptimo, óptima",
    "greet_tail": "descanso, festas, trabalho, domingo",
    "people": "pessoa, pessoas, pess, adulto, adultos, criança, crianças, convidado, convidados, amigo, "
    "amigos, amiga, amigas, lugar, lugares, vaga, vagas, ingresso, ingressos, bilhete, bilhetes, vezes, "
    "vez, euros, euro, reais, real, km, kg, metros, cm, bebê, bebês, bebé, bebés, mulheres, homens, "
    "meninas, meninos, colegas, participantes, alunos, aulas, aula, sessões, sessão, opções, mesas, "
    "quartos, camas, noites, pontos, estrelas, graus, outros, outras, gatos, cachorros, cães, cão, "
    "carros, por cento, clientes, jogadores, membros, litros, páginas, unidades, itens, garrafas, "
    "horários, filhos, filhas, pax, anos, gente, moças, rapazes, parcelas, tipos",
    "label": "número, números, num, nº, n°, no., n., tel, telefone, telemóvel, celular, whatsapp, zap, "
    "pedido, encomenda, referência, ref, código, cep, código postal, nota, fatura, factura, "
    "quarto número, sala, andar, porta, bloco, apartamento, apto, ap, voo, ônibus, autocarro, linha, "
    "plataforma, página, capítulo, versão, opção, passo, tamanho, modelo, iphone, windows, nif, cpf, "
    "rg, cnpj, protocolo, conta, agência, loja, lote, cliente, fax, iban, contribuinte, categoria, "
    "nível, temporada, episódio, terminal, cabine, cacifo, ramal, extensão, senha, ticket número",
    "street": "rua, r, avenida, av, travessa, praça, pça, largo, alameda, estrada, rodovia, beco, praceta, "
    "calçada, viela, ladeira, rotunda, parque, rua de, avenida de, br",
    "one_noun": "opção, escolha, vaga, sessão, aula, vez, pessoa, andar, lição, proposta, alternativa, "
    "parte, turma, etapa, tentativa, consulta, mão, classe, linha, hipótese, semana, quinzena, fila, "
    "série, categoria, dose, via, metade",
    "come": "somos, seremos, vamos, vem, vêm, viremos, mesa, jogar, estaremos",
    "masked": "por que não, porque não, não faz mal, nada mal, dia a dia, dia após dia, até logo, até mais, "
    "até já, até breve, até segunda ordem, algum dia, outro dia, qualquer dia, desta vez, dessa vez, "
    "última vez, próxima vez, por dia, por semana, por mês, por ano, por hora, todos os dias, todo dia, "
    "todo o dia, cada dia, até agora, segundo a, um momento, mais tarde, mais cedo, muito cedo, "
    "tão cedo, demasiado cedo, tarde demais, cedo demais, muito tarde, fica tarde, é tarde, uma vez, "
    "segunda mão, segunda via, terça parte, quinta parte, quarta parte, de segunda classe, "
    "a segunda vez, primeira vez, primeiro lugar, segundo lugar, boa noite, e agora, agora não, "
    "agora há pouco, meia dúzia, meio a meio, meio período, a meio, por meio",
    "year_mark": "do ano, do ano de, no ano de, de ano",
}
