"""Which Portuguese phrases (Portugal and Brazil) show what a customer wants? Regular expressions on folded text.

The order is the order of strength. Written without accents: "amanha" also matches "amanhã".
"""

from __future__ import annotations

_BOOKING = (
    r"(?:reservas?|marcacao|marcacoes|agendamentos?|consultas?|aulas?|sessao|sessoes|horarios?|vagas?|"
    r"mesas?|horas?|inscricao|inscricoes|compromissos?|visitas?|atendimentos?|hora marcada|lugar|lugares)"
)
_MY = r"(?:(?:o|a|os|as|um|uma)?\s?(?:meus?|minhas?|nossos?|nossas?)|o|a|os|as|um|uma|esse|essa|este|esta)"
_PERSON = (
    r"(?:humano|humana|pessoa|alguem|atendente|agente|operador|operadora|gerente|responsavel|dono|dona|"
    r"recepcao|recepcionista|rececao|rececionista|funcionario|funcionaria|assistente|secretaria|apoio ao "
    r"cliente|equipe|equipa|suporte|ser humano)"
)
_STAFF = (
    r"(?:professor(?:a|es|as)?|profs?|instrutor(?:a|es|as)?|monitor(?:a|es|as)?|treinador(?:a|es|as)?|"
    r"personal|cabeleireir[oa]s?|barbeir[oa]s?|esteticistas?|massagistas?|terapeutas?|dentistas?|doutor(?:a|"
    r"es|as)?|medic[oa]s?|fisio\w*|manicures?|equipe|equipa|staff|profissiona(?:l|is)|especialistas?)"
)
_WANT = (
    r"(?:quero|queria|quereria|gostaria|gostava|preciso|precisava|queremos|queriamos|gostariamos|precisamos|"
    r"desejo|posso|podia|poderia|podemos|da para|da pra|tem como|to querendo|estou querendo|pretendo|"
    r"prefiro|preferia|seria possivel|e possivel|adorava|adoraria|vou querer)"
)

