"""Portuguese phrases that tell the offline model what to do."""

from __future__ import annotations

from typing import Final

PATTERNS: Final[dict[str, str]] = {
    "was_better": r"\b(?:era|eram|estava|e|seria|ficava|fica|dava|da|ficavam) melhor\b|"
    r"\b(?:prefiro|preferia|melhor) (?:a|o|as|os) (?:primeir\w*|anterior|de antes)\b|\bvoltando (?:a|ao|as)\b",
    "same_again": r"\b(?:o|a|na|no) mesm[oa]\b[\w\s]{0,15}\b(?:sempre|ultima vez|outra vez|vez passada|de antes|de novo)\b|"
    r"\bo de sempre\b|\b(?:como|igual) (?:a|ao|da|na|o)? ?(?:ultima vez|vez passada|sempre)\b|"
    r"\b(?:reserv\w+|marc\w+|agend\w+)(?:-[oa])?(?: isso| isto| ela| ele)? (?:de novo|outra vez|novamente)\b|"
    r"\brepetir (?:a|a minha|minha) (?:ultima )?(?:reserva|marcacao)\b",
    "cant_come": r"\bnao (?:posso|vou poder|consigo|poderei|vou conseguir) (?:ir|vir|comparecer|estar)\b|"
    r"\bsurgiu(?:-me)? (?:um imprevisto|algo|uma coisa)\b",
    "clause": r"[.?!;\n]+|,? \b(?:e (?:tambem|depois)|e|tambem|alem disso)\b ",
    "book_it": r"\b(?:reserva|reserve|pode reservar|quero (?:essa|esse|esta|este|isso)|fico com (?:essa|"
    r"esse|ela|ele)|avanca|pode ser|marca|marque|pode marcar|faz isso)\b(?! (?:de|uma|um|outra|a|o|"
    r"para)\b)",
    "too": r"\b(?:tambem|outra|outro|alem disso)\b|^\W*e\b",
    "opens": r"\b(?:abrem|fecham|estao abertos?)\b",
    "instead": r"\bem vez\b|\bem alternativa\b",
    "the_one": r"\b(?:a|o) (?:da|do|das|dos|de)\b|\bess[ae]\b|\best[ae]\b",
    "beyond": r"\b(?:algo|alguma coisa|um pouco|alguma|algum)\b",
    "both": r"\b(?:as duas|os dois|ambas|ambos|todas|todos)\b",
    "refines": r"\b(?:antes|melhor|em vez|e se|que tal|mas|prefiro|quis dizer|queria dizer|afinal)\b|"
    r"^\W*(?:e|ou|nao)\b",
    "later": r"^\W*(?:algo |um pouco |nao,? |ha |tem |alguma coisa )*mais tarde\b",
    "earlier": r"^\W*(?:algo |um pouco |nao,? |ha |tem |alguma coisa )*(?:mais cedo|antes)\b",
    "hours_later": r"\b(?:meia|uma|um|duas|dois|tres|\d{1,3})\s?(?:horas?|minutos?|min|h) (?:mais tarde|"
    r"depois)\b",
    "hours_earlier": r"\b(?:meia|uma|um|duas|dois|tres|\d{1,3})\s?(?:horas?|minutos?|min|h) (?:mais cedo|"
    r"antes)\b",
    "any_other": r"\boutr[oa]s? (?:dia|hora|data|aula|opcao|horario|coisa|altura)s?\b",
    "never_mind": r"^\W*(?:bem,? |nao,? |ok,? )?(?:deixa|deixe|esquece|esqueca|nao importa|deixa la|"
    r"deixa estar|deixe estar|deixe para la)\b[^?]*$",
    "better_not": r"\b(?:espera,? nao|espere,? nao|nao,? espera|mudei de (?:ideia|opiniao)|"
    r"pensando melhor|melhor nao)\b",
    "bare_cancel": r"^\W*(?:por favor )?(?:cancela|cancele|cancelar|anular|desmarcar)(?: por favor)?\W*$",
    "about": r"\b(?:quem e|quem sao|fala-me|fale-me|fale sobre|sobre)\b",
    "info_where": r"\b(?:onde|morada|endereco|localizacao|como chego|como chegar|estacionar|estacionamento)\b",
    "info_hours": r"\b(?:horario|horarios|abrem|abertos?|aberta|abre|fecham?|fechados?)\b",
    "info_offers": r"\b(?:oferecem|oferece|servicos?|aulas|tratamentos?|tipos?|precos?|custa|quanto)\b",
    "info_phone": r"\b(?:telefone|telemovel|ligar|numero|contacto|contato)\b",
    "info_packs": r"\b(?:pacotes?|passes?|mensalidades?|mensalidade|vales? presente|cartao presente|"
    r"assinaturas?|packs?)\b",
    "balance": r"\b(?:quant[oa]s?)\b.*\b(?:creditos?|aulas|sessoes)\b.*\b(?:resta|restam|tenho|sobram|"
    r"faltam|pacote)\b|\bmeu saldo\b|\bdevo alguma coisa\b",
    "recommend": r"\b(?:recomend\w*|suger\w*|aconselh\w*|surpreend\w+)\b",
    "receipt": r"\b(?:recibo|fatura|factura|comprovativo|comprovante|nota fiscal)\b",
    "pay_link": r"\b(?:link|ligacao)\b.*\b(?:pag\w+)\b|\b(?:como|onde) (?:posso )?pag(?:o|ar)\b",
    "where_in_line": r"\bem que posicao (?:estou|vou)\b|\b(?:qual|em que|que)\b[\w\s]*\b(?:posicao|lugar|"
    r"numero)\b.*\b(?:lista|fila|"
    r"espera)\b|\b(?:ainda )?estou na lista\b|\bminha posicao\b",
    "leave_list": r"\b(?:tira-me|tire-me|tirar|sair|retirar|remover|remova|me tira|me tire|"
    r"desistir)\b[\w\s-]*\b(?:lista(?: de espera)?|fila)\b|\bja nao (?:quero )?esper\w+\b",
    "waitlist": r"\blista de espera\b|\b(?:poe-me|ponha-me|me (?:poe|coloca|coloque)|coloca-me|"
    r"inscreve-me) na (?:lista|fila)\b",
    "details": r"\b(?:diga-me|diz-me|dizer-me|dizer|fal[ae]r?|me fala|contar) mais\b|\b(?:conta-me mais|"
    r"conte-me mais|mais (?:informacoes|informacao|detalhes)|que nivel|"
    r"qual o nivel|o que (?:devo )?lev(?:o|ar)|e dificil|detalhes)\b",
    "code": r"\b(?:codigo|cupao|cupom|voucher)(?: e|:)?\s+([a-z0-9]*[0-9][\w-]{1,31}|[a-z]{4,}\d*)\b",
    "prefer": r"\b(?:(?:eu )?prefiro|gosto (?:de|mais|muito)|sempre com|sempre (?:de|a|aos|as)|so com|"
    r"(?:o meu|a minha|meu|minha) favorit[oa])\b",
    "forget": r"\besquec[ae] (?:o que|as minhas preferencias|minhas preferencias)\b|\bapag(?:a|"
    r"ue) as minhas preferencias\b",
    "call_me": r"\b(?:chamo-me|me chamo|o meu nome e|meu nome e|chama-me|"
    r"chame-me)\s+([a-z][\w'-]+(?:\s[a-z][\w'-]+)?)",
    "speak": r"\b(?:fal\w*|escrev\w*|respond\w*)\b[\w\s-]*\bem\b|\bfal\w+\b",
    "always": r"\b(?:sempre|normalmente|em geral)\b",
    "list": r"\b(?:que|quais|quantas)\b[\w\s]{0,14}\b(?:reservas|marcacoes|aulas)\b[\w\s]{0,8}\b(?:tenho|"
    r"sao)\b|\b(?:as )?minhas (?:reservas|marcacoes)\b|\bo que (?:tenho|ja) (?:reservado|reservei|"
    r"marcado)\b",
    # the days are named like ordinals: "na quarta" is Wednesday, "a quarta" the fourth
    "no_pick": r"\b(?:na|nesta|essa|esta|para|pra|de|proxima)\s+(?:a )?(?:segunda|terca|quarta|quinta|"
    r"sexta)\b|\bfeira\b",
    "maybe_pick": r"^\W*(?:segunda|quarta|quinta|sexta)\W*$",
    "to_target": r"\b(?:para as|para o|para a|para|pra|ate)\b|->",
    "human": r"\b(?:uma pessoa|alguem da equipa|alguem da equipe|um humano|pessoa real|um atendente|"
    r"rececao|recepcao)\b",
    "reschedule": r"\b(?:mud(?:ar|a|e|o)|alterar|altera|remarc\w*|adia\w*|adiar|passar|trocar|reagend\w*|"
    r"antecip\w*)\b[\w\s]{0,30}\b(?:reserva|aula|marcacao|sessao|hora|horario|ioga|yoga|para|consulta)\b|"
    r"\b(?:posso|poderia) (?:ir|vir|chegar)\b[\w\s]{0,20}\b(?:mais tarde|mais cedo|antes|depois)\b",
}