INTENTS: dict[str, tuple[str, ...]] = {
    "talk_to_human": (
        r"\b(?:falar|conversar|contactar|contatar|fala|passa(?:r)?(?: me)?|passe|transfer\w+|lig(?:ar|ue|"
        r"uem)|chama(?:r)?|atendid[oa])\b[\w\s-]{0,12}?\b(?:com|para|pra|a|ao|"
        rf"por)\b[\w\s]{{0,14}}?\b{_PERSON}\b",
        r"^\W*(?:(?:um|uma|o|a)\s)?(?:humano|atendente|pessoa real|operador[a]?|recepcao|apoio ao cliente|"
        r"atendimento humano)\b[\w\s]{0,15}\W*$",
        r"\b(?:podem|pode|poderiam|poderia) (?:me )?(?:ligar|telefonar)(?:-me)?\b|\b(?:me )?lig(?:uem|ue|"
        r"a)(?:-| )(?:me|pra mim|para mim)\b|\bme liga\b",
        r"\b(?:pessoa|humano|atendente|atendimento) (?:real|de verdade|humano)\b(?!.*\b(?:es|e voce)\b)",
    ),
    "waitlist": (
        r"\blista de espera\b|\bem espera\b|\bfila de espera\b",
        r"\b(?:avis\w+|notifi\w+|me fala|diga(?:-me)?|diz(?:-me)?|informe\w*|me chama|manda "
        r"mensagem)\b.*\b(?:se|quando|assim que|caso)\b.*\b(?:vagar|vagou|vaga|liberar|abrir|abre|surgir|"
        r"desistir|cancelar|houver|aparecer|desistencia)\b",
        r"\b(?:se|quando|caso)\b[\w\s]{0,20}\b(?:desistir|cancelar|vagar|liberar|abrir vaga|surgir|"
        r"desmarcar)\b",
    ),
    "reschedule": (
        r"\b(?:remarc\w+|reagend\w+|adiar|adie|adia|adiamento|antecip\w+|transferir|transfer\w+|"
        r"reprogram\w+)\b(?! (?:para|com) (?:um )?(?:atendente|humano))",
        r"\b(?:mud(?:ar|e|a|o|amos|anca)|alter(?:ar|e|a|o|acao)|troc(?:ar|a|o|amos)|pass(?:ar|e|a)|"
        r"mov(?:er|a)|modificar|modifique|adiantar|atrasar)\b(?:-(?:la|lo|"
        rf"me))?[\w\s,-]{{0,30}}?\b(?:{_BOOKING}|dia|data|hora|para (?:a |o |as |amanha|depois|segunda|"
        r"terca|quarta|quinta|sexta|outro|outra)|pr[ao] (?:segunda|terca|quarta|quinta|sexta|sabado|"
        r"domingo|outro|outra|amanha)|pra|pro|outro dia|outra hora)\b",
        rf"\b(?:mudanca|alteracao|troca) (?:de|d[oa]|n[oa]) (?:{_MY} )?(?:{_BOOKING}|dia|data)\b",
        r"\b(?:vir|ir) (?:mais tarde|mais cedo|noutro dia|em outro dia|noutra hora|em outra hora)\b",
    ),
    "cancel": (
        r"(?<!nao )(?<!sem )(?<!taxa de )(?<!politica de )(?<!multa de )(?<!custo de )(?<!prazo de "
        r")(?<!taxas de )\b(?:cancel(?:ar|e|a|o|amento|amos|em|ada|ado|amentos|ei)|desmarc(?:ar|a|o|e|acao|"
        r"amos|ada)|anul(?:ar|e|a|o|acao)|desinscrev\w+|desistir|desisto|desistencia)\b(?! (?:gratis|"
        r"gratuit|sem custo))",
        r"\b(?:ja )?nao (?:posso|vou poder|consigo|vou conseguir|poderei|podemos|vamos poder|vamos "
        r"conseguir|conseguimos)\b[\w\s]{0,12}\b(?:ir|comparecer|estar|vir|participar|chegar|aparecer)\b",
        r"\b(?:ja )?nao (?:vou(?! (?:querer|poder|conseguir|ao|perder))|vamos(?! (?:querer|poder))|irei|"
        r"iremos|compareco|comparecerei)\b",
        r"\b(?:ja nao|nao) (?:quero|preciso|queremos|precisamos) mais\b|\bja nao (?:quero|preciso|queremos|"
        r"precisamos)\b",
        r"\b(?:tir(?:ar|a|e)|remov(?:er|a|e)|apag(?:ar|a|ue)|exclu(?:ir|i|a)|retirar|"
        rf"deletar)\b[\w\s]{{0,18}}\b{_BOOKING}\b",
        rf"\bnao (?:quero|preciso)\b[\w\s]{{0,10}}\b(?:d[ao]|{_MY}) {_BOOKING}\b",
        r"\b(?:deixa pra la|deixe pra la|esquece|esqueca|imprevisto|surgiu (?:um|uma|algo))\b",
    ),
    "price": (
        r"\bquanto (?:e|custa|custam|sai|fica|ficam|esta|cobra\w*|pago|e que|seria|vale|ta|devo)\b|\bqual "
        r"(?:e )?o (?:valor|preco)\b",
        r"\b(?:precos?|valor(?:es)?|custos?|custa|custam|tarifas?|taxas?|mensalidades?|desconto\w*|"
        r"promoc\w+|orcamento|pacotes?|gratis|gratuit\w+)\b",
        r"\b(?:car[oa]s?|barat[oa]s?)\b",
    ),
    "my_bookings": (
        r"\b(?:quando|qual|quais|a que horas|que horas|onde|quantas?)\b[\w\s]{0,15}\b(?:meus?|minhas?|"
        rf"nossas?)\b[\w\s]{{0,12}}?\b{_BOOKING}\b",
        r"\b(?:ver|mostra\w*|mostre|list\w+|consultar|verific\w+|confirm(?:ar|a|e)|lembra\w*|envi\w+|"
        rf"manda\w*|diz\w*|diga)\b[\w\s-]{{0,15}}\b(?:meus?|minhas?|nossas?)\b[\w\s]{{0,10}}?(?:{_BOOKING}|"
        r"agenda|recibo|fatura|comprovante)\b",
        r"\b(?:tenho|temos)\b[\w\s]{0,12}\b(?:marcad[oa]s?|agendad[oa]s?|reservad[oa]s?)\b",
        rf"\b(?:o que|que|quais) (?:{_BOOKING} )?(?:e que )?(?:eu )?(?:tenho|temos)\b|\btenho (?:alguma|"
        r"algum|algo|aula|consulta)\b",
        rf"^\W*(?:as |os |a |o )?(?:minhas?|meus?|nossas?) (?:proxim[ao]s? )?{_BOOKING}\W*$",
        r"\b(?:estou|to|tou|fiquei) (?:inscrit[oa]|marcad[oa]|agendad[oa]|confirmad[oa])\b",
        rf"\b(?:minha|meu|nossa) {_BOOKING}\b[\w\s]{{0,12}}\b(?:esta|ta|foi|ficou|confirmad[oa]|certa)\b",
        r"\b(?:ja )?(?:fiz|marquei|reservei|agendei)\b",
        r"\b(?:recibo|fatura|factura|comprovante|comprovativo|nota fiscal)\b",
    ),
    "staff_info": (
        r"\bquem\b[\w\s]{0,12}\b(?:da|dara|vai dar|ensina|ministra|trabalha|atende|corta|faz|esta|ta|vai|"
        r"conduz|orienta|leciona)\b",
        r"\b(?:quem (?:e|sao)|qual (?:e )?|quais (?:sao )?|fala\w*(?:-me)? (?:sobre|d[oa])|conhecer|"
        rf"info\w* sobre|que) ?(?:o |a |os |as )?(?:seus? |vossos? |vossas? )?{_STAFF}\b",
        rf"\b(?:vossos?|vossas?|seus|suas|lista d[oa]s) {_STAFF}\b",
        r"\b(?:a|o) [a-z]+ (?:trabalha|esta (?:livre|disponivel|ai|de ferias)|da aula|atende|ta (?:livre|"
        r"ai))\b",
    ),
    "business_info": (
        r"\bhorarios? de (?:funcionamento|abertura|atendimento|encerramento)\b|\b(?:vosso|seu|qual (?:e "
        r")?o) horario\b|^\W*(?:horario|horarios)\W*$",
        r"\b(?:abr(?:em|e|ir)|fech(?:am|a|ar|ado|ada|ados)|abert[oa]s?|encerr\w+|funcion(?:am|a|amento))\b",
        r"\b(?:morada|endereco|localizacao|onde (?:fica\w*|esta\w*|e(?:sta)?(?: que)?|ficam|se localiza)|"
        r"como (?:chego|chegar|faco para chegar|vou)|direcoes|metro mais proximo|contacto|contato|numero de "
        r"telefone|telefone de voces|site|e-?mail|instagram)\b",
        r"\b(?:estacion\w+|parque de estacionamento|wi-?fi|chuveiros?|balnearios?|vestiarios?|cacifos?|"
        r"armarios?|toalhas?|tapetes?|colchonetes?|acessib\w+|cadeira de rodas|elevador|ar condicionado)\b",
        r"\b(?:aceit\w+|vendem)\b[\w\s]{0,12}\b(?:cartao|cartoes|multibanco|mb ?way|pix|dinheiro|cheque|"
        r"caes|cachorro\w*|animais|criancas|visa|vale)\b|\b(?:pagar com|formas? de pagamento|meios de "
        r"pagamento)\b",
        r"\bate quando (?:posso|podemos|da)|\bposso (?:cancelar|desmarcar) ate quando|\bse (?:eu |a gente "
        r")?(?:cancelar|desmarcar)\b|"
        r"\b(?:politica|reembolso\w*|condicoes|regras)\b|\b(?:preciso (?:de )?levar|o que (?:levo|levar|"
        r"devo levar|vestir)|que roupa)\b",
        r"\b(?:quanto tempo|duracao|dura|demora)\b",
        r"\bsem (?:marcacao|hora marcada|agendamento|reserva)\b",
    ),
    "book": (
        r"(?<!ja )\b(?:reserv(?:ar|e|a(?! (?:esta|ta|foi|e|de|do|no|confirmada))|o|amos)|marcar|marque|"
        r"marca(?= )|marcamos|agendar|agende|agenda(?= (?:pra|para|um|uma|a|o))|inscrev\w+|"
        r"inscricao)\b(?!-?(?:se)? quando)",
        r"\b(?:fazer|faz|ter|arranj\w+|consegu\w+|pegar|pega|tomar|conseguir|encaixar|"
        rf"encaixa)\b[\w\s,]{{0,18}}?\b(?:um |uma |a |o )?(?:\w+ )?{_BOOKING}\b",
        r"\b(?:quero|queria|gostaria|gostava|preciso|precisava|queremos|queriamos|precisamos|gostariamos|"
        rf"desejo|vou querer)\b[\w\s,]{{0,25}}?\b(?:{_BOOKING}|ir|vir|participar|experimentar|fazer)\b",
        r"\b(?:conta(?:m|r)? comigo|contem comigo|me (?:inscreve|coloca|bota|poe)|inscreve(?:-me)?|"
        r"coloca(?:-me)? n|guarda(?:-me)? (?:um|uma)|fico com|vou (?:ficar com|nesse|nessa|querer))\b",
        r"\b(?:posso|podemos|da para|da pra|tem como|podia) (?:levar|ir|vir|participar|passar|entrar|ter|"
        r"fazer|encaixar)\b",
        r"^\W*(?:\d+|uma?|dois|duas|tres|quatro|cinco|seis) (?:lugar|lugares|vagas?|mesas?|bilhetes?|"
        r"ingressos?|pessoas) (?:para|pra|pro|n[ao])\b",
        r"^\W*(?:(?:oi|ola|bom dia|boa tarde|boa noite)\W+)*(?:uma? )?(?:mesa|vaga|consulta|aula|hora|"
        r"lugar) (?:para|pra|pro|amanha|hoje|as)\b",
    ),
    "find": (
        r"\b(?:tem|tens|teem|voces tem|ha|existe\w*|teria\w*|tera|havera|oferece\w*|voces fazem|"
        r"fazem)\b(?=.*(?:\?|\b(?:vaga\w*|aula\w*|horario\w*|livre\w*|disponi\w*|algo|alguma?|hora\w*|"
        r"sess\w+|mesa\w*|lugar\w*)\b))",
        r"\b(?:que|qual|quais)\b[\w\s]{0,15}\b(?:aulas?|horarios?|horas?|sess\w+|vagas?|dias?|datas?|"
        r"servicos?|tratamentos?|opc\w+|disponi\w+|modalidades?)\b",
        r"\b(?:ver|mostra\w*|mostre|list\w+|procur\w+|busc\w+|consultar|encontrar|saber|diz\w*|"
        r"diga)\b[\w\s,-]{0,18}\b(?:aulas?|horarios?|sess\w+|vagas?|disponi\w+|datas?|alguma coisa|algo|"
        r"opc\w+|agenda|quando)\b",
        r"\b(?:disponibilidade\w*|disponive(?:l|is)|vagas? (?:livres?|disponive\w+)|horas? livres?|"
        r"horarios? livres?|grade|mapa de aulas|o que (?:ha|tem|voces tem))\b",
        r"\b(?:a que horas|que horas|quando (?:e|ha|tem|comeca|posso|sao|da|seria))\b",
        r"\be (?:na |no |para |pra )?(?:amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|hoje|as \d+|"
        r"dia \d+)\b.*\?",
    ),
}

# An intent is not asked where its pattern here matches: asking what a cancellation costs cancels nothing.
UNLESS: dict[str, str] = {
    "cancel": (
        r"\b(?:teve|tem|ha|houve|surgiu|surgir|tiver|alguma) (?:alguma |uma )?(?:desistencia|cancelamento)\w*|"
        r"\b(?:nao quero|nao vou|nao preciso|sem) (?:cancelar|desmarcar)\b|"
        r"\b(?:politica|taxas?|multas?|custos?|prazo|condicoes|regras) de cancel|"
        r"\b(?:quanto|custa|pago|reembols\w+)\b.*\b(?:cancel|desmarc)|\bate quando\b|\bse (?:eu |a gente "
        r")?(?:cancelar|desmarcar)\b|"
        r"\b(?:cancel|desmarc)\w*\b.*\b(?:quanto|custa|gratis|multa)\b"
    ),
}

# Too weak alone ("queria saber …"): they count when the message also names a service or a time.
WEAK: dict[str, tuple[str, ...]] = {
    "book": (
        rf"\b{_WANT}\b(?! (?:saber|perguntar|falar|ver se|cancelar|desmarcar|mudar|remarcar|alterar))",
        r"\b(?:pode ser|bora|vamos de)\b",
    ),
    "find": (r"\b(?:procuro|procurando|recomend\w+|sugere\w*|sugest\w+|indica\w*)\b",),
}