VALUES: Final[dict[str, dict[str, str]]] = {
    "amounts": {r"\bmeia\b": "30", r"\b(?:duas|dois)\b": "120", r"\btres\b": "180"},
    "minute": {r"\bmin": "1"},
    "times_of_day": {
        r"\bmanhas?\b": "morning",
        r"\btardes?\b": "afternoon",
        r"\bnoites?\b": "evening",
        r"\balmoco\b": "lunch",
    },
    "days": {
        r"\bsegundas?\b": "monday",
        r"\btercas?\b": "tuesday",
        r"\bquartas?\b": "wednesday",
        r"\bquintas?\b": "thursday",
        r"\bsextas?\b": "friday",
        r"\bsabados?\b": "saturday",
        r"\bdomingos?\b": "sunday",
        r"\bfins? de semana\b": "weekend",
    },
    "languages": {
        r"\bingles\b": "en",
        r"\bespanhol\b": "es",
        r"\bportugues\b": "pt",
        r"\bfrances\b": "fr",
        r"\balemao\b": "de",
        r"\bitaliano\b": "it",
    },
    "pay_with": {
        r"\b(?:meu|o|um|com) (?:pacote|passe)\b|\bcreditos?\b": "pass",
        r"\b(?:cartao|vale) presente\b": "gift_card",
        r"\b(?:com|pag\w+)\b.*\bcartao\b": "card",
        r"\bem dinheiro\b": "cash",
        r"\bpag\w+ (?:ai|la|no (?:local|estudio))\b": "at_business",
    },
}