AFFIRM = (
    r"(?:^|[.!,;]\s*|\bah |\bentao )(?:sim+|s|ss|sii+m|claro(?! que nao)|ok(?:ay)?|okey|oki|k|certo|"
    r"certinho|perfeito|otimo|optimo|excelente|combinado|fechado|fechou|beleza|blz|show|maravilha|com "
    r"certeza|isso(?: mesmo| ai)?|exato|exatamente|exactamente|correto|correcto|pode ser|pode(?:s|m)?\W*$|"
    r"esta bem|ta bem|ta bom|tudo bem(?!\s*\?| com)|esta otimo|esta bom|de acordo|concordo|confirm\w+|"
    r"confirmo|aceito|quero\W*$|bora|vamos(?: la)?\W*$|por favor|fico com (?:esse|essa|este|esta)|tranquilo|"
    r"sem problema\w*|na boa|fixe|boa(?! (?:noite|tarde))|top|uhum|aham|yes|legal|bacana|da\W*$|serve\W*$|"
    r"vai\W*$|positivo|afirmativo|faz isso|faca isso)\b",
    r"\b(?:esse|essa|este|esta|isso|para mim|pra mim|por mim)\b[\w\s]{0,6}\b(?:serve|da|esta (?:bem|bom|"
    r"otimo|perfeito)|ta (?:bom|otimo)|funciona|tudo bem|pode ser)\b|\b(?:da|serve|funciona)(?:-me)? "
    r"(?:jeito|bem|para mim|pra mim)\b|\bpode (?:marcar|confirmar|reservar|agendar|ser|cancelar)\b|\b(?:eu "
    r")?confirmo\b|👍|✅|👌",
)

DENY = (
    r"(?:^|[.!,;]\s*|\bah |\bentao )(?:nao+|n|nn|naum|nop|negativo|nunca|de jeito nenhum|nem pensar|claro "
    r"que nao|de modo nenhum|nenhum[a]?|errado|melhor nao|agora nao|deixa(?: estar)?)\b(?! (?:faz mal|ha "
    r"problema|tem problema|tem de que))",
    r"\b(?:nao e (?:isso|esse|essa|este|bem|assim)|nao esta (?:certo|correto|bem)|ta errado|esta errado|nao "
    r"(?:me )?(?:serve|da|da jeito|convem|funciona|quero|gosto|concordo|pode ser))\b|\bnao,? obrigad[oa]\b|"
    r"\bnao (?:marque|reserve|cancele|confirme|marques|agende)\b|👎|❌",
)

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "thanks": (
        r"\b(?:obrigad[oa]s?|obg|obgd|obrigadinh[oa]|brigad[oa]|agradec\w+|valeu|vlw|grat[oa]|muito "
        r"obrigad[oa]|thanks|bem haja)\b|🙏",
    ),
    "bye": (
        r"\b(?:adeus|tchau|tchauzinho|xau|ate (?:logo|mais|ja|breve|la|a proxima|depois|a vista)|fui|bye|"
        r"abracos?|(?:um )?bom (?:fim de semana|final de semana|dia para|descanso|feriado)|boa semana|e so "
        r"isso|era so isso|mais nada|so isso)\b|^(?:.*\b(?:obrigad[oa]|tchau|ok|certo|entao)\W+)?ate "
        r"(?:amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo)\W*$",
    ),
    "greet": (
        r"^\W*(?:oi+|ola|oie|opa|alo|bom dia|boa tarde|boa noite|boas|viva|e ai|eae|salve|hey|hello|hi)\b",
        r"\b(?:tudo bem|tudo bom|como (?:vai|estas|esta|voce esta|vao)|tudo certo)\s*\?",
    ),
    "help": (
        r"^\W*(?:ajuda|ajude|ajudem|menu|opcoes|info(?:rmac\w+)?|socorro|comandos|help)\W*$|\b(?:pode(?:s|m|"
        r"ria)?|consegue\w*) (?:me )?ajudar\b|\bpreciso de ajuda\b|\bme ajuda\b|\bajuda(?:-me)?\W*$",
        r"\bo que (?:e que )?(?:voce|tu|vocs|voces)? ?(?:faz|fazes|sabe|sabes|consegue|pode|podes) "
        r"?(?:fazer)?\W*\?|\bcomo (?:funciona|isto funciona|isso funciona|e que isto)\b",
    ),
}
